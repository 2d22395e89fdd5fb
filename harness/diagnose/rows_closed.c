/* Conversations that have ended as they should, or not at all. */
#include "diagnose/row.h"

static void note_fins(const struct facts *facts, struct finding *finding)
{
	const struct segment *last = facts->last;

	add_frame(finding, facts->first_fin);
	for (int i = 0; i < 2; i++)
		add_frame(finding, facts->side[i].fin.first);
	while (last > facts->first_fin && (last->trouble || last->flags & (RST | SYN)))
		last--;
	add_frame(finding, last);
	finding->x = side_of(facts, facts->first_fin);
}

/* The side that closed first has still received data, and acknowledged it. */
static bool shows_half_close(const struct facts *facts, struct finding *finding)
{
	enum side_name closer;
	const struct side *other;

	if (!facts->first_fin)
		return false;
	closer = side_of(facts, facts->first_fin);
	other = &facts->side[!closer];
	if (!other->after_fin || !other->is_acked ||
	    (int32_t)(other->acked - other->after_fin->seq - other->after_fin->bytes) < 0)
		return false;
	add_frame(finding, facts->first_fin);
	add_frame(finding, other->after_fin);
	add_frame(finding, other->fin.first);
	finding->x = closer;
	return true;
}

static bool shows_close(const struct facts *facts, struct finding *finding, enum side_name first)
{
	if (!facts->has_both_fins || side_of(facts, facts->first_fin) != first)
		return false;
	note_fins(facts, finding);
	return true;
}

static bool shows_normal(const struct facts *facts, struct finding *finding)
{
	return shows_close(facts, finding, CLIENT_SIDE);
}

static bool shows_server_first(const struct facts *facts, struct finding *finding)
{
	return shows_close(facts, finding, SERVER_SIDE);
}

static bool is_one_sided(const struct facts *facts)
{
	return facts->side[0].sent.count == 0 || facts->side[1].sent.count == 0;
}

static bool shows_one_fin(const struct facts *facts, struct finding *finding)
{
	if (!facts->first_fin || !is_one_sided(facts))
		return false;
	note_fins(facts, finding);
	return true;
}

static bool shows_half_closed(const struct facts *facts, struct finding *finding)
{
	if (!facts->first_fin)
		return false;
	note_fins(facts, finding);
	return true;
}

static bool shows_alive(const struct facts *facts, struct finding *finding)
{
	add_frame(finding, facts->last);
	finding->lasted_ns = facts->silence_ns;
	return true;
}

const struct row rows_closed[] = {
	{ .id = "half-close",
	  .kind = ROW_HEALTHY,
	  .shows = shows_half_close,
	  .says = { { "{X} closes its direction, and {Y}'s data still comes: a half-close.",
		      "{X}가 자기 방향만 닫고, {Y}의 데이터는 계속 옵니다. half-close입니다." } },
	  .cannot = { { "whether {X}'s program has read it: it is the kernel that acknowledges.",
			"{X}의 프로그램이 읽었는지. 확인 응답은 커널이 보냅니다." } },
	  .decides = { { "{X} has called shutdown(SHUT_WR), and reads on.",
			 "{X}가 shutdown(SHUT_WR)을 부르고 계속 읽습니다." } } },
	{ .id = "normal",
	  .kind = ROW_HEALTHY,
	  .shows = shows_normal,
	  .says = { { "closed by both, {X} first.", "{X}부터, 양쪽이 닫았습니다." } } },
	{ .id = "normal-server-first",
	  .kind = ROW_HEALTHY,
	  .nearest = "normal",
	  .also = "server-child-killed-select server-child-killed-poll bind-in-use",
	  .shows = shows_server_first,
	  .says = { { "closed by both, {X} first.", "{X}부터, 양쪽이 닫았습니다." } },
	  .cannot = { { "why {X} closed first: the answer was complete, or its process has ended (scenario "
			"server-child-killed-select).",
			"{X}가 왜 먼저 닫았는지. 답을 다 보냈거나, 프로세스가 끝났습니다(시나리오 "
			"server-child-killed-select)." } },
	  .decides = { { "{X}'s exit status; its port is in TIME_WAIT now (scenario bind-in-use).",
			 "{X}의 종료 상태. 그 포트는 이제 TIME_WAIT입니다(시나리오 bind-in-use)." } } },
	{ .id = "normal-one-side",
	  .kind = ROW_HEALTHY,
	  .nearest = "normal",
	  .shows = shows_one_fin,
	  .says = { { "{X} closes; the other direction was not captured.",
		      "{X}가 닫습니다. 반대 방향은 캡처되지 않았습니다." } } },
	{ .id = "half-closed",
	  .kind = ROW_ALIVE,
	  .nearest = "server-child-killed",
	  .shows = shows_half_closed,
	  .says = { { "{X} has closed, {Y} has not when the capture ended: {Y} is in CLOSE_WAIT.",
		      "{X}는 닫았고, 캡처가 끝날 때까지 {Y}는 닫지 않았습니다. {Y}는 CLOSE_WAIT입니다." } },
	  .cannot = { { "whether {Y}'s program knows of it: it may wait for something else (scenario "
			"server-child-killed), or have forgotten to close.",
			"{Y}의 프로그램이 아는지. 다른 것을 기다리거나(시나리오 server-child-killed), close를 "
			"잊었을 수 있습니다." } },
	  .decides = { { "{Y}'s read returns 0, when it is called.",
			 "{Y}의 read는, 부르면 0을 리턴합니다." } } },
	{ .id = "alive",
	  .kind = ROW_ALIVE,
	  .nearest = "client-host-crash",
	  .shows = shows_alive,
	  .says = { { "alive when the capture ended, {t} after its last segment.",
		      "마지막 세그먼트에서 {t} 뒤, 캡처가 끝날 때까지 살아 있습니다." } },
	  .cannot = { { "whether both hosts still are: a host that crashes says nothing, and an idle "
			"connection asks for nothing (scenario client-host-crash).",
			"두 호스트가 아직 살아 있는지. 다운된 호스트는 아무 말도 하지 않고, 쉬는 연결은 아무것도 "
			"묻지 않습니다(시나리오 client-host-crash)." } },
	  .decides = { { "a longer capture, or keepalive.", "더 긴 캡처, 또는 keepalive." } } },
	{ .id = NULL },
};

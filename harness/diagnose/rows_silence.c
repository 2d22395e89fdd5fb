/* Conversations in which one side is not heard of any more, while the other still tries. */
#include "diagnose/row.h"

#include <string.h>

static const int64_t LONG_NS = 1000 * 1000000, SHORT_NS = 50 * 1000000;

/* The side that has sent what the other has not answered: the condition is tried for both. */
static bool for_either(const struct facts *facts, struct finding *finding,
		       bool (*condition)(const struct facts *, const struct side *,
					 const struct side *))
{
	if (facts->reset.segment)
		return false;
	for (int i = 0; i < 2; i++)
		if (condition(facts, &facts->side[i], &facts->side[!i])) {
			finding->x = (enum side_name)i;
			return true;
		}
	return false;
}

/* Whether the side waits: data, or a probe, that nothing has answered. */
static bool is_waiting(const struct side *side)
{
	return side->open.count > 0 || side->open_probe.count > 0;
}

/* Not acknowledged, though something may have been heard of the other side since it was sent. */
static bool is_outstanding(const struct side *side, const struct segment *data)
{
	return data && (!side->is_acked || (int32_t)(data->seq + data->bytes - side->acked) > 0);
}

static bool note_tries(const struct facts *facts, struct finding *finding)
{
	const struct side *side = &facts->side[finding->x];
	const struct times *tries = side->open.count > 0 ? &side->open : &side->open_probe;

	add_frame(finding, facts->side[!finding->x].sent.last);
	if (side->open.count > 0 && is_outstanding(side, side->data.last))
		add_frame(finding, side->data.last);
	add_frames(finding, facts, tries);
	add_frames(finding, facts, &side->trouble);
	finding->n = side->open.count > 0 ? side->open_again.count : side->open_probe.count;
	if (tries->count > 0)
		finding->lasted_ns = tries->last->time_ns - tries->first->time_ns;
	return true;
}

static bool has_trouble(const struct facts *facts, struct finding *finding, enum trouble trouble)
{
	if (facts->reset.segment || !facts->is_open)
		return false;
	for (int i = 0; i < 2; i++) {
		const struct side *side = &facts->side[i];

		if (side->trouble.count == 0 || side->trouble.last->trouble != trouble ||
		    !is_waiting(side))
			continue;
		finding->x = (enum side_name)i;
		return note_tries(facts, finding);
	}
	return false;
}

static bool shows_host(const struct facts *facts, struct finding *finding)
{
	return has_trouble(facts, finding, TROUBLE_HOST);
}

static bool shows_net(const struct facts *facts, struct finding *finding)
{
	return has_trouble(facts, finding, TROUBLE_NET);
}

static bool shows_prohibited(const struct facts *facts, struct finding *finding)
{
	return has_trouble(facts, finding, TROUBLE_PROHIBITED) ||
	       has_trouble(facts, finding, TROUBLE_PORT);
}

static bool shows_too_big(const struct facts *facts, struct finding *finding)
{
	return has_trouble(facts, finding, TROUBLE_TOO_BIG) &&
	       facts->side[finding->x].open_again.count > 0;
}

static bool shows_loop(const struct facts *facts, struct finding *finding)
{
	return has_trouble(facts, finding, TROUBLE_TTL);
}

static bool shows_arp(const struct facts *facts, struct finding *finding)
{
	if (facts->reset.segment)
		return false;
	for (int i = 0; i < 2; i++) {
		if (facts->asked[i].count < 2 || facts->has_both_fins)
			continue;
		finding->x = (enum side_name)i;
		finding->n = facts->asked[i].count;
		finding->lasted_ns = facts->asked[i].last_ns - facts->asked[i].first_ns;
		add_frame(finding, facts->side[!i].sent.last);
		finding->evidence[finding->evidence_count++] =
			(struct evidence){ .frame = facts->asked[i].first_frame,
					   .time_ns = facts->asked[i].first_ns };
		finding->evidence[finding->evidence_count++] =
			(struct evidence){ .frame = facts->asked[i].last_frame,
					   .time_ns = facts->asked[i].last_ns };
		return true;
	}
	return false;
}

static bool meets_closed_window(const struct facts *facts, const struct side *side,
				const struct side *other)
{
	(void)facts;
	return other->is_zero && (side->open_probe.count > 0 || side->open_again.count > 0);
}

static bool shows_zero_window_crash(const struct facts *facts, struct finding *finding)
{
	if (!for_either(facts, finding, meets_closed_window))
		return false;
	add_frame(finding, facts->side[!finding->x].zero.first);
	note_tries(facts, finding);
	finding->n =
		facts->side[finding->x].open_probe.count + facts->side[finding->x].open_again.count;
	return true;
}

static bool waits_for_window(const struct facts *facts, const struct side *side,
			     const struct side *other)
{
	(void)facts, (void)side;
	return other->is_zero && (other->zero_probes > 0 || other->zero_ns > LONG_NS);
}

static bool shows_zero_window(const struct facts *facts, struct finding *finding)
{
	const struct side *other;

	if (!for_either(facts, finding, waits_for_window))
		return false;
	other = &facts->side[!finding->x];
	add_frame(finding, other->zero.first);
	add_frames(finding, facts, &facts->side[finding->x].probe);
	add_frame(finding, other->zero.last);
	finding->n = other->zero_probes;
	finding->lasted_ns = other->zero_ns;
	return true;
}

/*
 * Sent again, and nothing of the other side since; unless that had acknowledged it already. One
 * repetition may be an accident at the end of the capture, if nothing follows for long.
 */
static bool is_unanswered(const struct facts *facts, const struct side *side,
			  const struct side *other)
{
	const int64_t waited_ns = side->open_again.count == 0
					  ? 0
					  : side->open.last->time_ns - side->open.first->time_ns;

	(void)other;
	if (side->is_acked && side->acked == side->end)
		return false;
	if (side->open_again.count >= 2)
		return true;
	return side->open_again.count == 1 && waited_ns >= SHORT_NS &&
	       facts->silence_ns >= LONG_NS && facts->silence_ns / 3 >= waited_ns;
}

static bool shows_crash(const struct facts *facts, struct finding *finding)
{
	return for_either(facts, finding, is_unanswered) && note_tries(facts, finding);
}

static bool shows_probes(const struct facts *facts, struct finding *finding, enum side_name by)
{
	const struct side *side = &facts->side[by], *other = &facts->side[!by];
	const struct times *probes =
		side->open_probe.count >= 2 ? &side->open_probe : &side->repeat;

	if (facts->reset.segment || probes->count < 2 || other->is_zero || side->open.count > 0)
		return false;
	add_frame(finding, other->sent.last);
	add_frames(finding, facts, probes);
	finding->x = by;
	finding->n = probes->count;
	finding->lasted_ns = probes->last->time_ns - probes->first->time_ns;
	return true;
}

static bool shows_keepalive(const struct facts *facts, struct finding *finding)
{
	return shows_probes(facts, finding, CLIENT_SIDE);
}

static bool shows_server_keepalive(const struct facts *facts, struct finding *finding)
{
	return shows_probes(facts, finding, SERVER_SIDE);
}

/* Sent again and again, while the other side is heard of, but acknowledges nothing more. */
static bool is_stuck(const struct facts *facts, const struct side *side, const struct side *other)
{
	(void)facts;
	return side->stuck.count >= 3 && other->sent.last && other->sent.last > side->stuck.first;
}

static bool shows_black_hole(const struct facts *facts, struct finding *finding)
{
	if (!for_either(facts, finding, is_stuck))
		return false;
	add_frames(finding, facts, &facts->side[finding->x].stuck);
	add_frame(finding, facts->side[!finding->x].sent.last);
	finding->n = facts->side[finding->x].stuck.count;
	return true;
}

#define UNREACHABLE_CANNOT                                                                                                          \
	{                                                                                                                           \
		{                                                                                                                   \
			"when {X} gives up: ICMP is a soft error here, and the data is sent again "                                 \
			"until the time is over.",                                                                                  \
				"{X}가 언제 포기하는지. 여기서 ICMP는 소프트 에러이며, 시한이 될 때까지 " \
				"재전송합니다."                                                                               \
		}                                                                                                                   \
	}

const struct row rows_silence[] = {
	{ .id = "server-host-unreachable",
	  .kind = ROW_FAILURE,
	  .shows = shows_host,
	  .says = { { "{X}'s segments are answered by ICMP host unreachable, and {Y} is not heard of any "
		      "more.",
		      "{X}의 세그먼트에 ICMP host unreachable이 돌아오고, {Y}에게서는 더 오는 것이 "
		      "없습니다." } },
	  .cannot = UNREACHABLE_CANNOT,
	  .decides = { { "{X}'s read: EHOSTUNREACH.", "{X}의 read: EHOSTUNREACH." } } },
	{ .id = "server-host-unreachable-net",
	  .kind = ROW_FAILURE,
	  .shows = shows_net,
	  .says = { { "{X}'s segments are answered by ICMP net unreachable, and {Y} is not heard of any "
		      "more.",
		      "{X}의 세그먼트에 ICMP net unreachable이 돌아오고, {Y}에게서는 더 오는 것이 "
		      "없습니다." } },
	  .cannot = UNREACHABLE_CANNOT,
	  .decides = { { "{X}'s read: ENETUNREACH.", "{X}의 read: ENETUNREACH." } } },
	{ .id = "server-host-unreachable-prohibited",
	  .kind = ROW_FAILURE,
	  .shows = shows_prohibited,
	  .says = { { "{X}'s segments are answered by ICMP prohibited (or port unreachable): a firewall "
		      "lets nothing through any more.",
		      "{X}의 세그먼트에 ICMP prohibited(또는 port unreachable)가 돌아옵니다. 방화벽이 더는 "
		      "통과시키지 않습니다." } },
	  .cannot = UNREACHABLE_CANNOT,
	  .decides = { { "{X}'s read: EHOSTUNREACH, over IPv6 EACCES.",
			 "{X}의 read: EHOSTUNREACH, IPv6에서는 EACCES." } } },
	{ .id = "path-mtu",
	  .kind = ROW_UNKNOWN,
	  .nearest = "server-host-unreachable",
	  .shows = shows_too_big,
	  .says = { { "{X}'s segments are answered by ICMP \"too big\" and sent again as large as before: "
		      "path MTU discovery fails.",
		      "{X}의 세그먼트에 ICMP \"too big\"이 돌아오는데도 같은 크기로 재전송됩니다. 경로 MTU "
		      "탐색이 실패합니다." } },
	  .decides = { { "{X}'s read: ETIMEDOUT in the end; ip route get, tracepath.",
			 "{X}의 read: 결국 ETIMEDOUT. ip route get, tracepath." } } },
	{ .id = "routing-loop",
	  .kind = ROW_UNKNOWN,
	  .nearest = "server-host-unreachable",
	  .shows = shows_loop,
	  .says = { { "{X}'s segments are answered by ICMP time exceeded: routers pass them round in a "
		      "loop.",
		      "{X}의 세그먼트에 ICMP time exceeded가 돌아옵니다. 라우터들 사이를 맴돕니다." } },
	  .decides = { { "{X}'s read: EHOSTUNREACH; traceroute.",
			 "{X}의 read: EHOSTUNREACH. traceroute." } } },
	{ .id = "server-host-unreachable-arp",
	  .kind = ROW_FAILURE,
	  .shows = shows_arp,
	  .says = { { "{X} asks {n} times in {t} who has {Y}'s address, and nobody answers: {Y}'s host is gone "
		      "from the link.",
		      "{X}가 {t} 동안 {Y}의 주소를 {n}번 물어도(ARP) 아무도 답하지 않습니다. {Y} 호스트가 "
		      "링크에서 사라졌습니다." } },
	  .cannot = { { "whether {X} has data to send: without a link-layer address it is not sent.",
			"{X}가 보낼 데이터가 있는지. 링크 계층 주소를 모르면 보내지 못합니다." } },
	  .decides = { { "{X}'s read: EHOSTUNREACH; ip neigh shows FAILED.",
			 "{X}의 read: EHOSTUNREACH. ip neigh에 FAILED로 보입니다." } } },
	{ .id = "zero-window-crash",
	  .kind = ROW_FAILURE,
	  .shows = shows_zero_window_crash,
	  .says = { { "{Y}'s window is 0, and {n} of {X}'s probes got no answer: {Y}'s host is gone.",
		      "{Y}의 윈도우가 0이고 {X}의 탐침 {n}개에 답이 없습니다. {Y} 호스트가 "
		      "사라졌습니다." } },
	  .cannot = { { "whether {Y}'s host has crashed, or what lies between; nor whether an answer would "
			"still have come.",
			"{Y} 호스트가 다운되었는지, 사이가 끊겼는지, 답이 늦게라도 왔을지." } },
	  .decides = { { "{X}'s write: ETIMEDOUT.", "{X}의 write: ETIMEDOUT." } } },
	{ .id = "zero-window",
	  .kind = ROW_FAILURE,
	  .shows = shows_zero_window,
	  .says = { { "{Y}'s window is 0 and stays so ({t}, {n} probes of {X}): its program does not read.",
		      "{Y}의 윈도우가 계속 0입니다({t}, {X}의 탐침 {n}개). 프로그램이 읽지 않습니다." } },
	  .decides = { { "{X}'s write waits; on {Y}'s host ss -tn shows the bytes in Recv-Q.",
			 "{X}의 write가 기다립니다. {Y} 호스트의 ss -tn에서 Recv-Q에 쌓인 바이트가 "
			 "보입니다." } } },
	{ .id = "server-host-crash",
	  .kind = ROW_FAILURE,
	  .also = "user-timeout",
	  .shows = shows_crash,
	  .says = { { "what {X} sends is sent again {n} times in {t}; nothing of {Y} comes any more.",
		      "{X}가 {t} 동안 {n}번 재전송하지만, {Y}에게서는 더 오는 것이 없습니다." } },
	  .cannot = { { "whether {Y}'s host has crashed, a cable or router has failed, or a firewall drops; and "
			"whether {X} gave up or the capture ended.",
			"{Y} 호스트가 다운되었는지, 케이블이나 라우터가 끊겼는지, 방화벽이 버리는지. {X}가 "
			"포기했는지, 캡처가 끝난 것인지." } },
	  .decides = { { "{X}'s read: ETIMEDOUT (early with TCP_USER_TIMEOUT: scenario user-timeout); "
			 "EHOSTUNREACH if ARP or ICMP had said so.",
			 "{X}의 read: ETIMEDOUT(TCP_USER_TIMEOUT이면 일찍: 시나리오 user-timeout). ARP나 "
			 "ICMP가 알렸다면 EHOSTUNREACH." } } },
	{ .id = "keepalive",
	  .kind = ROW_FAILURE,
	  .shows = shows_keepalive,
	  .says = { { "{n} keepalive probes of {X} in {t} without an answer, when the capture ended.",
		      "{X}의 keepalive 탐침 {n}개에 {t} 동안 답이 없는 채로 캡처가 끝납니다." } },
	  .cannot = { { "whether {Y}'s host has crashed, or what lies between.",
			"{Y} 호스트가 다운되었는지, 사이가 끊겼는지." } },
	  .decides = { { "{X}'s read: ETIMEDOUT.", "{X}의 read: ETIMEDOUT." } } },
	{ .id = "client-host-crash-keepalive",
	  .kind = ROW_FAILURE,
	  .shows = shows_server_keepalive,
	  .says = { { "{n} keepalive probes of {X} in {t} without an answer, when the capture ended.",
		      "{X}의 keepalive 탐침 {n}개에 {t} 동안 답이 없는 채로 캡처가 끝납니다." } },
	  .cannot = { { "whether {Y}'s host has crashed, or what lies between.",
			"{Y} 호스트가 다운되었는지, 사이가 끊겼는지." } },
	  .decides = { { "{X}'s read: ETIMEDOUT.", "{X}의 read: ETIMEDOUT." } } },
	{ .id = "not-acknowledged",
	  .kind = ROW_UNKNOWN,
	  .nearest = "server-host-crash",
	  .shows = shows_black_hole,
	  .says = { { "{X} sends the same again ({n} times), and {Y} is heard of but acknowledges nothing more: "
		      "large segments may be lost on the way (path MTU), or one direction is.",
		      "{X}가 같은 것을 {n}번 재전송하고 {Y}에게서도 세그먼트가 오지만, 더 확인되는 것이 "
		      "없습니다. 큰 세그먼트만 없어지거나(경로 MTU), 한 방향만 끊겼습니다." } },
	  .decides = { { "a capture at {Y}'s host; tracepath.",
			 "{Y} 호스트에서의 캡처, tracepath." } } },
	{ .id = NULL },
};

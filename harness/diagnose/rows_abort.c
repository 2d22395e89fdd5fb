/*
 * RSTs that answer nothing: a program has aborted, or somebody else has sent them. And RSTs that
 * did not end the connection they were sent for.
 */
#include "diagnose/row.h"

static const struct reset *ended_by(const struct facts *facts)
{
	const struct reset *reset = &facts->reset;

	return reset->segment && reset->is_open && !reset->is_closed ? reset : NULL;
}

static bool note(const struct facts *facts, struct finding *finding, const struct reset *reset)
{
	const struct side *other = &facts->side[!reset->by];

	if (reset->is_unread_likely)
		add_frame(finding, other->data.last);
	if (reset->has_own_fin)
		add_frame(finding, reset->own_fin);
	if (reset->has_other_fin)
		add_frame(finding, other->fin.first);
	for (int i = 0; i < facts->reset_count; i++)
		add_frame(finding, facts->resets[i].segment);
	finding->x = reset->by;
	return true;
}

static bool has_data(const struct facts *facts)
{
	return facts->side[0].bytes + facts->side[1].bytes > 0;
}

static bool shows_accept_abort(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	if (!reset || reset->by != CLIENT_SIDE || has_data(facts) || !facts->has_beginning ||
	    reset->has_own_fin || reset->has_other_fin || !(reset->segment->flags & ACK))
		return false;
	add_frame(finding, facts->side[CLIENT_SIDE].sent.last);
	return note(facts, finding, reset);
}

/* Nothing has called for it, and it has no ACK: not how a stack aborts. */
static bool shows_forged(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	return reset && !(reset->segment->flags & ACK) && !reset->has_other_fin &&
	       !reset->has_own_fin && !reset->answers && note(facts, finding, reset);
}

static bool shows_other_ttl(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	return reset && reset->ttl_differs && reset->segment->flags & ACK &&
	       !reset->has_other_fin && !reset->has_own_fin && note(facts, finding, reset);
}

/* A bare one, a moment after its sender has said something else. */
static bool shows_bare(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	if (!reset || reset->segment->flags & ACK)
		return false;
	add_frame(finding, facts->side[reset->by].sent.last);
	add_frame(finding, reset->answers);
	return note(facts, finding, reset);
}

static bool shows_for_fin(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	return reset && reset->has_other_fin && !reset->has_own_fin && note(facts, finding, reset);
}

static bool shows_unread(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	return reset && reset->is_unread_likely && note(facts, finding, reset);
}

static bool shows_linger(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	return reset && note(facts, finding, reset);
}

static bool is_ignored(const struct facts *facts, struct finding *finding, enum reset_place place)
{
	const struct reset *reset = &facts->ignored;

	if (!reset->segment || reset->place != place)
		return false;
	add_frame(finding, reset->segment);
	for (const struct segment *s = reset->segment + 1; s <= facts->last; s++)
		if (!(s->flags & RST) && !s->trouble) {
			add_frame(finding, s);
			break;
		}
	add_frame(finding, facts->side[reset->by].sent.last);
	finding->x = reset->by;
	return true;
}

static bool shows_outlived(const struct facts *facts, struct finding *finding)
{
	return is_ignored(facts, finding, RESET_EXACT);
}

static bool shows_inside(const struct facts *facts, struct finding *finding)
{
	return is_ignored(facts, finding, RESET_INSIDE);
}

static bool shows_outside(const struct facts *facts, struct finding *finding)
{
	return is_ignored(facts, finding, RESET_OUTSIDE);
}

/* A window that was 0 until probes had asked, and has opened again. */
static bool shows_zero_window(const struct facts *facts, struct finding *finding)
{
	for (int i = 0; i < 2; i++) {
		const struct side *side = &facts->side[i];

		if (side->is_zero || side->zero_probes == 0 || !side->zero_first)
			continue;
		add_frame(finding, side->zero_first);
		add_frame(finding, side->zero_last);
		finding->x = (enum side_name)i;
		finding->n = side->zero_probes;
		finding->lasted_ns = side->zero_ns;
		return true;
	}
	return false;
}

const struct row rows_beside[] = {
	{ .id = "reset-forged",
	  .kind = ROW_FAILURE,
	  .shows = shows_outlived,
	  .says = { { "an RST in {X}'s name, with the very number that counts, but {X} goes on: somebody "
		      "else has sent it.",
		      "{X}의 이름으로 정확한 순서 번호의 RST가 왔지만 {X}는 계속합니다. 다른 누군가가 "
		      "보냈습니다." } },
	  .decides = { { "{Y}'s read: ECONNRESET; {X}'s host has sent no RST (nstat TcpOutRsts).",
			 "{Y}의 read: ECONNRESET. {X} 호스트는 RST를 보내지 않았습니다(nstat "
			 "TcpOutRsts)." } } },
	{ .id = "reset-forged-inside",
	  .kind = ROW_FAILURE,
	  .shows = shows_inside,
	  .says = { { "an RST in {X}'s name with a number inside of the window, but not the next one: it "
		      "draws a challenge ACK, and the connection lives (RFC 5961).",
		      "{X}의 이름으로 RST가 왔지만 순서 번호가 윈도우 안일 뿐 다음 번호가 아닙니다. "
		      "challenge ACK를 부르고 연결은 살아 있습니다(RFC 5961)." } },
	  .decides = { { "nstat TcpExtTCPChallengeACK on {Y}'s host; no call returns an error.",
			 "{Y} 호스트의 nstat TcpExtTCPChallengeACK. 에러를 리턴하는 호출은 "
			 "없습니다." } } },
	{ .id = "reset-forged-outside",
	  .kind = ROW_FAILURE,
	  .shows = shows_outside,
	  .says = { { "an RST in {X}'s name with a number outside of the window: it is ignored.",
		      "{X}의 이름으로 RST가 왔지만 순서 번호가 윈도우 밖입니다. 무시됩니다." } },
	  .cannot = { { "whether it is forged, or late, of an older connection.",
			"위조인지, 옛 연결의 늦게 온 RST인지." } },
	  .decides = { { "no call returns an error.", "에러를 리턴하는 호출은 없습니다." } } },
	{ .id = "zero-window",
	  .kind = ROW_HEALTHY,
	  .shows = shows_zero_window,
	  .says = { { "{X}'s window was 0 for {t} ({n} probes of {Y}), and has opened again: {X}'s program "
		      "read too slowly.",
		      "{X}의 윈도우가 {t} 동안 0이었다가({Y}의 탐침 {n}개) 다시 열렸습니다. {X}의 "
		      "프로그램이 늦게 읽었습니다." } },
	  .decides = { { "{Y}'s write waits meanwhile.", "그동안 {Y}의 write가 기다립니다." } } },
	{ .id = NULL },
};

const struct row rows_abort[] = {
	{ .id = "accept-abort",
	  .kind = ROW_FAILURE,
	  .also = "linger-abort",
	  .shows = shows_accept_abort,
	  .says = { { "{X} aborts with RST,ACK right after the handshake, before any data.",
		      "{X}가 데이터 없이, 핸드셰이크 직후 RST,ACK로 연결을 끊습니다." } },
	  .cannot = { { "whether the server's accept had returned before.",
			"서버의 accept가 그 전에 리턴했는지." } },
	  .decides = { { "the server's accept, and its first read: ECONNRESET; {X}'s SO_LINGER {1, 0}.",
			 "서버의 accept와 첫 read: ECONNRESET. {X}의 SO_LINGER {1, 0}." } } },
	{ .id = "reset-forged",
	  .kind = ROW_FAILURE,
	  .also = "linger-abort server-host-reboot",
	  .shows = shows_forged,
	  .says = { { "a bare RST in {X}'s name that answers nothing: forged, or sent by a firewall on the "
		      "way.",
		      "{X}의 이름으로, 아무것에 대한 답도 아닌 ACK 플래그 없는 RST가 왔습니다. 위조되었거나 "
		      "도중의 방화벽이 보냈습니다." } },
	  .cannot = { { "who has sent it: its numbers are right.",
			"누가 보냈는지. 순서 번호는 맞습니다." } },
	  .decides = { { "{Y}'s read: ECONNRESET; a capture at {X}'s host does not have it.",
			 "{Y}의 read: ECONNRESET. {X} 호스트의 캡처에는 이 RST가 없습니다." } } },
	{ .id = "reset-forged",
	  .kind = ROW_FAILURE,
	  .also = "linger-abort close-unread-data",
	  .shows = shows_other_ttl,
	  .says = { { "an RST in {X}'s name with another TTL than all else that {X} sends: probably from a "
		      "device on the way.",
		      "{X}의 이름으로 온 RST의 TTL이 {X}의 다른 세그먼트와 다릅니다. 도중의 장비가 보냈을 "
		      "가능성이 큽니다." } },
	  .cannot = { { "whether {X}'s own stack gives its RSTs another TTL.",
			"{X}의 스택이 원래 RST에 다른 TTL을 쓰는지." } },
	  .decides = { { "{Y}'s read: ECONNRESET; a capture at {X}'s host.",
			 "{Y}의 read: ECONNRESET. {X} 호스트에서의 캡처." } } },
	{ .id = "bare-reset",
	  .kind = ROW_UNKNOWN,
	  .nearest = "reset-forged",
	  .also = "reset-forged linger-abort",
	  .shows = shows_bare,
	  .says = { { "a bare RST by {X}, which knew the connection a moment before: a program that aborts, "
		      "a TCP of its own whose kernel does not know it, a firewall, or a forger.",
		      "조금 전까지 연결을 알던 {X}가 ACK 플래그 없는 RST를 보냅니다. 프로그램이 끊었거나, "
		      "커널이 모르는 자체 TCP이거나, 방화벽이거나, 위조입니다." } },
	  .decides = { { "{Y}'s read: ECONNRESET; a capture at {X}'s host, and {X}'s calls.",
			 "{Y}의 read: ECONNRESET. {X} 호스트에서의 캡처와 {X}의 호출." } } },
	{ .id = "reset-in-place-of-fin",
	  .kind = ROW_FAILURE,
	  .nearest = "linger-abort",
	  .also = "linger-abort close-unread-data",
	  .shows = shows_for_fin,
	  .says = { { "{Y} has closed (FIN), and {X} closes with RST,ACK in place of its own FIN.",
		      "{Y}가 닫았고(FIN), {X}는 자기 FIN 대신 RST,ACK로 닫습니다." } },
	  .cannot = { { "whether {X} has closed with SO_LINGER {1, 0}, or with data unread; Windows' services "
			"and many clients do so as a habit, and {Y} loses nothing.",
			"{X}가 SO_LINGER {1, 0}으로 닫았는지, 데이터를 읽지 않고 닫았는지. Windows의 서비스와 "
			"많은 클라이언트는 늘 이렇게 닫으며, {Y}가 잃는 것은 없습니다." } },
	  .decides = { { "{X}'s calls: setsockopt, and how much it has read; {Y}'s read, if it still reads: "
			 "ECONNRESET.",
			 "{X}의 호출(setsockopt, 읽은 바이트 수). {Y}가 아직 읽는다면 read: "
			 "ECONNRESET." } } },
	{ .id = "close-unread-data",
	  .kind = ROW_FAILURE,
	  .also = "linger-abort",
	  .shows = shows_unread,
	  .says = { { "{X} aborts with RST,ACK in place of an answer to {Y}'s data.",
		      "{X}가 {Y}의 데이터에 답하는 대신 RST,ACK로 연결을 끊습니다." } },
	  .cannot = { { "whether {X} has closed with the data unread, or with SO_LINGER {1, 0}; some programs "
			"and Windows end connections so as a habit.",
			"{X}가 데이터를 읽지 않고 닫았는지, SO_LINGER {1, 0}으로 닫았는지. 일부 프로그램과 "
			"Windows는 늘 이렇게 끝내기도 합니다." } },
	  .decides = { { "{X}'s calls: setsockopt, and how much it has read; {Y}'s read: ECONNRESET.",
			 "{X}의 호출(setsockopt, 읽은 바이트 수). {Y}의 read: ECONNRESET." } } },
	{ .id = "linger-abort",
	  .kind = ROW_FAILURE,
	  .also = "close-unread-data",
	  .shows = shows_linger,
	  .says = { { "{X} ends the connection with RST,ACK in place of a FIN, or after it.",
		      "{X}가 FIN 대신, 또는 FIN 다음에 RST,ACK로 연결을 끝냅니다." } },
	  .cannot = { { "whether {X} has closed with SO_LINGER {1, 0}, or with data unread; some programs and "
			"Windows end connections so as a habit.",
			"{X}가 SO_LINGER {1, 0}으로 닫았는지, 데이터를 읽지 않고 닫았는지. 일부 프로그램과 "
			"Windows는 늘 이렇게 끝내기도 합니다." } },
	  .decides = { { "{X}'s calls: setsockopt, and how much it has read; {Y}'s read: ECONNRESET.",
			 "{X}의 호출(setsockopt, 읽은 바이트 수). {Y}의 read: ECONNRESET." } } },
	{ .id = NULL },
};

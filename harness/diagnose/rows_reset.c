/* Conversations that an RST has ended, where what came before it names the cause. */
#include "diagnose/row.h"

enum { RECENT_NS = 1000 * 1000000 };

static const struct side *other_of(const struct facts *facts, const struct reset *reset)
{
	return &facts->side[!reset->by];
}

/* An RST that has ended an open connection. */
static const struct reset *ended_by(const struct facts *facts)
{
	const struct reset *reset = &facts->reset;

	return reset->segment && reset->is_open && !reset->is_closed ? reset : NULL;
}

static bool shows_stranger(const struct facts *facts, struct finding *finding)
{
	if (facts->is_open || facts->side[0].sent.count + facts->side[1].sent.count > 0)
		return false;
	add_frames(finding, facts, &facts->side[0].rst);
	add_frames(finding, facts, &facts->side[1].rst);
	add_frames(finding, facts, &facts->side[0].trouble);
	add_frames(finding, facts, &facts->side[1].trouble);
	return true;
}

/* Its own probes went unanswered, and then it has given up. */
static bool shows_probes(const struct facts *facts, struct finding *finding, enum side_name by)
{
	const struct reset *reset = ended_by(facts);

	if (!reset || reset->answers || reset->by != by || reset->probe.count == 0 ||
	    other_of(facts, reset)->is_zero)
		return false;
	add_frames(finding, facts, &reset->probe);
	add_frame(finding, reset->segment);
	finding->x = by;
	finding->n = reset->probe.count;
	finding->lasted_ns = reset->segment->time_ns - reset->probe.first->time_ns;
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

static bool shows_zero_window_crash(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	if (!reset || reset->answers || reset->probe.count == 0 || !other_of(facts, reset)->is_zero)
		return false;
	add_frame(finding, other_of(facts, reset)->zero.first);
	add_frames(finding, facts, &reset->probe);
	add_frame(finding, reset->segment);
	finding->x = reset->by;
	finding->n = reset->probe.count;
	return true;
}

/* Its data was sent again and again, and then it has given up. */
static bool shows_given_up(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	if (!reset || reset->answers || reset->again.count < 2)
		return false;
	add_frames(finding, facts, &reset->again);
	add_frame(finding, reset->segment);
	finding->x = reset->by;
	finding->n = reset->again.count;
	finding->lasted_ns = reset->segment->time_ns - reset->again.first->time_ns;
	return true;
}

static bool shows_zero_window_killed(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	if (!reset || !reset->was_zero)
		return false;
	add_frame(finding, facts->side[reset->by].zero.first);
	add_frame(finding, reset->segment);
	finding->x = reset->by;
	return true;
}

/* It has closed; the other side's data comes to a connection that is no more. */
static bool shows_data_after_fin(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	if (!reset || !reset->has_own_fin || !reset->answers_data)
		return false;
	add_frame(finding, reset->own_fin);
	add_frame(finding, reset->answers);
	add_frame(finding, reset->segment);
	for (int i = 0; i < facts->reset_count; i++)
		if (facts->resets[i].by == reset->by)
			add_frame(finding, facts->resets[i].segment);
	finding->x = reset->by;
	return true;
}

static bool shows_killed(const struct facts *facts, struct finding *finding)
{
	return facts->reset.by == SERVER_SIDE && !facts->reset.answers_crossing &&
	       shows_data_after_fin(facts, finding);
}

static bool shows_crossing(const struct facts *facts, struct finding *finding)
{
	return facts->reset.by == SERVER_SIDE && shows_data_after_fin(facts, finding);
}

static bool shows_client_closed(const struct facts *facts, struct finding *finding)
{
	return facts->reset.by == CLIENT_SIDE && shows_data_after_fin(facts, finding);
}

/* It has closed long ago, and waits no more; the other side never has. */
static bool shows_forgotten(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	if (!reset || !reset->has_own_fin || reset->has_other_fin || !reset->answers ||
	    reset->segment->flags & ACK)
		return false;
	add_frame(finding, reset->own_fin);
	add_frame(finding, reset->answers);
	add_frame(finding, reset->segment);
	finding->x = reset->by;
	finding->lasted_ns = reset->segment->time_ns - reset->own_fin->time_ns;
	return true;
}

/* The server answers the ACK of the handshake with an RST, before there is any data. */
static bool shows_turned_away(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	if (!reset || reset->by != SERVER_SIDE || !reset->answers || !facts->has_beginning ||
	    facts->side[0].bytes + facts->side[1].bytes > 0 || facts->has_both_fins ||
	    reset->answers_probe || reset->answers_fin ||
	    reset->segment->time_ns - facts->first->time_ns > 3 * (int64_t)RECENT_NS)
		return false;
	add_frame(finding, reset->answers);
	add_frame(finding, reset->segment);
	finding->x = SERVER_SIDE;
	return true;
}

static bool is_bare_answer(const struct reset *reset)
{
	return reset && reset->answers && !(reset->segment->flags & ACK);
}

/* A bare RST for a segment of a connection that its sender does not know. */
static bool shows_reboot(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);
	const struct side *side;

	if (!is_bare_answer(reset) || reset->has_own_fin || reset->answers_fin)
		return false;
	side = &facts->side[reset->by];
	if (!reset->answers_data && !reset->answers_probe && side->sent.last &&
	    reset->segment->time_ns - side->sent.last->time_ns < RECENT_NS)
		return false; /* it knew the connection a moment ago, and no data has come since */
	add_frame(finding, side->sent.last);
	add_frames(finding, facts, &other_of(facts, reset)->open_again);
	add_frame(finding, reset->answers);
	add_frame(finding, reset->segment);
	finding->x = reset->by;
	return true;
}

static bool shows_fin_unknown(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = ended_by(facts);

	if (!is_bare_answer(reset) || reset->has_own_fin || !reset->answers_fin)
		return false;
	add_frame(finding, reset->answers);
	add_frame(finding, reset->segment);
	finding->x = reset->by;
	return true;
}

#define CRASH_CANNOT                                                                                                                         \
	{                                                                                                                                    \
		{                                                                                                                            \
			"whether {Y}'s host has crashed, a cable or router has failed, or a "                                                \
			"firewall drops.",                                                                                                   \
				"{Y} 호스트가 다운되었는지, 케이블이나 라우터가 끊겼는지, 방화벽이 버리는지." \
		}                                                                                                                            \
	}

const struct row rows_reset[] = {
	{ .id = "no-conversation",
	  .kind = ROW_UNKNOWN,
	  .nearest = "connect-refused",
	  .shows = shows_stranger,
	  .says = { { "nothing but RSTs, or ICMP: what they answer was not captured.",
		      "RST나 ICMP뿐입니다. 무엇에 대한 답인지는 캡처되지 않았습니다." } },
	  .decides = { { "a capture at the other host, or of both directions.",
			 "다른 호스트에서의 캡처, 또는 양방향 캡처." } } },
	{ .id = "zero-window-crash",
	  .kind = ROW_FAILURE,
	  .shows = shows_zero_window_crash,
	  .says = { { "{Y}'s window is 0, none of {n} probes is answered, and {X} gives up.",
		      "{Y}의 윈도우가 0이고, 탐침 {n}개에 답이 없어 {X}가 포기합니다." } },
	  .cannot = CRASH_CANNOT,
	  .decides = { { "{X}'s write: ETIMEDOUT.", "{X}의 write: ETIMEDOUT." } } },
	{ .id = "keepalive",
	  .kind = ROW_FAILURE,
	  .shows = shows_keepalive,
	  .says = { { "{n} keepalive probes of {X} in {t} without an answer; then it gives up with "
		      "RST.",
		      "{X}의 keepalive 탐침 {n}개에 {t} 동안 답이 없어, RST를 보내고 포기합니다." } },
	  .cannot = CRASH_CANNOT,
	  .decides = { { "{X}'s read: ETIMEDOUT.", "{X}의 read: ETIMEDOUT." } } },
	{ .id = "client-host-crash-keepalive",
	  .kind = ROW_FAILURE,
	  .shows = shows_server_keepalive,
	  .says = { { "{n} keepalive probes of {X} in {t} without an answer; then it gives up with "
		      "RST.",
		      "{X}의 keepalive 탐침 {n}개에 {t} 동안 답이 없어, RST를 보내고 포기합니다." } },
	  .cannot = CRASH_CANNOT,
	  .decides = { { "{X}'s read: ETIMEDOUT.", "{X}의 read: ETIMEDOUT." } } },
	{ .id = "server-host-crash",
	  .kind = ROW_FAILURE,
	  .also = "user-timeout",
	  .shows = shows_given_up,
	  .says = { { "{X}'s data is sent again {n} times in {t} without an answer; then it gives up "
		      "with RST.",
		      "{X}가 {t} 동안 데이터를 {n}번 재전송해도 답이 없어, RST를 보내고 "
		      "포기합니다." } },
	  .cannot = CRASH_CANNOT,
	  .decides = { { "{X}'s read: ETIMEDOUT; a program's own patience (TCP_USER_TIMEOUT, a timer "
			 "and close) shows in its calls.",
			 "{X}의 read: ETIMEDOUT. 프로그램이 스스로 정한 시한(TCP_USER_TIMEOUT, 타이머와 "
			 "close)은 호출에서 보입니다." } } },
	{ .id = "zero-window-killed",
	  .kind = ROW_FAILURE,
	  .shows = shows_zero_window_killed,
	  .says = { { "{X} resets the connection while its window is 0: it ended with data unread.",
		      "{X}가 윈도우 0인 채로 RST를 보냅니다. 데이터를 읽지 않고 끝났습니다." } },
	  .cannot = { { "whether {X}'s process was killed, or has closed.",
			"{X}의 프로세스가 강제로 끝났는지, close를 불렀는지." } },
	  .decides = { { "{Y}'s write: ECONNRESET; {X}'s exit status.",
			 "{Y}의 write: ECONNRESET. {X}의 종료 상태." } } },
	{ .id = "server-child-killed",
	  .kind = ROW_FAILURE,
	  .also = "sigpipe server-host-shutdown",
	  .shows = shows_killed,
	  .says = { { "{X} has closed (FIN); {Y}, which has acknowledged that, sends data all the same, "
		      "and the data is answered with RST.",
		      "{X}가 닫았고(FIN) {Y}는 그것을 확인했는데도 데이터를 보내, RST가 "
		      "돌아옵니다." } },
	  .cannot = { { "why {X} has closed (killed, finished, SIGTERM at shutdown), and whether {Y} "
			"writes once more.",
			"{X}가 왜 닫았는지(강제 종료, 정상 종료, 시스템 종료의 SIGTERM), {Y}가 한 번 더 "
			"쓰는지." } },
	  .decides = { { "{Y}'s read: 0; its next write: EPIPE, with SIGPIPE (scenario sigpipe).",
			 "{Y}의 read: 0. 다음 write: EPIPE와 SIGPIPE(시나리오 sigpipe)." } } },
	{ .id = "server-child-killed-crossing",
	  .kind = ROW_FAILURE,
	  .nearest = "server-child-killed",
	  .also = "sigpipe server-host-shutdown",
	  .shows = shows_crossing,
	  .says = { { "{X}'s FIN crosses {Y}'s data: {Y} could not know yet; its data is answered with "
		      "RST.",
		      "{X}의 FIN과 {Y}의 데이터가 엇갈립니다. {Y}는 아직 알 수 없었고, 그 데이터에 "
		      "RST가 돌아옵니다." } },
	  .cannot = { { "why {X} has closed before it had all data, and whether {Y} writes once more.",
			"{X}가 왜 데이터를 다 받기 전에 닫았는지, {Y}가 한 번 더 쓰는지." } },
	  .decides = { { "{Y}'s read: ECONNRESET if the RST comes first, else 0; its next write: EPIPE, "
			 "with SIGPIPE.",
			 "{Y}의 read: RST가 먼저 오면 ECONNRESET, 아니면 0. 다음 write: EPIPE와 "
			 "SIGPIPE." } } },
	{ .id = "client-closed-early",
	  .kind = ROW_FAILURE,
	  .nearest = "server-child-killed",
	  .also = "sigpipe",
	  .shows = shows_client_closed,
	  .says = { { "{X} has closed (FIN), data of {Y} still comes, and is answered with RST.",
		      "{X}가 닫았는데(FIN) {Y}의 데이터가 더 와서, RST가 돌아옵니다." } },
	  .cannot = { { "whether {X} wanted that data: a last word (TLS close_notify) may be lost without "
			"harm.",
			"{X}에게 필요한 데이터였는지. 마지막 인사(TLS close_notify)라면 없어져도 "
			"괜찮습니다." } },
	  .decides = { { "{Y}'s next write: EPIPE, with SIGPIPE, as in scenario sigpipe with the roles "
			 "exchanged.",
			 "{Y}의 다음 write: EPIPE와 SIGPIPE. 시나리오 sigpipe에서 역할을 바꾼 것과 "
			 "같습니다." } } },
	{ .id = "half-close-forgotten",
	  .kind = ROW_UNKNOWN,
	  .nearest = "server-child-killed",
	  .shows = shows_forgotten,
	  .says = { { "{X} closed {t} ago and waits no more; {Y} never has (CLOSE_WAIT), and its segment is "
		      "answered with RST.",
		      "{X}는 {t} 전에 닫았고 더는 기다리지 않습니다. {Y}는 닫지 않았고(CLOSE_WAIT), 그 "
		      "세그먼트에 RST가 돌아옵니다." } },
	  .decides = { { "{Y}'s calls: its read has returned 0, and close is missing.",
			 "{Y}의 호출: read가 0을 리턴했는데 close가 없습니다." } } },
	{ .id = "turned-away",
	  .kind = ROW_UNKNOWN,
	  .nearest = "backlog-full-abort",
	  .shows = shows_turned_away,
	  .says = { { "{X} answers the ACK that completes the handshake with RST: a full accept queue "
		      "with tcp_abort_on_overflow, or a proxy without a server.",
		      "{X}가 핸드셰이크의 마지막 ACK에 RST로 답합니다. accept 큐가 가득 찼고 "
		      "tcp_abort_on_overflow이거나, 뒤에 서버가 없는 프록시입니다." } },
	  .decides = { { "on the server's host: nstat TcpExtListenOverflows.",
			 "서버 호스트에서 nstat TcpExtListenOverflows." } } },
	{ .id = "server-host-reboot",
	  .kind = ROW_FAILURE,
	  .shows = shows_reboot,
	  .says = { { "{Y}'s segment is answered with a bare RST, without a FIN before: {X}'s host does "
		      "not know the connection.",
		      "{Y}의 세그먼트에, FIN도 없이 ACK 플래그 없는 RST가 돌아옵니다. {X} 호스트는 이 "
		      "연결을 모릅니다." } },
	  .cannot = { { "whether it has crashed and rebooted, or a firewall or NAT in between has "
			"forgotten the connection, or the RST is forged.",
			"다운되었다가 재부팅했는지, 사이의 방화벽이나 NAT가 연결을 잊었는지, 위조된 "
			"RST인지." } },
	  .decides = { { "{Y}'s read: ECONNRESET; uptime on {X}'s host.",
			 "{Y}의 read: ECONNRESET. {X} 호스트의 uptime." } } },
	{ .id = "fin-answered-by-rst",
	  .kind = ROW_UNKNOWN,
	  .nearest = "server-host-reboot",
	  .shows = shows_fin_unknown,
	  .says = { { "{Y} closes, and its FIN is answered with a bare RST: {X} does not know the "
		      "connection any more, or ends connections so.",
		      "{Y}가 닫는데, 그 FIN에 ACK 플래그 없는 RST가 돌아옵니다. {X}는 이 연결을 더는 "
		      "모르거나, 연결을 그렇게 끝냅니다." } },
	  .decides = { { "{Y}'s close has returned 0 before; {X}'s calls, or its uptime.",
			 "{Y}의 close는 이미 0을 리턴했습니다. {X}의 호출이나 uptime을 보세요." } } },
	{ .id = NULL },
};

/* Segments that are sent for the first time: the handshake, data, probes. */
#include "explain/silence.h"

#include <netinet/tcp.h>
#include <string.h>

static const struct tcp_segment *segment_of(const struct moment *moment, enum shape shape)
{
	const struct tcp_segment *segment = moment->segment;

	return segment && segment->shape == shape && segment->is_sane && segment->from ? segment
										       : NULL;
}

/* The handshake -------------------------------------------------------------------------- */

static bool syn(struct moment *moment)
{
	const struct tcp_segment *segment = segment_of(moment, SEGMENT_SYN);

	return segment && !segment->again && segment->seq == 0 &&
	       tcb_state(moment->tcb) == TCP_SYN_SENT && moment->tcb->connected != NO_EVENT &&
	       because(moment, moment->tcb->connected);
}

static bool syn_ack(struct moment *moment)
{
	const struct tcp_segment *segment = segment_of(moment, SEGMENT_SYN_ACK);

	if (!segment || segment->again || segment->seq != 0 || segment->ack != 1 ||
	    tcb_state(moment->tcb) != TCP_SYN_RECV || !moment->tcb->listener)
		return false;
	because(moment, tcb_last_step(moment->tcb)->cause);
	return because(moment, moment->tcb->listener->listened);
}

static bool third(struct moment *moment)
{
	const struct tcp_segment *segment = segment_of(moment, SEGMENT_ACK);

	return segment && segment->ack == 1 && segment->seq == 1 && !moment->tcb->spoken &&
	       tcb_state(moment->tcb) == TCP_ESTABLISHED &&
	       tcb_last_step(moment->tcb)->by == BY_SYN_ACK &&
	       because(moment, tcb_last_step(moment->tcb)->cause);
}

/* Data ----------------------------------------------------------------------------------- */

/* The next bytes that were given; NULL: they are not that. */
static const struct given *next_given(const struct moment *moment)
{
	const struct tcp_segment *segment = segment_of(moment, SEGMENT_DATA);
	const struct tcb *tcb = moment->tcb;

	if (!segment || segment->again || segment->seq != tcb->next || !tcb_established(tcb) ||
	    tcb_is_dead(tcb) || tcb->fin_sent || segment->stop - 1 > tcb->written ||
	    !tcb_may_acknowledge(tcb, segment) || !tcb_gave(tcb, segment))
		return NULL;
	return tcb_given_at(tcb, segment->seq);
}

/* The ACK that these bytes have waited for; NULL: they have not waited. */
static const struct tcp_segment *freed_by(const struct moment *moment, const struct given *given)
{
	const struct tcp_segment *got = tcb_last_got(moment->tcb);
	const bool was_queued = given->had_to_queue || moment->segment->seq - 1 > given->from ||
				(given->returned != NO_EVENT && got &&
				 time_of(moment->world, given->returned) < got->time_ns);

	if (!was_queued || !got || !(got->flags & ACK) ||
	    got->time_ns < time_of(moment->world, given->call))
		return NULL;
	return got;
}

/*
 * Data leaves while write() is being called, unless something stands in its way: then it is freed
 * by an ACK, or by the answer to a question for the peer's address.
 */
static bool leaves_at_once(const struct world *world, const struct tcb *tcb,
			   const struct given *given)
{
	const size_t answer = last_answer(world, tcb->host);

	return given->returned == NO_EVENT ||
	       (answer != NO_EVENT && time_of(world, answer) > time_of(world, given->call));
}

static bool data(struct moment *moment)
{
	const struct given *given = next_given(moment);

	return given && !freed_by(moment, given) &&
	       leaves_at_once(moment->world, moment->tcb, given) && because(moment, given->call);
}

static bool data_freed(struct moment *moment)
{
	const struct given *given = next_given(moment);
	const struct tcp_segment *ack = given ? freed_by(moment, given) : NULL;

	if (!ack)
		return false;
	because(moment, ack->event);
	return because(moment, given->call);
}

/* Probes --------------------------------------------------------------------------------- */

/* TCP_KEEPIDLE and TCP_KEEPINTVL are whole seconds (tcp(7)). */
#define KEEPALIVE_LEAST_NS (INT64_C(1000000000) - TICK_NS)

static bool window_probe(struct moment *moment)
{
	const struct tcp_segment *segment = segment_of(moment, SEGMENT_ACK);

	return segment && segment->probe && moment->tcb->window_0 &&
	       segment->time_ns - tcb_last_sent(moment->tcb)->time_ns >=
		       timer_least_ns(moment->world, moment->tcb) &&
	       moment->tcb->written + 1 > moment->tcb->next &&
	       tcb_may_acknowledge(moment->tcb, segment) &&
	       because(moment, moment->tcb->window_0->event);
}

static bool keepalive_probe(struct moment *moment)
{
	const struct tcp_segment *segment = segment_of(moment, SEGMENT_ACK), *got;
	size_t option;

	if (!segment || !segment->probe || moment->tcb->window_0 || tcb_is_dead(moment->tcb) ||
	    !tcb_may_acknowledge(moment->tcb, segment))
		return false;
	option = tcb_option(moment->world, moment->tcb, OPTION_KEEPALIVE);
	got = tcb_last_got(moment->tcb);
	if (option == NO_EVENT || (got && segment->time_ns - got->time_ns < KEEPALIVE_LEAST_NS) ||
	    segment->time_ns - tcb_last_sent(moment->tcb)->time_ns < KEEPALIVE_LEAST_NS)
		return false;
	because(moment, option);
	return !got || because(moment, got->event);
}

const struct rule rules_segment[] = {
	{ .id = "seg.syn",
	  .kind = EVENT_PACKET,
	  .holds = syn,
	  .condition = "connect() is being called, and none was sent",
	  .english = "SYN: connect() asks for a connection",
	  .korean = "connect()가 연결을 요청하는 SYN",
	  .source = "RFC 9293 3.5, tcp_connect()",
	  .counter = "TcpActiveOpens" },
	{ .id = "seg.syn-ack",
	  .kind = EVENT_PACKET,
	  .holds = syn_ack,
	  .condition = "a SYN has come to a listener whose queue is not full",
	  .english = "SYN,ACK: a listening socket takes the SYN",
	  .korean = "리스닝 소켓이 SYN을 받아들인다는 SYN,ACK",
	  .source = "RFC 9293 3.10.7.2, tcp_conn_request()" },
	{ .id = "seg.third",
	  .kind = EVENT_PACKET,
	  .holds = third,
	  .condition = "SYN,ACK has come, and nothing was sent since",
	  .english = "ACK: the third segment of the handshake answers SYN,ACK",
	  .korean = "SYN,ACK에 답하는 three-way handshake의 세 번째 세그먼트",
	  .source = "RFC 9293 3.5, tcp_rcv_synsent_state_process()",
	  .counter = "TcpPassiveOpens (of the peer)" },
	{ .id = "seg.data",
	  .kind = EVENT_PACKET,
	  .holds = data,
	  .condition = "the next bytes that write() has given; it acknowledges what has come; "
		       "they have not waited for an ACK",
	  .english = "data that {cause} has given",
	  .korean = "{cause}가 건네준 데이터",
	  .source = "RFC 9293 3.10.2, tcp_write_xmit()",
	  .counter = "TCPOrigDataSent" },
	{ .id = "seg.data-freed",
	  .kind = EVENT_PACKET,
	  .holds = data_freed,
	  .condition = "the same, but they have waited, and an ACK has just come",
	  .english = "data that had to wait: an ACK has made room",
	  .korean = "기다리던 데이터. ACK가 와서 보낼 수 있게 되었다",
	  .source = "RFC 9293 3.7.4 (Nagle), 3.8.6 (window), tcp_data_snd_check()",
	  .counter = "TCPOrigDataSent" },
	{ .id = "seg.window-probe",
	  .kind = EVENT_PACKET,
	  .holds = window_probe,
	  .repeats = true,
	  .condition = "empty, with the number before the next; data waits, and the peer's "
		       "window is 0",
	  .english = "window probe: data waits, and the peer has said that it has no room",
	  .korean = "윈도우 탐침. 보낼 데이터가 있는데 상대의 윈도우가 0이다",
	  .source = "RFC 9293 3.8.6.1, tcp_write_wakeup()",
	  .counter = "TCPWinProbe" },
	{ .id = "seg.keepalive-probe",
	  .kind = EVENT_PACKET,
	  .holds = keepalive_probe,
	  .repeats = true,
	  .condition = "empty, with the number before the next; SO_KEEPALIVE is set, and nothing "
		       "has come for a second or more",
	  .english = "keepalive probe: nothing has come for long. Is the peer still there?",
	  .korean = "keepalive 탐침. 오래 조용한 상대가 아직 있는지 묻는다",
	  .source = "RFC 9293 3.8.4, tcp_keepalive_timer()",
	  .counter = "TCPKeepAlive" },
	{ 0 },
};

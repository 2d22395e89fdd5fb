/* Empty segments that acknowledge. */
#include "explain/silence.h"

#include <netinet/tcp.h>

/*
 * TCP_DELACK_MIN of Linux, less a tick: an ACK that was delayed comes no sooner. RFC 1122 4.2.3.2
 * allows half a second.
 */
#define DELAYED_NS (INT64_C(40000000) - TICK_NS)

static const struct tcp_segment *pure_ack(const struct moment *moment)
{
	const struct tcp_segment *segment = moment->segment;
	const struct tcb *tcb = moment->tcb;

	if (!segment || !tcb || segment->shape != SEGMENT_ACK || !segment->is_sane ||
	    segment->probe || segment->seq < tcb->una || segment->seq > tcb->next ||
	    !tcb_may_acknowledge(tcb, segment))
		return NULL;
	return segment;
}

/* What a new acknowledgement is for: the last data or FIN up to there. */
static const struct tcp_segment *acknowledged(const struct moment *moment)
{
	const struct tcp_segment *segment = pure_ack(moment);
	const struct tcb *tcb = moment->tcb;

	if (!segment || segment->ack <= tcb->acked || (!tcb->spoken && tcb->connected != NO_EVENT))
		return NULL;
	if (tcb->fin_in != NO_EVENT && segment->ack == tcb->rcv) {
		struct tcp_segment *const *got = tcb->got.at;

		for (size_t i = tcb->got.count; i-- > 0;)
			if (got[i]->event == tcb->fin_in)
				return got[i];
	}
	return segment->ack > 1 ? tcb_data_at(tcb, segment->ack - 2) : NULL;
}

static bool is_late(const struct moment *moment, const struct tcp_segment *cause)
{
	return moment->segment->time_ns - cause->time_ns >= DELAYED_NS;
}

static bool of_data(struct moment *moment)
{
	const struct tcp_segment *cause = acknowledged(moment);

	return cause && cause->shape == SEGMENT_DATA && !is_late(moment, cause) &&
	       because(moment, cause->event);
}

static bool late(struct moment *moment)
{
	const struct tcp_segment *cause = acknowledged(moment);

	return cause && is_late(moment, cause) && because(moment, cause->event);
}

/* A FIN before any data meets a timer that was never set: the ACK leaves at the next tick. */
static bool is_first_thing(const struct tcb *tcb)
{
	return tcb->data.count == 0 && tcb->closed == NO_EVENT;
}

static bool of_fin(struct moment *moment)
{
	const struct tcp_segment *cause = acknowledged(moment);

	return cause && cause->shape == SEGMENT_FIN && !is_late(moment, cause) &&
	       !is_first_thing(moment->tcb) && because(moment, cause->event);
}

static bool of_first_fin(struct moment *moment)
{
	const struct tcp_segment *cause = acknowledged(moment);

	return cause && cause->shape == SEGMENT_FIN && !is_late(moment, cause) &&
	       is_first_thing(moment->tcb) && because(moment, cause->event);
}

/* What acknowledges nothing new ---------------------------------------------------------- */

/* The last segment that has come since this end sent anything; NULL: none. */
static const struct tcp_segment *since(const struct moment *moment)
{
	const struct tcp_segment *segment = pure_ack(moment), *got, *sent;

	if (!segment || segment->ack != moment->tcb->acked)
		return NULL;
	got = tcb_last_got(moment->tcb);
	sent = tcb_last_sent(moment->tcb);
	return got && (!sent || got > sent) ? got : NULL;
}

static bool takes_numbers(const struct tcp_segment *segment)
{
	return segment->shape == SEGMENT_DATA || segment->shape == SEGMENT_FIN ||
	       segment->shape == SEGMENT_SYN_ACK;
}

static bool of_repetition(struct moment *moment)
{
	const struct tcp_segment *got = since(moment);

	return got && takes_numbers(got) && got->again && got->stop <= moment->segment->ack &&
	       because(moment, got->event);
}

static bool no_room(struct moment *moment)
{
	const struct tcp_segment *got = since(moment);

	return got && takes_numbers(got) && got->stop > moment->segment->ack &&
	       tcb_option(moment->world, moment->tcb, OPTION_RCVBUF) != NO_EVENT &&
	       because(moment, got->event);
}

static bool challenge(struct moment *moment)
{
	const struct tcp_segment *got = since(moment);

	return got && (got->shape == SEGMENT_RST || got->shape == SEGMENT_SYN) &&
	       !tcb_is_dead(moment->tcb) && because(moment, got->event);
}

static bool of_probe(struct moment *moment)
{
	const struct tcp_segment *got = since(moment);

	return got && got->shape == SEGMENT_ACK && got->seq < moment->tcb->rcv &&
	       because(moment, got->event);
}

/* Somebody has read, and the window has grown. */
static bool window(struct moment *moment)
{
	const struct tcp_segment *segment = pure_ack(moment);
	const struct tcb *tcb = moment->tcb;
	const struct tcp_segment *last, *got;

	if (!segment || segment->ack != tcb->acked || tcb->last_read == NO_EVENT)
		return false;
	last = tcb_last_sent(tcb);
	got = since(moment);
	if (!last || segment->window <= last->window ||
	    (got && (takes_numbers(got) || got->seq < tcb->rcv || got->shape == SEGMENT_RST)))
		return false;
	return time_of(moment->world, tcb->last_read) >= last->time_ns &&
	       because(moment, tcb->last_read);
}

const struct rule rules_ack[] = {
	{ .id = "ack.data",
	  .kind = EVENT_PACKET,
	  .holds = of_data,
	  .condition = "it acknowledges data, at once",
	  .english = "ACK: data has come",
	  .korean = "데이터를 받았다는 ACK",
	  .source = "RFC 9293 3.8.6.3, __tcp_ack_snd_check()" },
	{ .id = "ack.late",
	  .kind = EVENT_PACKET,
	  .holds = late,
	  .condition = "it acknowledges data or a FIN, 30 ms later or more",
	  .english = "ACK, delayed: no data has left meanwhile that could carry it",
	  .korean = "실어 보낼 데이터가 없어 늦게 나가는 ACK(delayed ACK)",
	  .source = "RFC 1122 4.2.3.2, tcp_delack_timer()",
	  .counter = "DelayedACKs" },
	{ .id = "ack.fin",
	  .kind = EVENT_PACKET,
	  .holds = of_fin,
	  .condition = "it acknowledges a FIN, at once; data had come before it, or this end has "
		       "closed",
	  .english = "ACK: the peer's FIN has come",
	  .korean = "상대의 FIN을 받았다는 ACK",
	  .source = "RFC 9293 3.10.7.4, tcp_fin()" },
	{ .id = "ack.first-fin",
	  .kind = EVENT_PACKET,
	  .holds = of_first_fin,
	  .condition = "the same, but the FIN is the first thing that has come",
	  .english = "ACK: the peer's FIN has come; before any data it is acknowledged at the "
		     "next tick of the clock",
	  .korean = "상대의 FIN을 받았다는 ACK. 데이터보다 먼저 온 FIN은 다음 클럭 틱에 확인된다",
	  .source = "tcp_fin(), tcp_send_delayed_ack()",
	  .counter = "DelayedACKs" },
	{ .id = "ack.repetition",
	  .kind = EVENT_PACKET,
	  .holds = of_repetition,
	  .condition = "nothing new; a segment has come again",
	  .english = "ACK once more: the segment was here before",
	  .korean = "이미 받은 세그먼트가 또 와서 다시 보내는 ACK",
	  .source = "RFC 9293 3.10.7.4, tcp_send_dupack()",
	  .counter = "DelayedACKLost" },
	{ .id = "ack.no-room",
	  .kind = EVENT_PACKET,
	  .holds = no_room,
	  .condition = "nothing new; data has come, and SO_RCVBUF is set",
	  .english = "ACK of nothing new: there was no room for the data that has come",
	  .korean = "받아 둘 자리가 없어 버린 데이터가 있다. 새로 확인하는 것이 없는 ACK",
	  .source = "RFC 9293 3.8.6, tcp_data_queue()" },
	{ .id = "ack.challenge",
	  .kind = EVENT_PACKET,
	  .holds = challenge,
	  .condition = "nothing new; an RST that is not exact has come, or a SYN",
	  .english = "challenge ACK: an RST has come whose number is not exact",
	  .korean = "순서 번호가 정확하지 않은 RST에 되묻는 challenge ACK",
	  .source = "RFC 5961 3.2, tcp_send_challenge_ack()",
	  .counter = "TCPChallengeACK" },
	{ .id = "ack.probe",
	  .kind = EVENT_PACKET,
	  .holds = of_probe,
	  .condition = "nothing new; a probe has come",
	  .english = "ACK: the answer to a probe",
	  .korean = "탐침에 답하는 ACK",
	  .source = "RFC 9293 3.8.4, 3.8.6.1, tcp_send_dupack()" },
	{ .id = "ack.window",
	  .kind = EVENT_PACKET,
	  .holds = window,
	  .condition = "nothing new; the window has grown, and somebody has read",
	  .english = "ACK: somebody has read, and there is room again",
	  .korean = "누군가 읽어서 윈도우가 다시 열렸다는 ACK",
	  .source = "RFC 9293 3.8.6, tcp_cleanup_rbuf()",
	  .counter = "TCPFromZeroWindowAdv" },
	{ 0 },
};

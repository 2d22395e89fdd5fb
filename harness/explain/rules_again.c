/* Segments that are sent again: RFC 6298, RFC 8985, RFC 6069. */
#include "explain/silence.h"

#include <netinet/tcp.h>

/* What is sent again, of an end that waits for its acknowledgement; NULL: it is not that. */
static const struct tcp_segment *again(const struct moment *moment)
{
	const struct tcp_segment *segment = moment->segment;

	if (!segment || !segment->again || !segment->from || !segment->is_sane ||
	    tcb_is_dead(moment->tcb) ||
	    segment->stop <= tcb_una_at(moment->tcb, segment->time_ns) ||
	    !tcb_may_acknowledge(moment->tcb, segment))
		return NULL;
	return segment;
}

/* Data or FIN, as it was sent before: up to the end of a segment, from its beginning. */
static const struct tcp_segment *data_again(const struct moment *moment)
{
	const struct tcp_segment *segment = again(moment);
	struct tcp_segment *const *rows;
	bool begins = false, ends = false;

	if (!segment || !moment->tcb ||
	    (segment->shape != SEGMENT_DATA && segment->shape != SEGMENT_FIN))
		return NULL;
	rows = moment->tcb->sent.at;
	for (size_t i = moment->tcb->sent.count; i-- > 0 && !(begins && ends);) {
		begins |= rows[i]->seq == segment->seq && rows[i]->stop > rows[i]->seq;
		ends |= rows[i]->stop == segment->stop;
		if (rows[i]->stop < segment->seq)
			break;
	}
	return begins && ends && tcb_gave(moment->tcb, segment) ? segment : NULL;
}

/* From the last try, or from the first transmission. */
static int64_t waited(const struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;
	const struct tcp_segment *from =
		tcb->tries > 0 ? tcb->last_try : tcb_sent_at(tcb, moment->segment->seq);

	return from ? moment->segment->time_ns - from->time_ns : 0;
}

static bool because_of_silence(struct moment *moment)
{
	const struct tcp_segment *before = tcb_sent_at(moment->tcb, moment->segment->seq);

	if (before)
		because(moment, before->event);
	return because(moment, reason_of_silence(moment->world, moment->tcb));
}

/* SYN and SYN,ACK ------------------------------------------------------------------------ */

static const struct tcp_segment *syn_again(const struct moment *moment)
{
	const struct tcp_segment *segment = again(moment);

	if (!segment || segment->shape != SEGMENT_SYN || tcb_state(moment->tcb) != TCP_SYN_SENT ||
	    waited(moment) < timer_least_ns(moment->world, moment->tcb) ||
	    (moment->tcb->tries == 0 && waited(moment) < RTO_FIRST_NS - TICK_NS))
		return NULL;
	return segment;
}

/* An ICMP error has come since the last SYN: it did not end connect(). */
static bool told_too_early(const struct moment *moment)
{
	const size_t icmp = moment->tcb->icmp;
	const struct tcp_segment *last = tcb_last_sent(moment->tcb);

	return icmp != NO_EVENT && last && time_of(moment->world, icmp) > last->time_ns;
}

static bool syn_unanswered(struct moment *moment)
{
	return syn_again(moment) && !told_too_early(moment) && because_of_silence(moment);
}

static bool syn_locked(struct moment *moment)
{
	if (!syn_again(moment) || !told_too_early(moment))
		return false;
	because(moment, tcb_last_sent(moment->tcb)->event);
	return because(moment, moment->tcb->icmp);
}

static bool syn_ack_again(struct moment *moment)
{
	const struct tcp_segment *segment = again(moment);

	return segment && segment->shape == SEGMENT_SYN_ACK &&
	       waited(moment) >= RTO_FIRST_NS - TICK_NS && because_of_silence(moment);
}

/* A SYN that came again is answered again, at once. */
static bool syn_ack_repeated(struct moment *moment)
{
	const struct tcp_segment *segment = again(moment), *got;

	if (!segment || segment->shape != SEGMENT_SYN_ACK ||
	    waited(moment) >= RTO_FIRST_NS - TICK_NS)
		return false;
	got = tcb_last_got(moment->tcb);
	return got && got->shape == SEGMENT_SYN && got->again && got > tcb_last_sent(moment->tcb) &&
	       because(moment, got->event);
}

/* Data and FIN --------------------------------------------------------------------------- */

/* Nothing else is under way. */
static bool is_lone(const struct tcb *tcb, const struct tcp_segment *segment)
{
	return segment->seq == tcb_una_at(tcb, segment->time_ns);
}

/* A probe waits for twice the round trip; that of a lone segment also as long as its ACK may. */
static bool loss_probe(struct moment *moment)
{
	const struct tcp_segment *segment = data_again(moment);
	int64_t least = moment->world->rto_min_ns ? moment->world->rto_min_ns : RTO_MIN_NS;

	least = least - TICK_NS > TIMER_LEAST_NS ? least - TICK_NS : TIMER_LEAST_NS;
	if (!segment || !segment->loss_probe)
		return false;
	if (waited(moment) < (is_lone(moment->tcb, segment) ? least : TIMER_LEAST_NS))
		return false;
	return because_of_silence(moment);
}

static bool timed_out(struct moment *moment)
{
	const struct tcp_segment *segment = data_again(moment);

	return segment && !segment->loss_probe && moment->tcb->reverted == NO_EVENT &&
	       segment->seq == tcb_una_at(moment->tcb, segment->time_ns) &&
	       waited(moment) >= timer_least_ns(moment->world, moment->tcb) &&
	       because_of_silence(moment);
}

static bool reverted(struct moment *moment)
{
	const struct tcp_segment *segment = data_again(moment), *before;

	if (!segment || segment->loss_probe || moment->tcb->reverted == NO_EVENT ||
	    waited(moment) < TIMER_LEAST_NS)
		return false;
	because(moment, moment->tcb->reverted);
	before = tcb_sent_at(moment->tcb, segment->seq);
	return before && because(moment, before->event);
}

const struct rule rules_again[] = {
	{ .id = "again.syn",
	  .kind = EVENT_PACKET,
	  .holds = syn_unanswered,
	  .repeats = true,
	  .condition = "SYN_SENT; the timer has ended, and nothing has come",
	  .english = "the SYN again: it was not answered in time",
	  .korean = "SYN에 답이 없어 다시 보낸다",
	  .source = "RFC 6298 5.7, tcp_retransmit_timer()",
	  .counter = "TCPSynRetrans" },
	{ .id = "again.syn-locked",
	  .kind = EVENT_PACKET,
	  .holds = syn_locked,
	  .repeats = true,
	  .condition = "the same, but an ICMP error has come since",
	  .english = "the SYN again: a router has answered, but so soon that connect() still "
		     "held its socket, and the answer was dropped",
	  .korean = "라우터가 답했지만 너무 빨라 connect()가 소켓을 쥐고 있었고, 그 답은 버려졌다. "
		    "그래서 SYN을 다시 보낸다",
	  .source = "tcp_v4_err(), sock_owned_by_user()",
	  .counter = "LockDroppedIcmps" },
	{ .id = "again.syn-ack",
	  .kind = EVENT_PACKET,
	  .holds = syn_ack_again,
	  .repeats = true,
	  .condition = "it is not acknowledged, and the timer has ended",
	  .english = "SYN,ACK again: it was not acknowledged in time",
	  .korean = "SYN,ACK가 제때 확인되지 않아 다시 보낸다",
	  .source = "RFC 6298 5, tcp_rtx_synack()" },
	{ .id = "again.syn-ack-for-syn",
	  .kind = EVENT_PACKET,
	  .holds = syn_ack_repeated,
	  .condition = "a SYN has come again",
	  .english = "SYN,ACK again: the SYN has come again",
	  .korean = "SYN이 다시 왔으므로 SYN,ACK도 다시 보낸다",
	  .source = "tcp_check_req()" },
	{ .id = "again.probe",
	  .kind = EVENT_PACKET,
	  .holds = loss_probe,
	  .repeats = true,
	  .condition = "the first repetition since anything was acknowledged, of the newest; a "
		       "lone segment has waited as long as its ACK may",
	  .english = "the same again, before the timer ends: a loss probe",
	  .korean = "타이머보다 먼저 나가는 손실 탐침(TLP). 같은 것을 다시 보낸다",
	  .source = "RFC 8985 7, tcp_send_loss_probe()",
	  .counter = "TCPLossProbes" },
	{ .id = "again.timeout",
	  .kind = EVENT_PACKET,
	  .holds = timed_out,
	  .repeats = true,
	  .condition = "the oldest that is not acknowledged; the timer has ended",
	  .english = "the same again: it was not acknowledged in time",
	  .korean = "제때 확인되지 않아 다시 보낸다",
	  .source = "RFC 6298 5, tcp_retransmit_timer()",
	  .counter = "TCPTimeouts" },
	{ .id = "again.icmp",
	  .kind = EVENT_PACKET,
	  .holds = reverted,
	  .repeats = true,
	  .condition = "the same; since the last timeout an ICMP error has come that takes a "
		       "doubling back",
	  .english = "the same again, and sooner: an ICMP message has taken a doubling of the "
		     "timer back",
	  .korean = "ICMP 메시지가 두 배로 늘린 타이머를 한 번 되돌려, 더 일찍 다시 보낸다",
	  .source = "RFC 6069, tcp_ld_RTO_revert()",
	  .counter = "TcpRetransSegs" },
	{ 0 },
};

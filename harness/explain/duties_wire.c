/* What TCP owes its peer, and the lab's look at it. */
#include "explain/duty.h"
#include "explain/silence.h"

#include <netinet/tcp.h>

static bool is_old(const struct debts *debts, const struct world *world, size_t event,
		   int64_t allowed_ns)
{
	return event != NO_EVENT && age_at_end(debts, world, event) > allowed_ns;
}

/* Nothing on the way of what this end sends is broken. */
static bool can_speak(const struct world *world, const struct tcb *tcb)
{
	return fault_on_way(world, tcb->at, tcb->peer_at) == NO_EVENT;
}

#define EACH_TCB(world, tcb)                                       \
	for (size_t nth = 0; nth < (world)->all_tcbs.count; nth++) \
		if (((tcb) = ((struct tcb *const *)(world)->all_tcbs.at)[nth]))

/* Acknowledgements ----------------------------------------------------------------------- */

/* What is not acknowledged is sent again: a timer's time, thrice for one that was missed. */
static void again(struct debts *debts, const struct world *world)
{
	const struct tcb *tcb;

	EACH_TCB(world, tcb)
	{
		const struct tcp_segment *last = tcb_last_sent(tcb);
		int64_t timer;

		if (!last || tcb_is_dead(tcb) || tcb_state(tcb) == TCP_TIME_WAIT ||
		    tcb->una >= tcb->next || tcb->una == 0 || !tcb->observed)
			continue;
		if (tcb->last_try && tcb->tries > 0)
			last = tcb->last_try;
		timer = timer_least_ns(world, tcb);
		timer = timer < RTO_MIN_NS ? RTO_MIN_NS : timer;
		if (is_old(debts, world, last->event, 6 * timer + DUE_NS) &&
		    world->faults[tcb->host].crashed == NO_EVENT)
			owe(debts, last->event);
	}
}

/* An end that still lives acknowledges what has arrived. */
static void acknowledges(struct debts *debts, const struct world *world)
{
	const struct tcb *tcb;

	EACH_TCB(world, tcb)
	{
		const struct tcp_segment *data = NULL;
		size_t event;

		if (tcb_is_dead(tcb) || tcb->acked >= tcb->rcv || !can_speak(world, tcb) ||
		    tcb_state(tcb) == TCP_SYN_RECV || !tcb->observed)
			continue;
		if (tcb->acked > 0)
			data = tcb_data_at(tcb, tcb->acked - 1);
		event = data ? data->event : tcb->fin_in;
		if (is_old(debts, world, event, ACK_DUE_NS))
			owe(debts, event);
	}
}

static void third(struct debts *debts, const struct world *world)
{
	const struct tcb *tcb;

	EACH_TCB(world, tcb)
	{
		if (tcb->connected != NO_EVENT && tcb_state(tcb) == TCP_ESTABLISHED &&
		    !tcb->spoken && can_speak(world, tcb) &&
		    is_old(debts, world, tcb_established(tcb)->cause, DUE_NS))
			owe(debts, tcb_established(tcb)->cause);
	}
}

/* Answers -------------------------------------------------------------------------------- */

/* Whether the other side of a segment has sent anything after it. */
static bool was_answered(const struct tcp_segment *segment)
{
	const struct tcb *to = segment->to;
	const struct tcp_segment *last = to ? tcb_last_sent(to) : NULL;

	return last && last > segment;
}

/* What needs an answer, when its sender has sent nothing since: it waits. */
static void answers(struct debts *debts, const struct world *world)
{
	const struct tcb *tcb;

	EACH_TCB(world, tcb)
	{
		const struct tcp_segment *last = tcb_last_sent(tcb), *got = tcb_last_got(tcb);

		if (!last || !last->arrives || last->shape == SEGMENT_RST || (got && got > last) ||
		    !is_old(debts, world, last->event, DUE_NS) || was_answered(last) ||
		    fault_on_way(world, tcb->peer_at, tcb->at) != NO_EVENT)
			continue;
		if (last->for_nobody ||
		    (last->shape == SEGMENT_SYN && !last->to &&
		     reason_of_silence(world, tcb) == NO_EVENT) ||
		    (last->shape == SEGMENT_SYN && last->to))
			owe(debts, last->event);
	}
}

static void probes(struct debts *debts, const struct world *world)
{
	const struct tcb *tcb;

	EACH_TCB(world, tcb)
	{
		const struct tcp_segment *last = tcb_unanswered(tcb);

		/* answered once in half a second: tcp_invalid_ratelimit */
		if (last && last->probe && last->arrives && !last->for_nobody &&
		    !tcb_is_dead(last->to) && !was_answered(last) && can_speak(world, last->to) &&
		    is_old(debts, world, last->event, ACK_DUE_NS + DUE_NS))
			owe(debts, last->event);
	}
}

static void neighbours(struct debts *debts, const struct world *world)
{
	const struct neighbour *rows = world->neighbours.at;
	const struct address *places = world->places.at;

	for (size_t i = 0; i < world->neighbours.count; i++)
		for (int host = CLIENT; host < HOST_COUNT; host++)
			if (address_equal(&rows[i].about, &places[host]) &&
			    world->faults[host].detached == NO_EVENT &&
			    world->faults[host].crashed == NO_EVENT && rows[i].unanswered > 0 &&
			    is_old(debts, world, rows[i].question, DUE_NS))
				owe(debts, rows[i].question);
}

/* Who sends to a neighbour that it had to ask for has been answered. */
static void answered_before(struct debts *debts, const struct world *world,
			    const struct moment *moment)
{
	const struct neighbour *rows = world->neighbours.at;

	for (size_t i = 0; moment->segment && i < world->neighbours.count; i++)
		if (rows[i].asks == moment->event->host && rows[i].answer == NO_EVENT &&
		    rows[i].unanswered > 0)
			owe(debts, rows[i].question);
}

/* What was given and closed -------------------------------------------------------------- */

static void data(struct debts *debts, const struct world *world)
{
	const struct tcb *tcb;

	EACH_TCB(world, tcb)
	{
		const struct given *given = tcb->given.at;
		const size_t count = tcb->given.count;

		if (count == 0 || tcb->written + 1 <= tcb->next || tcb_is_dead(tcb) ||
		    tcb->window_0 || tcb->una < tcb->next || !can_speak(world, tcb) ||
		    given[count - 1].to == UINT32_MAX)
			continue;
		if (is_old(debts, world, given[count - 1].call, DUE_NS))
			owe(debts, given[count - 1].call);
	}
}

static void fins(struct debts *debts, const struct world *world)
{
	const struct tcb *tcb;

	EACH_TCB(world, tcb)
	{
		if (!can_speak(world, tcb) || tcb->rst_sent || tcb->sent.count == 0)
			continue;
		if (tcb->aborted && is_old(debts, world, tcb->abort_cause, DUE_NS))
			owe(debts, tcb->abort_cause);
		if (!tcb->aborted && tcb->closed != NO_EVENT && !tcb->fin_sent &&
		    !tcb_is_dead(tcb) && !tcb->window_0 && tcb->una >= tcb->next &&
		    is_old(debts, world, tcb->closed, DUE_NS))
			owe(debts, tcb->closed);
	}
}

static void forgeries(struct debts *debts, const struct world *world)
{
	const struct forgery *rows = world->forgeries.at;

	for (size_t i = 0; i < world->forgeries.count; i++)
		if (!rows[i].used && is_old(debts, world, rows[i].event, DUE_NS))
			owe(debts, rows[i].event);
}

/* The lab's looks ------------------------------------------------------------------------ */

static void states(struct debts *debts, const struct world *world)
{
	const struct tcb *tcb;
	struct listener *const *listeners = world->all_listeners.at;

	EACH_TCB(world, tcb)
	{
		const struct step *last = tcb_last_step(tcb);

		if (!tcb->watched || tcb->polled == last->state)
			continue;
		if (is_old(debts, world, last->cause, DUE_NS))
			owe(debts, last->cause);
	}
	for (size_t i = 0; i < world->all_listeners.count; i++) {
		const struct listener *listener = listeners[i];
		const size_t cause =
			listener->gone != NO_EVENT ? listener->gone : listener->listened;

		if (listener->watched && listener->seen != (listener->gone == NO_EVENT) &&
		    is_old(debts, world, cause, DUE_NS))
			owe(debts, cause);
	}
}

/* Each timeout doubles the timer; the lab sees it when it looks next. */
static void doubles(struct debts *debts, const struct world *world)
{
	const struct tcb *tcb;

	EACH_TCB(world, tcb)
	{
		const struct tcp_segment *last = tcb->last_try;

		if (!tcb->observed || tcb_is_dead(tcb) || tcb->timeouts == 0 || !last ||
		    last->shape == SEGMENT_SYN || last->shape == SEGMENT_SYN_ACK ||
		    tcb->icmp != NO_EVENT || unanswered_question(world, tcb->host))
			continue;
		if (tcb->times < tcb->timeouts && is_old(debts, world, last->event, DUE_NS))
			owe(debts, last->event);
	}
}

const struct duty duties_wire[] = {
	{ .id = "due.again",
	  .at_end = again,
	  .english = "what is not acknowledged is sent again, until TCP gives up",
	  .korean = "확인되지 않은 것은 TCP가 포기할 때까지 다시 보낸다",
	  .source = "RFC 9293 3.8.1, RFC 6298 5" },
	{ .id = "due.ack",
	  .at_end = acknowledges,
	  .english = "what has arrived is acknowledged within half a second",
	  .korean = "도착한 것은 0.5초 안에 확인된다",
	  .source = "RFC 1122 4.2.3.2" },
	{ .id = "due.third",
	  .at_end = third,
	  .english = "SYN,ACK is acknowledged",
	  .korean = "SYN,ACK는 확인된다",
	  .source = "RFC 9293 3.5" },
	{ .id = "due.answer",
	  .at_end = answers,
	  .english = "a SYN is answered, and a segment of an unknown connection draws an RST",
	  .korean = "SYN에는 답이 있고, 모르는 연결의 세그먼트에는 RST가 간다",
	  .source = "RFC 9293 3.10.7.1, 3.10.7.2" },
	{ .id = "due.probe",
	  .at_end = probes,
	  .english = "a probe is answered",
	  .korean = "탐침에는 답이 있다",
	  .source = "RFC 9293 3.8.4, 3.8.6.1" },
	{ .id = "due.neighbour",
	  .at_event = answered_before,
	  .at_end = neighbours,
	  .english = "a question for an address that a host has is answered",
	  .korean = "호스트가 가진 주소를 물으면 답이 있다",
	  .source = "RFC 826, RFC 4861 7.2.4" },
	{ .id = "due.data",
	  .at_end = data,
	  .english = "what write() has given is sent",
	  .korean = "write()가 건네준 것은 나간다",
	  .source = "RFC 9293 3.10.2" },
	{ .id = "due.fin",
	  .at_end = fins,
	  .english = "an end that is closed sends FIN, or an RST in its place",
	  .korean = "닫은 쪽은 FIN이나, 그 대신 RST를 보낸다",
	  .source = "RFC 9293 3.10.4" },
	{ .id = "due.forged",
	  .at_end = forgeries,
	  .english = "what an outsider sends is seen on the wire",
	  .korean = "제3자가 보낸 것은 와이어에서 보인다",
	  .source = "the lab" },
	{ .id = "due.state",
	  .at_end = states,
	  .english = "a state that lasts is seen",
	  .korean = "머무는 상태는 보인다",
	  .source = "sock_diag(7): the lab asks" },
	{ .id = "due.doubled",
	  .at_end = doubles,
	  .english = "a timeout doubles the timer",
	  .korean = "타임아웃이 나면 타이머가 두 배가 된다",
	  .source = "RFC 6298 5.5" },
	{ 0 },
};

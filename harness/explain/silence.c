#include "explain/silence.h"

#include <errno.h>

static int64_t least(const struct world *world, const struct tcb *tcb)
{
	const struct tcp_segment *last = tcb->last_try, *before = tcb->try_before;

	/* an ICMP error takes a doubling back; TCP_USER_TIMEOUT cuts the timer short */
	if (tcb->reverted != NO_EVENT || tcb_option(world, tcb, OPTION_TIMEOUT) != NO_EVENT)
		return 0;
	if (tcb->backoff != NO_EVENT)
		return (int64_t)event_at(world, tcb->backoff)->backoff.to_us * 1000 - TICK_NS;
	if (tcb->tries >= 2 && last && before)
		return (last->time_ns - before->time_ns) / 2;
	if (last && last->shape == SEGMENT_SYN)
		return RTO_FIRST_NS - TICK_NS;
	return (world->rto_min_ns ? world->rto_min_ns : RTO_MIN_NS) - TICK_NS;
}

int64_t timer_least_ns(const struct world *world, const struct tcb *tcb)
{
	const int64_t ns = least(world, tcb);

	return ns < TIMER_LEAST_NS ? TIMER_LEAST_NS : ns;
}

/* A keepalive that gives up sends an RST first, tcp_keepalive_timer(): it would have been seen. */
static bool lacks_rst(const struct world *world, const struct tcb *tcb,
		      const struct tcp_segment *last)
{
	return last->probe && !tcb->window_0 && tcb->host != ANY_HOST &&
	       world->faults[tcb->host].crashed == NO_EVENT;
}

size_t reason_of_silence(const struct world *world, const struct tcb *tcb)
{
	const size_t fault = fault_on_way(world, tcb->at, tcb->peer_at);
	const struct listener *listener;

	if (fault != NO_EVENT)
		return fault;
	listener = world_listener(world, tcb->peer_at, tcb->remote_port);
	if (listener && listener->queue.count > (size_t)listener->backlog)
		return listener->listened;
	return NO_EVENT;
}

const struct neighbour *unanswered_question(const struct world *world, enum host asks)
{
	const struct neighbour *rows = world->neighbours.at;

	for (size_t i = 0; i < world->neighbours.count; i++)
		if (rows[i].asks == asks && rows[i].unanswered > 0)
			return &rows[i];
	return NULL;
}

size_t last_answer(const struct world *world, enum host asks)
{
	const struct neighbour *rows = world->neighbours.at;
	size_t newest = NO_EVENT;

	for (size_t i = 0; i < world->neighbours.count; i++)
		if (rows[i].asks == asks && rows[i].answer != NO_EVENT &&
		    (newest == NO_EVENT || time_of(world, rows[i].answer) > time_of(world, newest)))
			newest = rows[i].answer;
	return newest;
}

size_t gave_up(const struct world *world, const struct tcb *tcb)
{
	const struct tcp_segment *last = tcb_unanswered(tcb);
	const struct neighbour *neighbour;

	if (tcb->fin_in != NO_EVENT || tcb->error_told)
		return NO_EVENT;
	if (tcb->error == ETIMEDOUT)
		return tcb->error_cause;
	if (last && lacks_rst(world, tcb, last))
		return NO_EVENT;
	if (last)
		return world->now_ns - last->time_ns >= timer_least_ns(world, tcb) ? last->event
										   : NO_EVENT;
	/* nothing could leave: nobody on the link has the address */
	neighbour = unanswered_question(world, tcb->host);
	return neighbour && tcb->written + 1 > tcb->next ? neighbour->question : NO_EVENT;
}

/* Wrong records: signals, ends, children, states and timers. */
#include "tests/support/wrong_parts.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Signals, ends, children ---------------------------------------------------------------- */

CHANGE(other_signal)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_SIGNAL)
		return false;
	event->signal.number = event->signal.number == SIGPIPE ? SIGCHLD : SIGPIPE;
	return true;
}

CHANGE(other_disposition)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_SIGNAL)
		return false;
	event->signal.disposition = event->signal.disposition == CAUGHT ? IGNORED : CAUGHT;
	return true;
}

static bool add_signal(struct timeline *timeline, size_t index, int number)
{
	const struct event *event = at(timeline, index);
	struct event added = { .kind = EVENT_SIGNAL,
			       .time_ns = event->time_ns,
			       .host = event->host,
			       .pid = event->pid,
			       .tid = event->tid,
			       .signal = { number, DEFAULT_ACTION } };

	if (event->kind != EVENT_ENTER)
		return false;
	add_at(timeline, &added, 1);
	return true;
}

CHANGE(sigterm_from_nowhere)
{
	(void)right;
	return add_signal(timeline, index, SIGTERM);
}

CHANGE(sigpipe_from_nowhere)
{
	(void)right;
	return add_signal(timeline, index, SIGPIPE);
}

CHANGE(sigchld_from_nowhere)
{
	(void)right;
	return add_signal(timeline, index, SIGCHLD);
}

CHANGE(other_end)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_END)
		return false;
	if (event->end.signal) {
		event->end.signal = 0;
		event->end.status = 1;
	} else {
		event->end.signal = SIGTERM;
		event->end.status = -1;
	}
	return true;
}

CHANGE(other_status)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_END || event->end.signal)
		return false;
	event->end.status++;
	return true;
}

CHANGE(end_from_nowhere)
{
	const struct event *event = at(timeline, index);
	struct event added = { .kind = EVENT_END,
			       .time_ns = event->time_ns,
			       .host = event->host,
			       .pid = event->pid,
			       .tid = event->tid,
			       .end = { .status = 0 } };

	(void)right;
	if (event->kind != EVENT_ENTER || is_family(event, "exit"))
		return false;
	add_at(timeline, &added, 1);
	return true;
}

CHANGE(other_child)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_FORK)
		return false;
	event->child += 1000;
	return true;
}

/* States and timers ---------------------------------------------------------------------- */

CHANGE(other_state)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_STATE)
		return false;
	event->state.to = event->state.to == TCP_CLOSE_WAIT ? TCP_FIN_WAIT2 : TCP_CLOSE_WAIT;
	return true;
}

CHANGE(other_state_before)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_STATE)
		return false;
	event->state.from = event->state.from == TCP_LAST_ACK ? TCP_CLOSING : TCP_LAST_ACK;
	return true;
}

CHANGE(closed_for_nothing)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_STATE || event->state.to == TCP_CLOSE ||
	    event->state.from == TCP_CLOSE)
		return false;
	event->state.to = TCP_CLOSE;
	return true;
}

/* The state of the other end. */
CHANGE(other_end_of_connection)
{
	struct event *event = at(timeline, index);
	const struct socket_row *socket;

	(void)right;
	if (event->kind != EVENT_STATE && event->kind != EVENT_BACKOFF)
		return false;
	socket = &timeline->sockets[event->state.socket];
	for (size_t i = 0; i < timeline->socket_count; i++)
		if (timeline->sockets[i].host != socket->host &&
		    timeline->sockets[i].remote_port == socket->local_port &&
		    socket->remote_port != 0) {
			event->state.socket = i;
			event->host = timeline->sockets[i].host;
			return true;
		}
	return false;
}

CHANGE(doubled_more)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_BACKOFF)
		return false;
	event->backoff.times++;
	return true;
}

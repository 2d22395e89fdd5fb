#include "observe/sockets.h"

#include "base/clock.h"
#include "base/memory.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>

enum {
	DUE_MOST = 64,     /* that are asked about at a time */
	AROUND_MOST = 64,  /* live sockets that one turn of asking around asks about */
	ACCEPTED_MOST = 8, /* that are asked whether they are the one that was accepted */
};

void sockets_open(struct sockets *sockets, struct timeline *timeline)
{
	memset(sockets, 0, sizeof(*sockets));
	sockets->timeline = timeline;
	sockets->listener = LOOKUP_NONE;
}

void sockets_close(struct sockets *sockets)
{
	for (int host = 0; host < HOST_COUNT; host++)
		if (sockets->netlink[host])
			mnl_socket_close(sockets->netlink[host]);
	watches_close(&sockets->watches);
	lookup_close(&sockets->by_inode);
	free(sockets->due.watches);
	free(sockets->due_again.watches);
	free(sockets->unaccepted.watches);
	memset(sockets, 0, sizeof(*sockets));
}

void sockets_add_host(struct sockets *sockets, enum host host)
{
	if (sockets->netlink[host])
		mnl_socket_close(sockets->netlink[host]);
	sockets->netlink[host] = socket_diag_open();
	sockets->unsettled = sockets->watches.live.count;
}

void sockets_watch_listener(struct sockets *sockets, enum host host, uint16_t port)
{
	const struct address *address = &sockets->timeline->addresses[host];
	const struct socket_name name = { .local = *address,
					  .remote.family = address->family,
					  .local_port = port };

	sockets->listener = (ptrdiff_t)watches_add(&sockets->watches, host, &name);
}

static void enqueue(struct queue *queue, size_t index)
{
	queue->watches = xgrow(queue->watches, queue->count, sizeof(*queue->watches));
	queue->watches[queue->count++] = index;
}

/* What the kernel says ------------------------------------------------------------------ */

static int note_state(struct sockets *sockets, const struct watch *watch, int state)
{
	struct socket_row *row = &sockets->timeline->sockets[watch->row];
	struct event event = { .kind = EVENT_STATE, .time_ns = now_ns(), .host = watch->host };

	if (row->state == state)
		return 0;
	if (watch->name.remote_port) {
		sockets->open -= row->state != TCP_CLOSE;
		sockets->open += state != TCP_CLOSE;
	}
	event.state.socket = (size_t)watch->row;
	event.state.from = row->state;
	event.state.to = state;
	row->state = state;
	timeline_append(sockets->timeline, &event);
	return 1;
}

static void set_backed_off(struct sockets *sockets, struct watch *watch, bool is_backed_off)
{
	sockets->backed_off -= watch->is_backed_off;
	sockets->backed_off += is_backed_off;
	watch->is_backed_off = is_backed_off;
}

static int note_backoff(struct sockets *sockets, struct watch *watch,
			const struct socket_answer *answer)
{
	struct socket_row *row = &sockets->timeline->sockets[watch->row];
	struct event event = { .kind = EVENT_BACKOFF, .time_ns = now_ns(), .host = watch->host };
	const bool changed = row->backoff != answer->backoff;

	if (changed) {
		event.backoff.socket = (size_t)watch->row;
		event.backoff.from_times = row->backoff;
		event.backoff.times = answer->backoff;
		event.backoff.from_us = row->rto_us;
		event.backoff.to_us = answer->rto_us;
		timeline_append(sockets->timeline, &event);
	}
	row->backoff = answer->backoff;
	row->rto_us = answer->rto_us;
	set_backed_off(sockets, watch, answer->backoff > 0);
	return changed;
}

/* The socket that was seen here is gone. */
static int note_gone(struct sockets *sockets, struct watch *watch)
{
	set_backed_off(sockets, watch, false);
	return watch->row == NO_SOCKET ? 0 : note_state(sockets, watch, TCP_CLOSE);
}

/* The socket that was found here, which may have taken another one's place. */
static int note_answer(struct sockets *sockets, size_t index, const struct socket_answer *answer)
{
	struct timeline *timeline = sockets->timeline;
	struct watch *watch = &sockets->watches.rows[index];
	struct socket_row *row;
	int changed = 0;

	if (watch->row != NO_SOCKET && timeline->sockets[watch->row].cookie != answer->cookie)
		changed = note_gone(sockets, watch);
	watch->row = (ssize_t)timeline_socket(timeline, watch->host, answer->cookie);
	row = &timeline->sockets[watch->row];
	row->local_port = watch->name.local_port;
	row->remote_port = watch->name.remote_port;
	if (answer->inode && answer->inode != row->inode)
		lookup_put(&sockets->by_inode, answer->inode, index);
	timeline_set_inode(timeline, (size_t)watch->row, answer->inode);
	changed += note_state(sockets, watch, answer->state);
	return changed + (answer->has_info ? note_backoff(sockets, watch, answer) : 0);
}

/*
 * A socket that goes into TIME_WAIT in this very moment is found neither as what it was nor as what
 * it becomes (__inet_lookup_established(), a reference count of 0): one that was seen is asked
 * about twice.
 */
static bool is_found(struct sockets *sockets, const struct watch *watch,
		     struct socket_answer *answer)
{
	struct mnl_socket *netlink = sockets->netlink[watch->host];

	sockets->questions++;
	return socket_diag_ask(netlink, &watch->name, answer) ||
	       (watch->row != NO_SOCKET && socket_diag_ask(netlink, &watch->name, answer));
}

static int ask(struct sockets *sockets, size_t index)
{
	struct watches *watches = &sockets->watches;
	struct watch *watch = &watches->rows[index];
	struct socket_answer answer;
	int changed;

	if (is_found(sockets, watch, &answer)) {
		changed = note_answer(sockets, index, &answer);
		watches_move(watches, index,
			     answer.state == TCP_TIME_WAIT ? &watches->resting : &watches->live);
		return changed;
	}
	changed = note_gone(sockets, watch);
	if (watch->row != NO_SOCKET && watch->name.remote_port)
		watches_move(watches, index, NULL);
	return changed;
}

/* What events concern ------------------------------------------------------------------- */

static void concern(struct sockets *sockets, ptrdiff_t index)
{
	struct watch *watch;

	if (index == LOOKUP_NONE)
		return;
	watch = &sockets->watches.rows[index];
	if (!watch->ring)
		return;
	if (!watch->is_due)
		enqueue(&sockets->due, (size_t)index);
	watch->is_due = watch->is_due_again = true;
}

/* A SYN begins a connection. */
static void begin_connection(struct sockets *sockets, enum host host,
			     const struct socket_name *name, bool is_receiver)
{
	const size_t index = watches_add(&sockets->watches, host, name);

	if (is_receiver)
		enqueue(&sockets->unaccepted, index);
}

/* One end of a connection, if it is on a host that is observed. */
static void concern_end(struct sockets *sockets, const struct socket_name *name, bool is_receiver,
			bool is_syn)
{
	for (int host = 0; host < HOST_COUNT; host++) {
		if (!sockets->netlink[host] ||
		    !address_equal(&sockets->timeline->addresses[host], &name->local))
			continue;
		if (is_syn)
			begin_connection(sockets, host, name, is_receiver);
		concern(sockets, watches_find(&sockets->watches, host, name));
	}
}

/* An ICMP error is about the segment that it quotes. */
static void concern_packet(struct sockets *sockets, const struct packet *packet)
{
	const struct quoted *quoted = &packet->quoted;
	const bool is_tcp = packet->kind == PACKET_TCP;
	struct socket_name sender = { quoted->from, quoted->to, quoted->from_port,
				      quoted->to_port };
	struct socket_name receiver = { quoted->to, quoted->from, quoted->to_port,
					quoted->from_port };
	bool is_syn = false;

	if (!is_tcp && !quoted->from.family)
		return;
	if (is_tcp) {
		sender = (struct socket_name){ packet->from, packet->to, packet->from_port,
					       packet->to_port };
		receiver = (struct socket_name){ packet->to, packet->from, packet->to_port,
						 packet->from_port };
		is_syn = (packet->flags & (SYN | ACK)) == SYN;
	}
	concern_end(sockets, &sender, false, is_syn);
	concern_end(sockets, &receiver, true, is_syn);
}

/* Whether the call may have opened or closed its socket, or found it closed. */
static bool can_concern(const struct call *call)
{
	const bool has_failed = call->error && call->error != EAGAIN && call->error != EINTR;

	return call->flags & CALL_MOVES_STATE || (has_failed && call->inode);
}

/*
 * The socket that accept returned has an inode only now: its watch is one of those that have none
 * yet, most likely the oldest.
 */
static int ask_for_accepted(struct sockets *sockets, uint64_t inode)
{
	struct queue *queue = &sockets->unaccepted;
	int changed = 0, asked = 0;

	for (size_t i = queue->first; i < queue->count && asked < ACCEPTED_MOST; i++) {
		const struct watch *watch = &sockets->watches.rows[queue->watches[i]];
		const bool has_inode =
			watch->row != NO_SOCKET && sockets->timeline->sockets[watch->row].inode;

		if (has_inode || !watch->ring) {
			queue->first += i == queue->first;
			continue;
		}
		asked++;
		changed += ask(sockets, queue->watches[i]);
		if (lookup_find(&sockets->by_inode, inode) != LOOKUP_NONE)
			break;
	}
	return changed;
}

static int concern_call(struct sockets *sockets, const struct call *call, enum host host)
{
	const ptrdiff_t index = lookup_find(&sockets->by_inode, call->inode);

	if (!can_concern(call))
		return 0;
	if (call->inode == 0)
		sockets->unsettled = sockets->watches.live.count;
	else if (index != LOOKUP_NONE)
		concern(sockets, index);
	else if (call->flags & CALL_MAKES_FD)
		return ask_for_accepted(sockets, call->inode);
	else if (sockets->listener != LOOKUP_NONE &&
		 sockets->watches.rows[sockets->listener].host == host)
		concern(sockets, sockets->listener);
	return 0;
}

/* Those that were asked about once are due again. */
static void renew_due(struct sockets *sockets)
{
	struct queue *again = &sockets->due_again;

	for (size_t i = 0; i < again->count; i++) {
		struct watch *watch = &sockets->watches.rows[again->watches[i]];

		if (!watch->is_due)
			enqueue(&sockets->due, again->watches[i]);
		watch->is_due = true;
	}
	again->count = 0;
}

static int read_events(struct sockets *sockets)
{
	const struct timeline *timeline = sockets->timeline;
	const size_t count = timeline->count; /* what is appended here concerns nobody */
	int changed = 0;

	if (sockets->events_read < count)
		renew_due(sockets);
	for (; sockets->events_read < count; sockets->events_read++) {
		const struct event *event = &timeline->events[sockets->events_read];

		if (event->kind == EVENT_PACKET)
			concern_packet(sockets, &event->wire.packet);
		else if (event->kind == EVENT_RETURN)
			changed += concern_call(sockets, &event->call, event->host);
		else if (event->kind == EVENT_END)
			sockets->unsettled = sockets->watches.live.count;
	}
	return changed;
}

/* Asking -------------------------------------------------------------------------------- */

static int ask_due(struct sockets *sockets)
{
	struct queue *due = &sockets->due;
	int changed = 0;

	for (int asked = 0; asked < DUE_MOST && due->first < due->count; asked++) {
		const size_t index = due->watches[due->first++];
		struct watch *watch = &sockets->watches.rows[index];

		if (watch->is_due_again)
			enqueue(&sockets->due_again, index);
		watch->is_due = watch->is_due_again = false;
		changed += ask(sockets, index);
	}
	if (due->first == due->count)
		due->first = due->count = 0;
	return changed;
}

bool sockets_are_due(const struct sockets *sockets)
{
	return sockets->due.first < sockets->due.count;
}

/* One resting socket is enough for each turn: it rests for a minute (TCP_TIMEWAIT_LEN). */
static int ask_others(struct sockets *sockets)
{
	struct ring *live = &sockets->watches.live, *resting = &sockets->watches.resting;
	size_t left = live->count < AROUND_MOST ? live->count : AROUND_MOST;
	int changed = 0;

	for (; left > 0 && live->count > 0; left--) {
		changed += ask(sockets, ring_next(live));
		sockets->unsettled -= sockets->unsettled > 0;
	}
	if (sockets->unsettled > live->count)
		sockets->unsettled = live->count;
	if (resting->count > 0)
		changed += ask(sockets, ring_next(resting));
	return changed;
}

int sockets_read(struct sockets *sockets)
{
	int changed = read_events(sockets);

	changed += ask_due(sockets);
	if (sockets->unsettled || sockets->backed_off)
		changed += ask_others(sockets);
	return changed;
}

int sockets_ask_around(struct sockets *sockets)
{
	int changed = read_events(sockets) + ask_due(sockets);

	return changed + ask_others(sockets);
}

void sockets_settle(struct sockets *sockets)
{
	while (sockets_are_due(sockets))
		ask_due(sockets);
	while (sockets->unsettled)
		ask_others(sockets);
}

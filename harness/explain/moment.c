#include "explain/moment.h"

#include <netinet/tcp.h>
#include <string.h>

bool because(struct moment *moment, size_t event)
{
	if (event == NO_EVENT || moment->cause_count == CAUSES_MOST)
		return true;
	for (int i = 0; i < moment->cause_count; i++)
		if (moment->causes[i] == event)
			return true;
	moment->causes[moment->cause_count++] = event;
	return true;
}

bool is_return(const struct moment *moment)
{
	const struct event *event = moment->event, *entered = moment->entered;

	return entered && entered->pid == event->pid && tid_of(entered) == tid_of(event) &&
	       strcmp(entered->call.name, event->call.name) == 0 &&
	       thread_has_pending(moment->thread, event->call.entered);
}

bool succeeded(const struct moment *moment)
{
	return is_return(moment) && moment->event->call.error == 0 &&
	       moment->event->call.ending == CALL_RETURNED && !moment->event->call.by_lab;
}

bool failed_with(const struct moment *moment, int error)
{
	return is_return(moment) && moment->event->call.error == error &&
	       moment->event->call.ending == CALL_RETURNED && !moment->event->call.by_lab;
}

/* Calls ---------------------------------------------------------------------------------- */

/* The connection that accept hands over: by its ports, or the first of the queue. */
static struct tcb *accepted_tcb(const struct world *world, const struct moment *moment)
{
	const struct sock *sock = moment->sock;
	const struct listener *listener = moment->listener;
	const uint16_t port = argument_port(&moment->event->call);
	struct tcb *const *queue;

	if (!listener)
		return NULL;
	if (sock && sock->remote_port)
		return world_tcb(world, listener->at, sock->local_port,
				 (unsigned int)other_host(moment->event->host), sock->remote_port);
	queue = listener->queue.at;
	for (size_t i = 0; i < listener->queue.count; i++)
		if (port == 0 || queue[i]->remote_port == port)
			return queue[i];
	return NULL;
}

static void open_call(struct moment *moment, const struct world *world)
{
	const struct event *event = moment->event;

	moment->sock = world_sock(world, event->call.inode);
	if (event->kind == EVENT_RETURN && event->call.entered < world->timeline->count) {
		const struct event *entered = event_at(world, event->call.entered);

		if (entered->kind == EVENT_ENTER)
			moment->entered = entered;
	}
	if (moment->entered && strcmp(event->call.family, "accept") == 0) {
		const struct sock *listening = world_sock(world, moment->entered->call.inode);

		moment->listener = listening ? listening->listener : NULL;
		if (event->call.error == 0 && event->call.ending == CALL_RETURNED)
			moment->tcb = accepted_tcb(world, moment);
		return;
	}
	if (moment->sock) {
		moment->tcb = moment->sock->tcb;
		moment->listener = moment->sock->listener;
	}
}

/* Segments ------------------------------------------------------------------------------- */

static enum shape shape_of(const struct packet *packet)
{
	if (packet->flags & SYN)
		return packet->flags & ACK ? SEGMENT_SYN_ACK : SEGMENT_SYN;
	if (packet->flags & RST)
		return SEGMENT_RST;
	if (packet->flags & FIN)
		return SEGMENT_FIN;
	return packet->payload_bytes > 0 ? SEGMENT_DATA : SEGMENT_ACK;
}

/* SYN, FIN and RST exclude each other; all but a SYN and an RST acknowledge. */
static bool are_sane(unsigned int flags)
{
	const unsigned int one = flags & (SYN | FIN | RST);

	return (one & (one - 1)) == 0 && (one == SYN || one == RST || flags & ACK);
}

static void read_fields(struct tcp_segment *segment, const struct wire *wire)
{
	const struct packet *packet = &wire->packet;

	segment->shape = shape_of(packet);
	segment->flags = packet->flags;
	segment->seq = packet->seq - wire->first_seq;
	segment->ack = packet->flags & ACK ? packet->ack - wire->first_ack : 0;
	segment->bytes = (uint32_t)packet->payload_bytes;
	segment->stop =
		segment->seq + segment->bytes + !!(packet->flags & SYN) + !!(packet->flags & FIN);
	segment->window = packet->window;
	segment->payload = packet->payload;
	segment->number = packet->seq;
	segment->is_sane = are_sane(packet->flags);
}

/* The end that connect() has made, whose SYN this may be. */
static struct tcb *connecting_end(const struct world *world, unsigned int at,
				  const struct packet *packet)
{
	struct tcb *const *rows = world->connecting.at;
	struct tcb *found = NULL;

	for (size_t i = world->connecting.count; i-- > 0;)
		if (rows[i]->at == at && rows[i]->remote_port == packet->to_port &&
		    (rows[i]->local_port == packet->from_port || rows[i]->local_port == 0))
			found = rows[i]; /* the oldest */
	return found;
}

static bool was_sent(const struct tcb *tcb, enum shape shape)
{
	struct tcp_segment *const *rows = tcb->sent.at;

	for (size_t i = 0; i < tcb->sent.count && i < 2; i++)
		if (rows[i]->shape == shape)
			return true;
	return false;
}

/*
 * RFC 8985 7.3: the first repetition is a probe that does not wait for the timer, if it takes the
 * newest numbers. Source: tcp_send_loss_probe(); none while the peer has no room.
 */
static bool is_loss_probe(const struct world *world, const struct tcb *tcb,
			  const struct tcp_segment *segment)
{
	return segment->again && tcb->tries == 0 && segment->shape != SEGMENT_SYN &&
	       segment->shape != SEGMENT_SYN_ACK && segment->stop == tcb->next &&
	       !world->no_loss_probes && !tcb->window_0;
}

static void compare_with_sent(struct tcp_segment *segment, const struct world *world)
{
	const struct tcb *tcb = segment->from;

	if (!tcb)
		return;
	switch (segment->shape) {
	case SEGMENT_SYN:
	case SEGMENT_SYN_ACK:
		segment->again = was_sent(tcb, segment->shape);
		break;
	case SEGMENT_FIN:
	case SEGMENT_DATA:
		segment->again = segment->stop <= tcb->next;
		break;
	case SEGMENT_ACK:
		segment->probe = tcb->next > 1 && segment->seq + 1 == tcb->next;
		break;
	case SEGMENT_RST:
		break;
	}
	segment->loss_probe = is_loss_probe(world, tcb, segment);
}

/*
 * The forgery that a segment is, by its flags and its number: so many bytes after what its receiver
 * has acknowledged when the outsider was told to send it.
 */
static struct forgery *forgery_of(const struct world *world, const struct tcp_segment *segment,
				  const struct event *event)
{
	struct forgery *rows = world->forgeries.at;

	for (size_t i = 0; i < world->forgeries.count; i++) {
		const struct action *action = &event_at(world, rows[i].event)->action;

		if (!rows[i].used && action->from == event->host && segment->to &&
		    action->flags == segment->flags &&
		    segment->seq == segment->to->acked + (uint32_t)action->offset)
			return &rows[i];
	}
	return NULL;
}

static void open_segment(struct moment *moment, struct world *world)
{
	const struct packet *packet = &moment->event->wire.packet;
	struct tcp_segment *segment = &world->segments[world->segment_count++];
	const unsigned int at = world_place(world, &packet->from),
			   to = world_place(world, &packet->to);

	moment->segment = segment;
	segment->event = moment->index;
	segment->time_ns = moment->event->time_ns;
	read_fields(segment, &moment->event->wire);
	segment->from = world_tcb(world, at, packet->from_port, to, packet->to_port);
	segment->to = world_tcb(world, to, packet->to_port, at, packet->from_port);
	if (segment->shape == SEGMENT_SYN &&
	    (tcb_is_dead(segment->from) || tcb_state(segment->from) == TCP_TIME_WAIT))
		segment->from = connecting_end(world, at, packet);
	compare_with_sent(segment, world);
	segment->forgery = forgery_of(world, segment, moment->event);
	segment->arrives = to >= HOST_COUNT || world->faults[to].drops == NO_EVENT;
	segment->for_nobody = segment->to && tcb_is_dead(segment->to);
	moment->tcb = segment->from;
}

/* ICMP: the segment that an error quotes, and its sender. */
static void open_icmp(struct moment *moment, struct world *world)
{
	const struct quoted *quoted = &moment->event->wire.packet.quoted;

	if (quoted->from.family == 0)
		return;
	moment->tcb = world_tcb(world, world_place(world, &quoted->from), quoted->from_port,
				world_place(world, &quoted->to), quoted->to_port);
	if (moment->tcb)
		moment->lost = tcb_lost(moment->tcb, quoted->seq);
}

/* States --------------------------------------------------------------------------------- */

/* A row of the record is one end for good, whichever has its ports later. */
static void open_socket(struct moment *moment, struct world *world, size_t row)
{
	const struct socket_row *socket = &world->timeline->sockets[row];
	struct tcb *tcb = world->tcb_of_row[row];
	const struct sock *sock = world_sock(world, socket->inode);

	if (socket->remote_port == 0) {
		moment->listener =
			world_listener(world, (unsigned int)socket->host, socket->local_port);
		return;
	}
	/* a socket that connects again is another end in the same row */
	if (sock && sock->connects > 1 && (!tcb || tcb->polled == TCP_CLOSE))
		tcb = world->tcb_of_row[row] = sock->tcb;
	if (!tcb) {
		tcb = world_tcb(world, (unsigned int)socket->host, socket->local_port,
				(unsigned int)other_host(socket->host), socket->remote_port);
		world->tcb_of_row[row] = tcb;
		if (tcb && !tcb->inode)
			tcb->inode = socket->inode;
	}
	moment->tcb = tcb;
}

void moment_open(struct moment *moment, struct world *world, size_t index)
{
	const struct event *event = event_at(world, index);

	*moment = (struct moment){ .world = world, .event = event, .index = index };
	moment->pcb = world_pcb(world, event->pid);
	if (moment->pcb)
		moment->thread = pcb_thread(moment->pcb, tid_of(event));
	switch (event->kind) {
	case EVENT_PACKET:
		if (event->wire.packet.kind == PACKET_TCP)
			open_segment(moment, world);
		if (event->wire.packet.kind == PACKET_ICMP)
			open_icmp(moment, world);
		return;
	case EVENT_ENTER:
	case EVENT_RETURN:
		open_call(moment, world);
		return;
	case EVENT_STATE:
		open_socket(moment, world, event->state.socket);
		return;
	case EVENT_BACKOFF:
		open_socket(moment, world, event->backoff.socket);
		return;
	case EVENT_SCENE:
	case EVENT_ACTION:
	case EVENT_FORK:
	case EVENT_SIGNAL:
	case EVENT_END:
	case EVENT_PROCESS:
	case EVENT_OUTPUT:
	case EVENT_KINDS:
		return;
	}
}

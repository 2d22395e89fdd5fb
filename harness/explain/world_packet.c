/* The wire: what a frame does to the ends, to the neighbours, to who is told of an error. */
#include "explain/rule.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* A SYN that arrives at a listener with room makes an end: tcp_conn_request(). */
static void receive_syn(struct world *world, struct tcp_segment *segment, const struct event *event)
{
	const struct packet *packet = &event->wire.packet;
	const unsigned int at = world_place(world, &packet->to),
			   from = world_place(world, &packet->from);
	struct listener *listener = world_listener(world, at, packet->to_port);
	struct tcb *tcb = segment->to;
	const bool observed = world->processes_are_seen && at < HOST_COUNT;

	if (tcb && !tcb_is_dead(tcb)) {
		tcb_receive(tcb, segment);
		return;
	}
	if (observed && (!listener || listener->gone != NO_EVENT ||
			 listener->queue.count > (size_t)listener->backlog))
		return;
	tcb = world_add_tcb(world, at, from);
	tcb->local_port = packet->to_port;
	tcb->remote_port = packet->from_port;
	tcb->listener = observed ? listener : NULL;
	tcb->rcv = 1;
	tcb_step(tcb, TCP_SYN_RECV, BY_SYN, segment->event);
	world_register(world, tcb);
	segment->to = tcb;
	rows_add_pointer(&tcb->got, segment);
}

static void queue_established(struct tcb *tcb)
{
	struct listener *listener = tcb->listener;

	if (!listener)
		return;
	if (listener->gone == NO_EVENT) {
		rows_add_pointer(&listener->queue, tcb);
		return;
	}
	tcb->aborted = BY_QUEUE;
	tcb->abort_cause = listener->gone;
}

static void take_segment(struct world *world, struct moment *moment)
{
	struct tcp_segment *segment = moment->segment;
	struct tcb *to = segment->to;
	int before;

	if (segment->forgery)
		segment->forgery->used = true;
	if (segment->shape == SEGMENT_RST && !segment->forgery && to && tcb_last_sent(to))
		tcb_last_sent(to)->is_answered = true;
	if (segment->from && !segment->forgery) {
		struct tcb **connecting = world->connecting.at;

		for (size_t i = 0; i < world->connecting.count; i++)
			if (connecting[i] == segment->from) {
				connecting[i] = connecting[--world->connecting.count];
				break;
			}
		segment->from->local_port = moment->event->wire.packet.from_port;
		segment->from->remote_port = moment->event->wire.packet.to_port;
		world_register(world, segment->from);
		tcb_send(segment->from, segment);
		if (segment->shape == SEGMENT_RST && !tcb_is_dead(segment->from))
			tcb_give_up(segment->from, ETIMEDOUT, moment->index, BY_GIVING_UP);
	}
	if (!segment->arrives)
		return;
	if (segment->shape == SEGMENT_SYN) {
		receive_syn(world, segment, moment->event);
		return;
	}
	if (!to)
		return;
	before = tcb_state(to);
	tcb_receive(to, segment);
	if (before == TCP_SYN_RECV && tcb_established(to))
		queue_established(to);
}

static void take_neighbour(struct world *world, struct moment *moment)
{
	const struct packet *packet = &moment->event->wire.packet;
	struct neighbour *neighbour;

	if (packet->is_question) {
		neighbour = world_neighbour(world, moment->event->host, &packet->to);
		if (neighbour->first == NO_EVENT)
			neighbour->first = moment->index;
		neighbour->question = world->last_question = moment->index;
		neighbour->unanswered++;
		return;
	}
	/* a reply goes to who has asked, and tells of its sender's own address */
	neighbour =
		world_neighbour(world, (enum host)world_place(world, &packet->to), &packet->from);
	neighbour->answer = moment->index;
	neighbour->unanswered = 0;
	neighbour->first = NO_EVENT;
}

/*
 * Whether this error takes a doubling back: RFC 6069. Source: tcp_v4_err(), where it may be "net"
 * or "host unreachable", and tcp_v6_err(), only "no route".
 */
static bool reverts(const struct packet *packet, const struct tcb *tcb)
{
	return tcb->timeouts > 0 &&
	       (packet->unreachable == NET_UNREACHABLE ||
		(packet->unreachable == HOST_UNREACHABLE && packet->from.family == AF_INET));
}

static void take_icmp(struct moment *moment)
{
	const struct packet *packet = &moment->event->wire.packet;
	struct tcb *tcb = moment->tcb;

	if (!tcb || !packet->unreachable)
		return;
	if (moment->lost)
		moment->lost->is_told = true;
	tcb->icmp = moment->index;
	tcb->soft_error = unreachable_errno(packet->unreachable, packet->from.family);
	tcb->soft_cause = moment->index;
	if (reverts(packet, tcb))
		tcb->reverted = moment->index;
}

void world_take_packet(struct world *world, struct moment *moment)
{
	switch (moment->event->wire.packet.kind) {
	case PACKET_TCP:
		take_segment(world, moment);
		return;
	case PACKET_NEIGHBOUR:
		take_neighbour(world, moment);
		return;
	case PACKET_ICMP:
		take_icmp(moment);
		return;
	case PACKET_OTHER:
		return;
	}
}

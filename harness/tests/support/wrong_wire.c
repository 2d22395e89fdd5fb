/* Wrong records: segments, neighbours and routers. */
#include "tests/support/wrong_parts.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Segments ------------------------------------------------------------------------------- */

static bool toggle(struct event *event, unsigned int flag)
{
	if (!is_tcp(event))
		return false;
	event->wire.packet.flags ^= flag;
	return true;
}

CHANGE(other_fin)
{
	(void)right;
	return toggle(at(timeline, index), FIN);
}

CHANGE(other_rst)
{
	(void)right;
	return toggle(at(timeline, index), RST);
}

CHANGE(other_syn)
{
	(void)right;
	return toggle(at(timeline, index), SYN);
}

CHANGE(other_ack)
{
	(void)right;
	return toggle(at(timeline, index), ACK);
}

static bool add_to_numbers(struct event *event, uint32_t seq, uint32_t ack)
{
	if (!is_tcp(event) || (ack && !(event->wire.packet.flags & ACK)))
		return false;
	event->wire.packet.seq += seq;
	event->wire.packet.ack += ack;
	return true;
}

CHANGE(higher_seq)
{
	(void)right;
	return add_to_numbers(at(timeline, index), 1, 0);
}

CHANGE(lower_seq)
{
	(void)right;
	return add_to_numbers(at(timeline, index), UINT32_MAX, 0);
}

CHANGE(higher_ack)
{
	(void)right;
	return add_to_numbers(at(timeline, index), 0, 1);
}

CHANGE(lower_ack)
{
	(void)right;
	return add_to_numbers(at(timeline, index), 0, UINT32_MAX);
}

CHANGE(shorter)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (!is_tcp(event) || event->wire.packet.payload_bytes == 0)
		return false;
	event->wire.packet.payload_bytes--;
	return true;
}

CHANGE(other_payload)
{
	struct event *event = at(timeline, index);
	uint8_t *payload;

	(void)right;
	if (!is_tcp(event) || event->wire.packet.payload_bytes == 0)
		return false;
	payload = (uint8_t *)timeline_text(timeline, "%*s", (int)event->wire.packet.payload_bytes,
					   "");
	memcpy(payload, event->wire.packet.payload, event->wire.packet.payload_bytes);
	payload[0] ^= 0x20;
	event->wire.packet.payload = payload;
	return true;
}

CHANGE(other_port)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (!is_tcp(event))
		return false;
	*(event->host == CLIENT ? &event->wire.packet.from_port : &event->wire.packet.to_port) += 7;
	return true;
}

CHANGE(other_way)
{
	struct event *event = at(timeline, index);
	struct packet *packet = &event->wire.packet;
	const struct packet before = *packet;
	const uint32_t first_seq = event->wire.first_seq;

	(void)right;
	if (event->kind != EVENT_PACKET || packet->kind == PACKET_OTHER ||
	    packet->kind == PACKET_ICMP)
		return false;
	packet->from = before.to;
	packet->to = before.from;
	packet->from_port = before.to_port;
	packet->to_port = before.from_port;
	event->wire.first_seq = event->wire.first_ack;
	event->wire.first_ack = first_seq;
	for (int host = CLIENT; host < HOST_COUNT; host++)
		if (address_equal(&packet->from, &timeline->addresses[host]))
			event->host = (enum host)host;
	return true;
}

/* A segment that the sender of this one had no reason for, a moment later. */
static bool add_segment(struct timeline *timeline, size_t index, unsigned int flags)
{
	const struct event *event = at(timeline, index);
	struct event added = *event;

	if (!is_tcp(event) || event->wire.packet.flags & (SYN | RST))
		return false;
	added.wire.packet.flags = flags;
	added.wire.packet.seq +=
		(uint32_t)event->wire.packet.payload_bytes + !!(event->wire.packet.flags & FIN);
	added.wire.packet.payload_bytes = 0;
	add_at(timeline, &added, 1);
	return true;
}

CHANGE(rst_from_nowhere)
{
	(void)right;
	return add_segment(timeline, index, RST);
}

CHANGE(rst_ack_from_nowhere)
{
	(void)right;
	return add_segment(timeline, index, RST | ACK);
}

CHANGE(fin_from_nowhere)
{
	(void)right;
	return !(at(timeline, index)->wire.packet.flags & FIN) &&
	       add_segment(timeline, index, FIN | ACK);
}

CHANGE(ack_from_nowhere)
{
	(void)right;
	return add_segment(timeline, index, ACK);
}

/* Neighbours and routers ----------------------------------------------------------------- */

CHANGE(question_for_answer)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_PACKET || event->wire.packet.kind != PACKET_NEIGHBOUR)
		return false;
	event->wire.packet.is_question = !event->wire.packet.is_question;
	return true;
}

CHANGE(other_icmp)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_PACKET || event->wire.packet.kind != PACKET_ICMP)
		return false;
	event->wire.packet.unreachable =
		event->wire.packet.unreachable == NET_UNREACHABLE ? PROHIBITED : NET_UNREACHABLE;
	return true;
}

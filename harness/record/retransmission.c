#include "record/retransmission.h"

bool is_retransmission(const struct timeline *timeline, const struct event *event)
{
	const struct packet *packet = &event->wire.packet;

	if (packet->payload_bytes == 0 && !(packet->flags & (SYN | FIN)))
		return false;
	for (const struct event *before = timeline->events; before < event; before++) {
		const struct packet *other = &before->wire.packet;

		if (before->kind == EVENT_PACKET && other->kind == PACKET_TCP &&
		    before->host == event->host && other->from_port == packet->from_port &&
		    other->to_port == packet->to_port && other->seq == packet->seq &&
		    (other->payload_bytes > 0 || (other->flags & (SYN | FIN))))
			return true;
	}
	return false;
}

/* The sequence number after the segment: SYN and FIN take one each (RFC 9293 3.4). */
static uint32_t end_of(const struct packet *packet)
{
	return packet->seq + (uint32_t)packet->payload_bytes + !!(packet->flags & SYN) +
	       !!(packet->flags & FIN);
}

bool is_probe(const struct timeline *timeline, const struct event *event)
{
	const struct packet *packet = &event->wire.packet;
	uint32_t next = 0;
	bool begun = false;

	if (packet->payload_bytes > 0 || (packet->flags & (SYN | FIN | RST)))
		return false;
	for (const struct event *before = timeline->events; before < event; before++) {
		const struct packet *other = &before->wire.packet;

		if (before->kind != EVENT_PACKET || other->kind != PACKET_TCP ||
		    before->host != event->host || other->from_port != packet->from_port ||
		    other->to_port != packet->to_port || (other->flags & RST))
			continue;
		if (!begun || (other->flags & SYN) || (int32_t)(end_of(other) - next) > 0)
			next = end_of(other);
		begun = true;
	}
	return begun && packet->seq + 1 == next;
}

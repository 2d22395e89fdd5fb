#include "record/connection.h"

#include "base/memory.h"

/* Events made by hand may be without addresses: none is equal to none. */
static bool is_same_end(const struct sender *a, const struct sender *b)
{
	return a->port == b->port && (address_equal(&a->address, &b->address) ||
				      (a->address.family == 0 && b->address.family == 0));
}

/*
 * Which end of the connection sends from path[0] to path[1]; -1: it is another connection. Where
 * the two ends have the same address and port, the host decides.
 */
static int sending_end(const struct connection *connection, const struct sender path[2])
{
	const struct sender *ends = connection->ends;

	if (is_same_end(&ends[0], &path[0]) && is_same_end(&ends[1], &path[1]))
		return is_same_end(&ends[0], &ends[1]) && ends[0].host != path[0].host;
	return is_same_end(&ends[0], &path[1]) && is_same_end(&ends[1], &path[0]) ? 1 : -1;
}

/* The same in both directions. */
static uint64_t ports_of(uint16_t port, uint16_t other)
{
	return port < other ? (uint64_t)port << 16 | other : (uint64_t)other << 16 | port;
}

/* Of the connections with these ports the newest one, or LOOKUP_NONE. */
static ptrdiff_t newest(const struct timeline *timeline, uint16_t port, uint16_t other)
{
	return lookup_find(&timeline->connection_rows, ports_of(port, other));
}

/* Its number and sending end; 0: none. */
static int find(const struct timeline *timeline, const struct sender path[2], int *end)
{
	ptrdiff_t i = newest(timeline, path[0].port, path[1].port);

	for (; i != LOOKUP_NONE; i = timeline->connections[i].before) {
		*end = sending_end(&timeline->connections[i], path);
		if (*end >= 0)
			return (int)i + 1;
	}
	return 0;
}

/* The sequence number after the segment: SYN and FIN take one each (RFC 9293 3.4). */
static uint32_t seq_after(const struct packet *packet)
{
	return packet->seq + (uint32_t)packet->payload_bytes + !!(packet->flags & SYN) +
	       !!(packet->flags & FIN);
}

/* Sequence numbers wrap around (RFC 9293 3.4). */
static bool is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static bool takes_numbers(const struct packet *packet)
{
	return packet->payload_bytes > 0 || (packet->flags & (SYN | FIN));
}

/*
 * Whether a segment that takes sequence numbers begins with one with which a segment before began
 * (RFC 9293 3.8.1). One that goes on where its sender had come to is new: the look back is only
 * for the others, and not beyond one that was new and began before it.
 */
static bool is_again(const struct timeline *timeline, const struct sender *sender,
		     const struct packet *packet)
{
	if (!takes_numbers(packet) || !sender->has_sent ||
	    !is_before(packet->seq, sender->next_seq))
		return false;
	for (size_t at = sender->last; at; at = timeline->events[at - 1].wire.before) {
		const struct wire *wire = &timeline->events[at - 1].wire;
		const struct packet *other = &wire->packet;

		if (!takes_numbers(other))
			continue;
		if (other->seq == packet->seq)
			return true;
		if (!wire->again && is_before(other->seq, packet->seq))
			return false;
	}
	return false;
}

/*
 * Whether a segment is there only to be answered: it is empty, and stands one before what its
 * sender has come to (tcp_xmit_probe_skb()).
 */
static bool is_probe(const struct sender *sender, const struct packet *packet)
{
	return packet->payload_bytes == 0 && !(packet->flags & (SYN | FIN | RST)) &&
	       sender->has_sent && packet->seq + 1 == sender->next_seq;
}

/* A SYN says where its sender begins; a bare one with another number opens a new connection. */
static void note_first_numbers(struct sender *sender, struct sender *receiver,
			       const struct packet *packet)
{
	if (packet->flags & SYN) {
		if (!(packet->flags & ACK) &&
		    !(sender->is_known && sender->first_seq == packet->seq))
			receiver->is_known = false;
		sender->first_seq = packet->seq;
	} else if (!sender->is_known) {
		sender->first_seq = packet->seq - 1;
	}
	sender->is_known = true;
	if (!receiver->is_known && (packet->flags & ACK)) {
		receiver->first_seq = packet->ack - 1;
		receiver->is_known = true;
	}
}

static void note_sent(struct sender *sender, const struct packet *packet, size_t event)
{
	sender->last = event + 1;
	if (packet->flags & RST)
		return;
	if (!sender->has_sent || (packet->flags & SYN) ||
	    is_before(sender->next_seq, seq_after(packet)))
		sender->next_seq = seq_after(packet);
	sender->has_sent = true;
}

static void add_connection(struct timeline *timeline, const struct sender path[2], size_t event)
{
	const size_t number = timeline->connection_count++;
	struct connection *connection;

	timeline->connections = xgrow(timeline->connections, number, sizeof(*connection));
	connection = &timeline->connections[number];
	*connection = (struct connection){ { path[0], path[1] },
					   .first = event,
					   .before = newest(timeline, path[0].port, path[1].port) };
	lookup_put(&timeline->connection_rows, ports_of(path[0].port, path[1].port), number);
}

static void note_segment(struct timeline *timeline, size_t index)
{
	struct event *event = &timeline->events[index];
	const struct packet *packet = &event->wire.packet;
	const struct sender path[2] = {
		{ .host = event->host, .address = packet->from, .port = packet->from_port },
		{ .address = packet->to, .port = packet->to_port },
	};
	struct wire *wire = &event->wire;
	struct sender *sender, *receiver;
	int end = 0;

	wire->connection = find(timeline, path, &end);
	if (!wire->connection) {
		add_connection(timeline, path, index);
		wire->connection = (int)timeline->connection_count;
		end = 0;
	}
	sender = &timeline->connections[wire->connection - 1].ends[end];
	receiver = &timeline->connections[wire->connection - 1].ends[!end];
	sender->host = event->host;
	note_first_numbers(sender, receiver, packet);
	wire->first_seq = sender->first_seq;
	wire->first_ack = receiver->is_known ? receiver->first_seq : packet->ack - 1;
	wire->again = is_again(timeline, sender, packet);
	wire->probe = is_probe(sender, packet);
	wire->before = sender->last;
	note_sent(sender, packet, index);
}

/* An ICMP error is of the connection whose segment it quotes. */
static void note_quoted(struct timeline *timeline, struct wire *wire)
{
	const struct quoted *quoted = &wire->packet.quoted;
	const struct sender path[2] = { { .address = quoted->from, .port = quoted->from_port },
					{ .address = quoted->to, .port = quoted->to_port } };
	int end = 0;

	wire->connection = find(timeline, path, &end);
	if (wire->connection)
		wire->first_seq = timeline->connections[wire->connection - 1].ends[end].first_seq;
}

void connection_note(struct timeline *timeline, size_t event)
{
	struct wire *wire = &timeline->events[event].wire;

	if (wire->packet.kind == PACKET_TCP)
		note_segment(timeline, event);
	else if (wire->packet.quoted.from.family)
		note_quoted(timeline, wire);
}

void connection_take_back(struct timeline *timeline)
{
	while (timeline->connection_count > 0) {
		const struct connection *last =
			&timeline->connections[timeline->connection_count - 1];
		const uint64_t ports = ports_of(last->ends[0].port, last->ends[1].port);

		if (last->first < timeline->count)
			return;
		timeline->connection_count--;
		if (last->before == LOOKUP_NONE)
			lookup_remove(&timeline->connection_rows, ports);
		else
			lookup_put(&timeline->connection_rows, ports, (size_t)last->before);
	}
}

int connection_number(const struct timeline *timeline, uint16_t port, uint16_t other)
{
	ptrdiff_t oldest = LOOKUP_NONE, i = newest(timeline, port, other);

	for (; i != LOOKUP_NONE; i = timeline->connections[i].before)
		oldest = i;
	return (int)oldest + 1;
}

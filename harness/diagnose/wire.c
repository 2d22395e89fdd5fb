#include "diagnose/wire.h"

#include "base/fail.h"
#include "diagnose/bytes.h"

#include <stdlib.h>
#include <string.h>

/* RFC 7323 2.3 */
enum { SCALE_MOST = 14 };

/* Room for one more; rows are never given back. */
static void *room_for(void *rows, size_t count, size_t *room, size_t row_bytes)
{
	if (count < *room)
		return rows;
	*room = *room ? *room + *room / 2 : 1024;
	rows = realloc(rows, *room * row_bytes);
	if (!rows)
		broken("allocate", "the capture");
	return rows;
}

static void put32(uint8_t *at, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(n >> (24 - 8 * i));
}

static uint32_t host_number(struct wire *wire, const struct address *address, uint32_t vlan)
{
	struct key key = { { 0 } };

	key.bytes[0] = address->family == AF_INET6 ? 6 : 4;
	put32(key.bytes + 1, vlan);
	memcpy(key.bytes + 5, &address->v6, address->family == AF_INET6 ? 16 : 4);
	return intern_add(&wire->hosts, &key);
}

struct address wire_host_address(const struct wire *wire, uint32_t host)
{
	const uint8_t *bytes = wire->hosts.keys[host].bytes;
	struct address address = { .family = bytes[0] == 6 ? AF_INET6 : AF_INET };

	memcpy(&address.v6, bytes + 5, bytes[0] == 6 ? 16 : 4);
	return address;
}

static uint32_t endpoint_number(struct wire *wire, const struct address *address, uint16_t port,
				uint32_t vlan)
{
	struct key key = { { 0 } };

	put32(key.bytes, host_number(wire, address, vlan));
	put32(key.bytes + 4, port);
	return intern_add(&wire->endpoints, &key);
}

uint32_t wire_host(const struct wire *wire, uint32_t endpoint)
{
	return big32(wire->endpoints.keys[endpoint].bytes);
}

struct address wire_address(const struct wire *wire, uint32_t endpoint)
{
	return wire_host_address(wire, wire_host(wire, endpoint));
}

uint16_t wire_port(const struct wire *wire, uint32_t endpoint)
{
	return (uint16_t)big32(wire->endpoints.keys[endpoint].bytes + 4);
}

/* Two of a kind, in any order: the key of a flow. */
static uint32_t flow_number(struct wire *wire, uint32_t one, uint32_t other, uint32_t vlan)
{
	struct key key = { { 0 } };

	put32(key.bytes, one < other ? one : other);
	put32(key.bytes + 4, one < other ? other : one);
	put32(key.bytes + 8, vlan);
	return intern_add(&wire->flows, &key);
}

struct flow wire_flow(const struct wire *wire, uint32_t flow)
{
	const uint8_t *bytes = wire->flows.keys[flow].bytes;

	return (struct flow){ { big32(bytes), big32(bytes + 4) }, big32(bytes + 8) };
}

static void add_segment(struct wire *wire, const struct seen *seen, const struct frame *frame,
			const struct datagram *datagram)
{
	const uint32_t from = endpoint_number(wire, &seen->from, seen->from_port, datagram->vlan);
	const uint32_t to = endpoint_number(wire, &seen->to, seen->to_port, datagram->vlan);

	wire->segments = room_for(wire->segments, wire->segment_count, &wire->segment_room,
				  sizeof(*wire->segments));
	wire->segments[wire->segment_count++] = (struct segment){
		.time_ns = frame->time_ns,
		.seen_ns = frame->time_ns,
		.frame = frame->number,
		.seq = seen->seq,
		.ack = seen->ack,
		.timestamp = seen->options.timestamp,
		.has_timestamp = seen->options.has_timestamps,
		.bytes = seen->bytes,
		.flow = flow_number(wire, from, to, datagram->vlan),
		.window = seen->window,
		.ip_id = seen->ip_id,
		.place = datagram->place,
		.flags = seen->flags,
		.ttl = seen->ttl,
		.scale = seen->options.window_scale > SCALE_MOST ? SCALE_MOST
								 : seen->options.window_scale,
		.from = from > to,
		.trouble = seen->trouble & 7,
		.icmp_type = seen->icmp_type,
		.icmp_code = seen->icmp_code,
	};
}

static struct key pair_key(uint32_t asker, uint32_t target)
{
	struct key key = { { 0 } };

	put32(key.bytes, asker);
	put32(key.bytes + 4, target);
	return key;
}

uint32_t wire_last_neighbour(const struct wire *wire, uint32_t asker, uint32_t target)
{
	const struct key key = pair_key(asker, target);
	uint32_t pair;

	return intern_find(&wire->pairs, &key, &pair) ? wire->last_neighbour[pair] : 0;
}

static void add_neighbour(struct wire *wire, const struct seen *seen, const struct frame *frame,
			  const struct datagram *datagram)
{
	const uint32_t from = host_number(wire, &seen->from, datagram->vlan);
	const uint32_t to = host_number(wire, &seen->to, datagram->vlan);
	struct neighbour row = { .frame = frame->number,
				 .time_ns = frame->time_ns,
				 .asker = seen->is_question ? from : to,
				 .target = seen->is_question ? to : from,
				 .is_question = seen->is_question };
	const uint32_t pairs = wire->pairs.count;
	const struct key key = pair_key(row.asker, row.target);
	uint32_t pair;

	pair = intern_add(&wire->pairs, &key);
	if (pair == pairs) { /* a new one */
		wire->last_neighbour =
			realloc(wire->last_neighbour, wire->pairs.slot_count * sizeof(uint32_t));
		if (!wire->last_neighbour)
			broken("allocate", "a table");
		wire->last_neighbour[pair] = 0;
	}
	row.next = wire->last_neighbour[pair];
	wire->neighbours = room_for(wire->neighbours, wire->neighbour_count, &wire->neighbour_room,
				    sizeof(*wire->neighbours));
	wire->neighbours[wire->neighbour_count++] = row;
	wire->last_neighbour[pair] = (uint32_t)wire->neighbour_count;
}

static void note_time(struct wire *wire, int64_t time_ns)
{
	if (wire->frames == 0 || time_ns < wire->first_ns)
		wire->first_ns = time_ns;
	if (wire->frames > 0 && time_ns < wire->last_ns)
		wire->out_of_order++;
	else
		wire->last_ns = time_ns;
	wire->frames++;
}

void wire_add(struct wire *wire, const struct frame *frame)
{
	struct datagram datagram;
	enum link_result result = link_strip(&datagram, frame);
	struct seen seen;

	note_time(wire, frame->time_ns);
	if (result == LINK_UNKNOWN && wire->unknown_links++ == 0)
		wire->unknown_link = frame->link_type;
	if (result == LINK_DAMAGED)
		wire->damaged++;
	if (result != LINK_READ)
		return;
	dissect(&seen, &datagram);
	switch (seen.kind) {
	case SEEN_TCP:
		wire->tcp_frames++;
		add_segment(wire, &seen, frame, &datagram);
		break;
	case SEEN_ICMP:
		add_segment(wire, &seen, frame, &datagram);
		break;
	case SEEN_ARP:
		add_neighbour(wire, &seen, frame, &datagram);
		break;
	case SEEN_DAMAGED:
		wire->damaged++;
		break;
	case SEEN_OTHER:
		break;
	}
}

void wire_free(struct wire *wire)
{
	intern_free(&wire->hosts);
	intern_free(&wire->endpoints);
	intern_free(&wire->flows);
	intern_free(&wire->pairs);
	free(wire->last_neighbour);
	free(wire->segments);
	free(wire->neighbours);
	free(wire->conversations);
	free(wire->accepted);
}

/* A frame as JSON: its fields, numbers as they are shown and as they are on the wire. */
#include "record/json_parts.h"
#include "show/json_event.h"

static void put_address(json_t *object, const char *key, const struct address *address)
{
	char text[INET6_ADDRSTRLEN];

	if (address->family)
		put_text(object, key, address_text(address, text));
}

static json_t *sack_json(const struct tcp_options *options, uint32_t first_ack)
{
	json_t *blocks = json_array();

	for (int i = 0; i < options->sack_count; i++) {
		json_t *block = json_array();

		json_array_append_new(block, json_integer(options->sack[i].left - first_ack));
		json_array_append_new(block, json_integer(options->sack[i].right - first_ack));
		json_array_append_new(blocks, block);
	}
	return blocks;
}

static void put_options(json_t *object, const struct tcp_options *options, uint32_t first_ack)
{
	json_t *all = json_object(), *timestamps;

	if (options->has_mss)
		put_number(all, "mss", options->mss);
	if (options->has_window_scale)
		put_number(all, "window_scale", options->window_scale);
	put_true(all, "sack_permitted", options->sack_permitted);
	if (options->has_timestamps) {
		timestamps = json_object();
		put_number(timestamps, "value", options->timestamp);
		put_number(timestamps, "echo", options->timestamp_echo);
		json_object_set_new(all, "timestamps", timestamps);
	}
	if (options->sack_count)
		json_object_set_new(all, "sack", sack_json(options, first_ack));
	if (json_object_size(all))
		json_object_set_new(object, "options", all);
	else
		json_decref(all);
}

static void put_segment(json_t *object, const struct wire *wire)
{
	const struct packet *packet = &wire->packet;
	char flags[48];

	put_number(object, "from_port", packet->from_port);
	put_number(object, "to_port", packet->to_port);
	put_number(object, "connection", wire->connection);
	put_text(object, "flags", flags_text(packet->flags, flags));
	put_number(object, "seq", (uint32_t)(packet->seq - wire->first_seq));
	put_number(object, "raw_seq", packet->seq);
	if (packet->flags & ACK) {
		put_number(object, "ack", (uint32_t)(packet->ack - wire->first_ack));
		put_number(object, "raw_ack", packet->ack);
	}
	put_number(object, "len", (int64_t)packet->payload_bytes);
	put_number(object, "window", packet->window);
	put_options(object, &packet->options, wire->first_ack);
	put_true(object, "again", wire->again);
	put_true(object, "probe", wire->probe);
	if (wire->lost_at)
		put_text(object, "lost_at", host_name(wire->lost_at));
}

/* The number is relative where the segment that is quoted was seen. */
static json_t *quoted_json(const struct wire *wire)
{
	const struct quoted *quoted = &wire->packet.quoted;
	json_t *object = json_object();

	put_address(object, "from", &quoted->from);
	put_address(object, "to", &quoted->to);
	put_number(object, "from_port", quoted->from_port);
	put_number(object, "to_port", quoted->to_port);
	put_number(object, "raw_seq", quoted->seq);
	if (wire->connection) {
		put_number(object, "seq", (uint32_t)(quoted->seq - wire->first_seq));
		put_number(object, "connection", wire->connection);
	}
	return object;
}

static json_t *icmp_json(const struct wire *wire)
{
	const struct packet *packet = &wire->packet;
	json_t *object = json_object();

	put_number(object, "type", packet->icmp_type);
	put_number(object, "code", packet->icmp_code);
	if (packet->unreachable)
		put_text(object, "unreachable", unreachable_name(packet->unreachable));
	if (packet->quoted.from.family)
		json_object_set_new(object, "quotes", quoted_json(wire));
	return object;
}

/* Who is asked for, or answers. */
static json_t *neighbour_json(const struct packet *packet)
{
	json_t *object = json_object();

	json_object_set_new(object, "question", json_boolean(packet->is_question));
	put_address(object, "about", packet->is_question ? &packet->to : &packet->from);
	return object;
}

void put_packet(json_t *object, const struct wire *wire, size_t frame)
{
	const struct packet *packet = &wire->packet;
	char text[256];

	packet_text(text, sizeof(text), packet, wire->first_seq, wire->first_ack);
	put_number(object, "frame", (int64_t)frame);
	put_text(object, "text", text);
	put_text(object, "protocol", packet_kind_name(packet->kind));
	put_address(object, "from", &packet->from);
	put_address(object, "to", &packet->to);
	if (packet->kind == PACKET_TCP)
		put_segment(object, wire);
	else if (packet->kind == PACKET_ICMP)
		json_object_set_new(object, "icmp", icmp_json(wire));
	else if (packet->kind == PACKET_NEIGHBOUR)
		json_object_set_new(object, "neighbour", neighbour_json(packet));
}

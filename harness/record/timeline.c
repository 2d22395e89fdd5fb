#include "record/timeline.h"

#include "base/memory.h"

#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One piece of memory that an event points to; freed with the timeline. */
struct piece {
	struct piece *next;
	uint8_t bytes[];
};

static void *keep(struct timeline *timeline, const void *data, size_t bytes)
{
	struct piece *piece = xcalloc(1, sizeof(*piece) + bytes);

	memcpy(piece->bytes, data, bytes);
	piece->next = timeline->arena;
	timeline->arena = piece;
	return piece->bytes;
}

void timeline_open(struct timeline *timeline, int64_t started_ns)
{
	memset(timeline, 0, sizeof(*timeline));
	timeline->started_ns = started_ns;
}

void timeline_close(struct timeline *timeline)
{
	struct piece *piece = timeline->arena;

	while (piece) {
		struct piece *next = piece->next;

		free(piece);
		piece = next;
	}
	free(timeline->events);
	free(timeline->processes);
	free(timeline->sockets);
	memset(timeline, 0, sizeof(*timeline));
}

size_t timeline_append(struct timeline *timeline, const struct event *event)
{
	timeline->events = xgrow(timeline->events, timeline->count, sizeof(*event));
	timeline->events[timeline->count] = *event;
	return timeline->count++;
}

void timeline_take_back(struct timeline *timeline)
{
	timeline->count--;
}

static bool is_same_direction(const struct packet *a, const struct packet *b)
{
	return a->kind == PACKET_TCP && a->from_port == b->from_port && a->to_port == b->to_port &&
	       address_equal(&a->from, &b->from) && address_equal(&a->to, &b->to);
}

static bool is_other_direction(const struct packet *a, const struct packet *b)
{
	return a->kind == PACKET_TCP && a->from_port == b->to_port && a->to_port == b->from_port &&
	       address_equal(&a->from, &b->to) && address_equal(&a->to, &b->from);
}

/*
 * The first sequence numbers of both directions, from the first packet of the connection. A SYN
 * after it with other numbers is a new connection that reuses the ports.
 */
static void find_first_numbers(const struct timeline *timeline, struct wire *wire)
{
	const struct packet *packet = &wire->packet;

	wire->first_seq = packet->flags & SYN ? packet->seq : packet->seq - 1;
	wire->first_ack = packet->ack - 1;
	wire->first_ack_known = packet->flags & ACK;
	if (packet->kind != PACKET_TCP || (packet->flags & (SYN | ACK)) == SYN)
		return;
	for (size_t i = timeline->count; i-- > 0;) {
		const struct wire *before = &timeline->events[i].wire;
		const bool is_packet = timeline->events[i].kind == EVENT_PACKET;

		if (is_packet && is_same_direction(&before->packet, packet)) {
			wire->first_seq = before->first_seq;
			if (before->first_ack_known) {
				wire->first_ack = before->first_ack;
				wire->first_ack_known = true;
			}
			return;
		}
		if (is_packet && is_other_direction(&before->packet, packet)) {
			wire->first_ack = before->first_seq;
			wire->first_ack_known = true;
			if (before->first_ack_known)
				wire->first_seq = before->first_ack;
			return;
		}
	}
}

size_t timeline_append_frame(struct timeline *timeline, int64_t time_ns, const uint8_t *frame,
			     size_t frame_bytes, size_t wire_bytes)
{
	struct event event = { .kind = EVENT_PACKET, .time_ns = time_ns };
	struct wire *wire = &event.wire;

	wire->frame = keep(timeline, frame, frame_bytes);
	wire->frame_bytes = frame_bytes;
	wire->wire_bytes = wire_bytes;
	packet_decode(&wire->packet, wire->frame, frame_bytes);
	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++)
		if (address_equal(&wire->packet.from, &timeline->addresses[host]))
			event.host = host;
	find_first_numbers(timeline, wire);
	return timeline_append(timeline, &event);
}

const char *timeline_text(struct timeline *timeline, const char *format, ...)
{
	char *text, *kept;
	va_list args;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	kept = keep(timeline, text, strlen(text) + 1);
	free(text);
	return kept;
}

struct process *timeline_add_process(struct timeline *timeline, struct process process)
{
	timeline->processes = xgrow(timeline->processes, timeline->process_count, sizeof(process));
	timeline->processes[timeline->process_count] = process;
	return &timeline->processes[timeline->process_count++];
}

struct process *timeline_process(const struct timeline *timeline, pid_t pid)
{
	for (size_t i = 0; i < timeline->process_count; i++)
		if (timeline->processes[i].pid == pid)
			return &timeline->processes[i];
	return NULL;
}

bool timeline_has_returned(const struct timeline *timeline, size_t entered)
{
	for (size_t i = entered; i < timeline->count; i++)
		if (timeline->events[i].kind == EVENT_RETURN &&
		    timeline->events[i].call.entered == entered)
			return true;
	return false;
}

size_t timeline_socket(struct timeline *timeline, enum host host, uint64_t cookie)
{
	for (size_t i = 0; i < timeline->socket_count; i++)
		if (timeline->sockets[i].cookie == cookie && timeline->sockets[i].host == host)
			return i;
	timeline->sockets =
		xgrow(timeline->sockets, timeline->socket_count, sizeof(*timeline->sockets));
	timeline->sockets[timeline->socket_count] =
		(struct socket_row){ .cookie = cookie, .host = host, .state = TCP_CLOSE };
	return timeline->socket_count++;
}

#include "record/timeline.h"

#include "base/fail.h"
#include "base/memory.h"
#include "record/connection.h"

#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 32 * 1024, ALIGNMENT = sizeof(void *) };

/* Memory that events point to, taken from the front; freed with the timeline. */
struct piece {
	struct piece *next;
	size_t taken, bytes;
	uint8_t room[];
};

static void *take(struct timeline *timeline, size_t bytes)
{
	struct piece *piece = timeline->arena;
	void *taken;

	bytes = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (!piece || piece->bytes - piece->taken < bytes) {
		const size_t room = bytes > PIECE_BYTES ? bytes : PIECE_BYTES;

		piece = xcalloc(1, sizeof(*piece) + room);
		piece->bytes = room;
		piece->next = timeline->arena;
		timeline->arena = piece;
	}
	taken = &piece->room[piece->taken];
	piece->taken += bytes;
	return taken;
}

static void *keep(struct timeline *timeline, const void *data, size_t bytes)
{
	return memcpy(take(timeline, bytes), data, bytes);
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
	free(timeline->connections);
	free(timeline->programs);
	lookup_close(&timeline->connection_rows);
	lookup_close(&timeline->process_rows);
	for (int host = 0; host < HOST_COUNT; host++)
		lookup_close(&timeline->socket_rows[host]);
	callers_close(&timeline->callers);
	memset(timeline, 0, sizeof(*timeline));
}

/*
 * Segments are dropped from what the lab does on; a host that is made anew drops nothing. The
 * capture is on the client's wire, before whoever drops them.
 */
static void note_drops(struct timeline *timeline, const struct event *event)
{
	const struct action *action = &event->action;

	if (action->verb == VERB_REBOOT)
		timeline->drops[event->host].at = ANY_HOST;
	if (!action->drops_to)
		return;
	timeline->drops[action->drops_to].at = action->drops_at;
	timeline->drops[action->drops_to].since_ns = event->time_ns;
}

static enum host lost_at(const struct timeline *timeline, const struct event *event)
{
	const enum host to = event->host == CLIENT ? SERVER : CLIENT;

	if (event->wire.packet.kind != PACKET_TCP || event->time_ns <= timeline->drops[to].since_ns)
		return ANY_HOST;
	return timeline->drops[to].at;
}

void timeline_note_caller(struct timeline *timeline, uint64_t inode, pid_t pid)
{
	if (inode)
		timeline->owners_learned += callers_note(&timeline->callers, inode, pid);
}

static void note_return(struct timeline *timeline, const struct event *event, bool has_returned)
{
	if (event->kind == EVENT_RETURN && event->call.entered < timeline->count)
		timeline->events[event->call.entered].call.has_returned = has_returned;
}

size_t timeline_append(struct timeline *timeline, const struct event *event)
{
	if (event->kind == EVENT_ENTER || event->kind == EVENT_RETURN)
		timeline_note_caller(timeline, event->call.inode, event->pid);
	note_return(timeline, event, true);
	timeline->events = xgrow(timeline->events, timeline->count, sizeof(*event));
	timeline->events[timeline->count] = *event;
	if (event->kind == EVENT_PACKET) {
		connection_note(timeline, timeline->count);
		timeline->events[timeline->count].wire.lost_at = lost_at(timeline, event);
	} else if (event->kind == EVENT_ACTION) {
		note_drops(timeline, event);
	}
	return timeline->count++;
}

void timeline_take_back(struct timeline *timeline)
{
	timeline->count--;
	note_return(timeline, &timeline->events[timeline->count], false);
	connection_take_back(timeline);
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
	return timeline_append(timeline, &event);
}

const char *timeline_text(struct timeline *timeline, const char *format, ...)
{
	char room[256], *text;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(room, sizeof(room), format, args);
	va_end(args);
	if (length < 0)
		broken("write", "a text");
	if ((size_t)length < sizeof(room))
		return keep(timeline, room, (size_t)length + 1);
	text = take(timeline, (size_t)length + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)length + 1, format, args);
	va_end(args);
	return text;
}

const char **timeline_words(struct timeline *timeline, char *const *words)
{
	const char **copy;
	size_t count = 0;

	while (words[count])
		count++;
	copy = keep(timeline, words, (count + 1) * sizeof(*words));
	for (size_t i = 0; i < count; i++)
		copy[i] = timeline_text(timeline, "%s", words[i]);
	return copy;
}

static void note_program(struct timeline *timeline, const struct process *process)
{
	struct program_row *program;

	for (; timeline->program_count <= (size_t)process->program; timeline->program_count++) {
		timeline->programs = xgrow(timeline->programs, timeline->program_count,
					   sizeof(*timeline->programs));
		timeline->programs[timeline->program_count] = (struct program_row){ 0 };
	}
	program = &timeline->programs[process->program];
	if (process->parent == 0)
		program->host = process->host;
	else
		program->children++;
}

struct process *timeline_add_process(struct timeline *timeline, struct process process)
{
	note_program(timeline, &process);
	lookup_put(&timeline->process_rows, (uint64_t)process.pid, timeline->process_count);
	timeline->processes = xgrow(timeline->processes, timeline->process_count, sizeof(process));
	timeline->processes[timeline->process_count] = process;
	return &timeline->processes[timeline->process_count++];
}

struct process *timeline_process(const struct timeline *timeline, pid_t pid)
{
	const ptrdiff_t row = lookup_find(&timeline->process_rows, (uint64_t)pid);

	return row == LOOKUP_NONE ? NULL : &timeline->processes[row];
}

bool timeline_has_returned(const struct timeline *timeline, size_t entered)
{
	return timeline->events[entered].call.has_returned;
}

size_t timeline_socket(struct timeline *timeline, enum host host, uint64_t cookie)
{
	const ptrdiff_t row = lookup_find(&timeline->socket_rows[host], cookie);

	if (row != LOOKUP_NONE)
		return (size_t)row;
	lookup_put(&timeline->socket_rows[host], cookie, timeline->socket_count);
	timeline->sockets =
		xgrow(timeline->sockets, timeline->socket_count, sizeof(*timeline->sockets));
	timeline->sockets[timeline->socket_count] =
		(struct socket_row){ .cookie = cookie, .host = host, .state = TCP_CLOSE };
	return timeline->socket_count++;
}

void timeline_set_inode(struct timeline *timeline, size_t row, uint64_t inode)
{
	if (inode == 0 || timeline->sockets[row].inode == inode)
		return;
	timeline->sockets[row].inode = inode;
	timeline->owners_learned++;
}

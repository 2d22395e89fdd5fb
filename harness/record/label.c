#include "record/label.h"

#include <stdio.h>

/* "client 2: ", or "" for the only program of its host. */
static int program_text(const struct timeline *timeline, const struct process *process, char *out)
{
	int number = 0, count = 0;

	*out = '\0';
	for (size_t i = 0; i < timeline->process_count; i++) {
		const struct process *other = &timeline->processes[i];

		if (other->host != process->host || other->parent != 0)
			continue;
		count++;
		number += other->program <= process->program;
	}
	if (count < 2)
		return 0;
	return snprintf(out, WHOSE_BYTES / 2, "%s %d: ", host_name(process->host), number);
}

static int children_of(const struct timeline *timeline, int program)
{
	int children = 0;

	for (size_t i = 0; i < timeline->process_count; i++)
		children += timeline->processes[i].program == program &&
			    timeline->processes[i].parent != 0;
	return children;
}

const char *whose(const struct timeline *timeline, const struct event *event,
		  char buf[static WHOSE_BYTES])
{
	const struct process *process = timeline_process(timeline, event->pid);
	int length;

	*buf = '\0';
	if (!process)
		return buf;
	length = program_text(timeline, process, buf);
	if (event->tid && event->tid != event->pid)
		snprintf(buf + length, WHOSE_BYTES / 2, "thread %d: ", event->tid);
	else if (process->parent != 0 && children_of(timeline, process->program) > 1)
		snprintf(buf + length, WHOSE_BYTES / 2, "child %d: ", event->pid);
	else if (process->parent != 0)
		snprintf(buf + length, WHOSE_BYTES / 2, "child: ");
	return buf;
}

/* Its number, from 1; 0 when it is not known. */
static int number_of(const struct connections *connections, uint16_t port, uint16_t other)
{
	const uint16_t low = port < other ? port : other, high = port < other ? other : port;

	for (int i = 0; i < connections->count; i++)
		if (connections->ports[i].low == low && connections->ports[i].high == high)
			return i + 1;
	return 0;
}

void connections_find(struct connections *connections, const struct timeline *timeline)
{
	connections->count = 0;
	for (size_t i = 0; i < timeline->count && connections->count < CONNECTIONS_MOST; i++) {
		const struct event *event = &timeline->events[i];
		const uint16_t from = event->wire.packet.from_port, to = event->wire.packet.to_port;

		if (event->kind != EVENT_PACKET || event->wire.packet.kind != PACKET_TCP ||
		    number_of(connections, from, to))
			continue;
		connections->ports[connections->count].low = from < to ? from : to;
		connections->ports[connections->count].high = from < to ? to : from;
		connections->count++;
	}
}

const char *connection_text(const struct connections *connections, uint16_t port, uint16_t other,
			    char buf[static WHOSE_BYTES])
{
	const int number = number_of(connections, port, other);

	*buf = '\0';
	if (connections->count > 1 && number)
		snprintf(buf, WHOSE_BYTES, "%d: ", number);
	return buf;
}

#include "record/label.h"

#include <stdio.h>

/* Of the programs that were started on its host: how many there are, and the how many-th it is in.
 */
static int place_of_program(const struct timeline *timeline, const struct process *process,
			    int *count)
{
	int place = 0;

	*count = 0;
	for (size_t i = 0; i < timeline->program_count; i++) {
		if (timeline->programs[i].host != process->host)
			continue;
		++*count;
		place += (int)i <= process->program;
	}
	return place;
}

const char *process_name(const struct timeline *timeline, const struct process *process,
			 char buf[static LABEL_BYTES])
{
	int count, place = place_of_program(timeline, process, &count);
	char number[16] = "";

	if (place > 1)
		snprintf(number, sizeof(number), " %d", place);
	snprintf(buf, LABEL_BYTES, "%s%s%s", host_name(process->host), number,
		 process->parent ? " child" : "");
	return buf;
}

/* The event's process among those of its program, or "". */
static const char *own_label(const struct timeline *timeline, const struct event *event,
			     const struct process *process, char buf[static LABEL_BYTES])
{
	*buf = '\0';
	if (event->tid && event->tid != event->pid)
		snprintf(buf, LABEL_BYTES, "thread %d", event->tid);
	else if (process->parent != 0 && timeline->programs[process->program].children > 1)
		snprintf(buf, LABEL_BYTES, "child %d", event->pid);
	else if (process->parent != 0)
		snprintf(buf, LABEL_BYTES, "child");
	return buf;
}

const char *event_label(const struct timeline *timeline, const struct event *event,
			char buf[static LABEL_BYTES])
{
	const struct process *process = timeline_process(timeline, event->pid);
	char program[LABEL_BYTES / 2] = "", own[LABEL_BYTES];
	int count, place;

	*buf = '\0';
	if (!process)
		return buf;
	place = place_of_program(timeline, process, &count);
	if (count > 1)
		snprintf(program, sizeof(program), "%s %d", host_name(process->host), place);
	own_label(timeline, event, process, own);
	snprintf(buf, LABEL_BYTES, "%s%s%.24s", program, *program && *own ? ": " : "", own);
	return buf;
}

const char *connection_label(const struct timeline *timeline, int number,
			     char buf[static LABEL_BYTES])
{
	*buf = '\0';
	if (timeline->connection_count > 1 && number)
		snprintf(buf, LABEL_BYTES, "%d", number);
	return buf;
}

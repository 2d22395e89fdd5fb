#include "show/rows.h"

#include "base/memory.h"
#include "show/row_words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The rows while they are made, event by event. */
struct maker {
	struct rows *rows;
	const struct timeline *timeline;
	size_t begins;
	unsigned int wanted;  /* details */
	int64_t latest_ns[2]; /* of the lab's events and of the wire's, each in its own order */
	size_t *first_calls;  /* by program: its first event on a socket; 0: there is none */
};

/* Rows ---------------------------------------------------------------------------------- */

static void add_row(struct maker *maker, const struct event *event, const struct row_words *words,
		    unsigned int details, int64_t time_ns)
{
	const bool is_forged = event->kind == EVENT_ACTION && event->action.verb == VERB_FORGE;
	struct rows *rows = maker->rows;

	if (!details)
		return;
	rows->rows = xgrow(rows->rows, rows->count, sizeof(*rows->rows));
	rows->rows[rows->count++] = (struct row){
		.event = (size_t)(event - maker->timeline->events),
		.time_ns = time_ns,
		.details = details,
		.side = is_forged ? ANY_HOST : event->host, /* it would not fit into a column */
		.on_wire = event->kind == EVENT_PACKET,
		.style = words->style,
		.label = xstrdup(words->label),
		.text = xstrdup(words->text),
	};
}

/* Of two events of one observer the later noted is the later, even if the clock was set back. */
static int64_t time_in_order(struct maker *maker, const struct event *event)
{
	int64_t *latest = &maker->latest_ns[event->kind == EVENT_PACKET];

	if (*latest < event->time_ns)
		*latest = event->time_ns;
	return *latest;
}

/* Where each of the details has it: most rows stand at the same moment in all of them. */
static void add_rows(struct maker *maker, const struct event *event, const struct row_words *words,
		     unsigned int details)
{
	int64_t time_ns = event->time_ns;

	if (details & ROWS_BOTH_ENDS)
		time_ns = time_in_order(maker, event);
	if (time_ns != event->time_ns) {
		add_row(maker, event, words, ROWS_BOTH_ENDS, time_ns);
		details &= ~ROWS_BOTH_ENDS;
	}
	add_row(maker, event, words, details, event->time_ns);
}

/* What is worth a row ------------------------------------------------------------------- */

/* Not calls that only prepare or look, nor what other rows show already. */
static unsigned int details_of_call(const struct call *call)
{
	unsigned int details = 0;

	if (call->error || !(call->flags & CALL_FORKS)) /* a fork has a row already */
		details |= ROWS_VERBOSE;
	if (call->fd_kind == FD_TERMINAL)
		return details | ROWS_BOTH_ENDS;
	if (call->error == ECHILD) /* how a loop of waitpid ends */
		return details;
	if (!call_is_preparation(call))
		details |= ROWS_STORY | ROWS_BOTH_ENDS;
	return details;
}

/* A call whose entry has a row of its own. */
static bool has_two_ends(const struct call *call)
{
	return call->fd_kind == FD_SOCKET && call->flags & (CALL_SENDS | CALL_WAITS);
}

/* It sends first and waits then, as connect: its entry and its return both count. */
static bool sends_and_waits(const struct call *call)
{
	return (call->flags & (CALL_SENDS | CALL_WAITS)) == (CALL_SENDS | CALL_WAITS);
}

/* Of calls that are entered long before they return: connect, what never returns; or all. */
static unsigned int details_of_entry(const struct timeline *timeline, const struct event *event)
{
	if (!timeline_has_returned(timeline, (size_t)(event - timeline->events)))
		return details_of_call(&event->call);
	if (sends_and_waits(&event->call))
		return ROWS_ALL;
	return has_two_ends(&event->call) ? ROWS_BOTH_ENDS : 0;
}

/*
 * What a program does with its processes before its first call on a socket is its start-up: a
 * wrapper script's children, the search for an interpreter. A program that has nothing to do with
 * sockets has no start-up. The program's own end is always shown.
 */
static bool is_start_up(const struct maker *maker, const struct event *event)
{
	const struct process *process = timeline_process(maker->timeline, event->pid);

	if (!process || (event->kind == EVENT_END && process->parent == 0))
		return false;
	if ((size_t)(event - maker->timeline->events) >= maker->first_calls[process->program])
		return false;
	return event->kind == EVENT_FORK || event->kind == EVENT_SIGNAL ||
	       event->kind == EVENT_END || event->kind == EVENT_RETURN ||
	       event->kind == EVENT_ENTER;
}

static unsigned int details_of(const struct maker *maker, const struct event *event)
{
	unsigned int details = ROWS_ALL;

	if (event->kind == EVENT_ENTER)
		details = details_of_entry(maker->timeline, event);
	else if (event->kind == EVENT_RETURN)
		details = details_of_call(&event->call);
	if ((size_t)(event - maker->timeline->events) < maker->begins || is_start_up(maker, event))
		details &= ROWS_VERBOSE;
	return details & maker->wanted;
}

/*
 * A call that sends something, or changes a socket, stands where it was entered, before what it
 * causes; a call that waits for something stands where it came back, after what it waited for.
 */
static unsigned int details_at_entry(const struct call *call)
{
	if (call->ending != CALL_RETURNED || !(call->flags & (CALL_SENDS | CALL_CONFIGURES)) ||
	    call->flags & CALL_WAITS)
		return 0;
	return has_two_ends(call) ? ROWS_STORY | ROWS_VERBOSE : ROWS_ALL;
}

static void make_rows(struct maker *maker, const struct event *event)
{
	const unsigned int details = details_of(maker, event);
	unsigned int at_entry = 0;
	struct row_words words;

	if (!details)
		return;
	row_words_find(&words, maker->timeline, event);
	if (event->kind == EVENT_RETURN) {
		at_entry = details & details_at_entry(&event->call);
		add_row(maker, event, &words, at_entry,
			maker->timeline->events[event->call.entered].time_ns);
	}
	add_rows(maker, event, &words, details & ~at_entry);
}

static void find_first_calls(struct maker *maker)
{
	const struct timeline *timeline = maker->timeline;
	int programs = 1;

	for (size_t i = 0; i < timeline->process_count; i++)
		if (timeline->processes[i].program >= programs)
			programs = timeline->processes[i].program + 1;
	maker->first_calls = xcalloc((size_t)programs, sizeof(*maker->first_calls));
	for (size_t i = timeline->count; i-- > 0;) {
		const struct event *event = &timeline->events[i];
		const struct process *process = timeline_process(timeline, event->pid);

		if ((event->kind == EVENT_ENTER || event->kind == EVENT_RETURN) &&
		    event->call.inode && process)
			maker->first_calls[process->program] = i;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->event < y->event ? -1 : x->event > y->event;
}

void rows_open(struct rows *rows, const struct timeline *timeline, size_t begins, size_t from,
	       unsigned int details)
{
	struct maker maker = {
		.rows = rows, .timeline = timeline, .begins = begins, .wanted = details
	};

	*rows = (struct rows){ 0 };
	find_first_calls(&maker);
	for (size_t i = from; i < timeline->count; i++)
		make_rows(&maker, &timeline->events[i]);
	free(maker.first_calls);
	if (rows->count)
		qsort(rows->rows, rows->count, sizeof(*rows->rows), by_time);
}

void rows_close(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		free(rows->rows[i].label);
		free(rows->rows[i].text);
	}
	free(rows->rows);
}

const char *row_line(const struct timeline *timeline, const struct row *row,
		     char buf[static ROW_BYTES])
{
	const bool is_scene = timeline->events[row->event].kind == EVENT_SCENE;

	snprintf(buf, ROW_BYTES, "%s%s%s%s", is_scene ? "── " : "", row->label,
		 *row->label ? ": " : "", row->text);
	return buf;
}

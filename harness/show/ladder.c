#include "show/ladder.h"

#include "base/fail.h"
#include "base/text.h"
#include "expect/expectation.h"
#include "record/event_words.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of two events of one observer the later noted is the later, even if the clock was set back. */
static int64_t time_in_order(struct ladder *ladder, const struct event *event)
{
	int64_t *latest = &ladder->latest_ns[event->kind == EVENT_PACKET];

	if (ladder->detail != LADDER_BOTH_ENDS || *latest < event->time_ns)
		*latest = event->time_ns;
	return *latest;
}

static struct line *add_line(struct ladder *ladder, const struct event *event, enum style style)
{
	struct line *line = &ladder->lines[ladder->count++];

	line->time_ns = time_in_order(ladder, event);
	line->order = (size_t)(event - ladder->timeline->events);
	line->host = event->host;
	line->style = style;
	return line;
}

static void packet_line(struct ladder *ladder, const struct event *event)
{
	const struct packet *packet = &event->wire.packet;
	bool is_failure =
		(packet->kind == PACKET_TCP && (packet->flags & RST)) || packet->unreachable;
	struct line *line = add_line(ladder, event, is_failure ? RED : PLAIN);
	char prefix[WHOSE_BYTES] = "";
	int length;

	line->on_wire = true;
	if (packet->kind == PACKET_TCP)
		connection_text(&ladder->connections, packet->from_port, packet->to_port, prefix);
	length = snprintf(line->text, sizeof(line->text), "%s", prefix);
	packet_text(line->text + length, sizeof(line->text) - (size_t)length, packet,
		    event->wire.first_seq, event->wire.first_ack);
}

/* Calls that only prepare or look, and what other lines tell already. */
static bool is_worth_a_line(const struct ladder *ladder, const struct call *call)
{
	if (ladder->detail == LADDER_VERBOSE) /* a fork that succeeds has a line already */
		return call->error || !(call->flags & CALL_FORKS);
	if (call->fd_kind == FD_TERMINAL)
		return ladder->detail == LADDER_BOTH_ENDS;
	if (call->error == ECHILD) /* how a loop of waitpid ends */
		return false;
	return !call_is_preparation(call);
}

/* A call whose entry has a line of its own. */
static bool has_two_ends(const struct ladder *ladder, const struct call *call)
{
	return ladder->detail == LADDER_BOTH_ENDS && call->fd_kind == FD_SOCKET &&
	       call->flags & (CALL_SENDS | CALL_WAITS);
}

/*
 * A call that sends something, or changes a socket, stands where it was entered, before what it
 * causes; a call that waits for something stands where it came back, after what it waited for.
 */
static bool stands_at_entry(const struct call *call)
{
	return call->ending == CALL_RETURNED && call->flags & (CALL_SENDS | CALL_CONFIGURES) &&
	       !(call->flags & CALL_WAITS);
}

/* It sends first and waits then, as connect: its entry and its return both count. */
static bool sends_and_waits(const struct call *call)
{
	return (call->flags & (CALL_SENDS | CALL_WAITS)) == (CALL_SENDS | CALL_WAITS);
}

static void call_line(struct ladder *ladder, const struct event *event)
{
	const struct call *call = &event->call;
	struct line *line;
	char prefix[WHOSE_BYTES];
	int length;

	if (!is_worth_a_line(ladder, call))
		return;
	line = add_line(ladder, event, call->error ? RED : PLAIN);
	if (stands_at_entry(call) && !has_two_ends(ladder, call))
		line->time_ns = ladder->timeline->events[call->entered].time_ns;
	length = snprintf(line->text, sizeof(line->text), "%s",
			  whose(ladder->timeline, event, prefix));
	call_text(line->text + length, sizeof(line->text) - (size_t)length, call);
}

/* Of calls that are entered long before they return: connect, what never returns; or all. */
static void enter_line(struct ladder *ladder, const struct event *event)
{
	const struct timeline *timeline = ladder->timeline;
	const size_t index = (size_t)(event - timeline->events);
	const bool returned = timeline_has_returned(timeline, index);
	char prefix[WHOSE_BYTES];

	if (returned ? !sends_and_waits(&event->call) && !has_two_ends(ladder, &event->call)
		     : !is_worth_a_line(ladder, &event->call))
		return;
	snprintf(add_line(ladder, event, PLAIN)->text, LADDER_TEXT_BYTES, "%s%s(%s) %s",
		 whose(timeline, event, prefix), event->call.name, event->call.args,
		 returned ? "…" : "waits …");
}

static void output_line(struct ladder *ladder, const struct event *event)
{
	char *text = add_line(ladder, event, PLAIN)->text, prefix[WHOSE_BYTES];
	const size_t length = (size_t)snprintf(text, LADDER_TEXT_BYTES, "%sprints ",
					       whose(ladder->timeline, event, prefix));

	quote_bytes(text + length, LADDER_TEXT_BYTES - length, (const uint8_t *)event->text,
		    strlen(event->text), LADDER_TEXT_BYTES);
}

static void action_line(struct ladder *ladder, const struct event *event)
{
	char prefix[WHOSE_BYTES];

	snprintf(add_line(ladder, event, BOLD)->text, LADDER_TEXT_BYTES, "%s%s",
		 whose(ladder->timeline, event, prefix), event->text);
}

/* Which of several connections a socket is an end of. */
static const char *socket_text(const struct ladder *ladder, size_t row,
			       char buf[static WHOSE_BYTES])
{
	const struct socket_row *socket = &ladder->timeline->sockets[row];

	return connection_text(&ladder->connections, socket->local_port, socket->remote_port, buf);
}

static void state_line(struct ladder *ladder, const struct event *event)
{
	char prefix[WHOSE_BYTES];

	snprintf(add_line(ladder, event, DIM)->text, LADDER_TEXT_BYTES, "%s%s → %s",
		 socket_text(ladder, event->state.socket, prefix),
		 tcp_state_name(event->state.from), tcp_state_name(event->state.to));
}

static void backoff_line(struct ladder *ladder, const struct event *event)
{
	char *text = add_line(ladder, event, DIM)->text, prefix[WHOSE_BYTES];
	const size_t length = (size_t)snprintf(text, LADDER_TEXT_BYTES, "%s",
					       socket_text(ladder, event->backoff.socket, prefix));

	backoff_text(text + length, LADDER_TEXT_BYTES - length, event);
}

static void process_line(struct ladder *ladder, const struct event *event)
{
	snprintf(add_line(ladder, event, DIM)->text, LADDER_TEXT_BYTES, "ps: %d %d %c %s %s",
		 event->pid, event->process.parent, event->process.state, event->process.command,
		 event->process.wait_channel);
}

/* Whether the signal ends the process (signal(7): by default these are ignored, or stop it). */
static bool is_deadly(const struct event *event)
{
	const int number = event->signal.number;

	return event->signal.disposition == DEFAULT_ACTION && number != SIGCHLD &&
	       number != SIGURG && number != SIGWINCH && number != SIGCONT && number != SIGSTOP &&
	       number != SIGTSTP && number != SIGTTIN && number != SIGTTOU;
}

/* What happened to a process, with its name before it. */
static void process_event_line(struct ladder *ladder, const struct event *event)
{
	const struct timeline *timeline = ladder->timeline;
	struct line *line = add_line(ladder, event, PLAIN);
	char prefix[WHOSE_BYTES], name[16];
	char *text = line->text;
	size_t bytes = sizeof(line->text);
	int length = snprintf(text, bytes, "%s", whose(timeline, event, prefix));

	text += length;
	bytes -= (size_t)length;
	if (event->kind == EVENT_FORK) {
		snprintf(text, bytes, "fork() = %d", event->child);
	} else if (event->kind == EVENT_SIGNAL) {
		snprintf(text, bytes, "%s (%s)", signal_name(event->signal.number, name),
			 disposition_name(event->signal.disposition));
		line->style = is_deadly(event) ? RED : PLAIN;
	} else {
		end_text(text, bytes, event);
		line->style = event->end.signal ? RED : PLAIN;
	}
}

/*
 * What a program does with its processes before its first call on a socket is its start-up: a
 * wrapper script's children, the search for an interpreter. A program that has nothing to do with
 * sockets has no start-up. The program's own end is always shown.
 */
static bool is_start_up(const struct ladder *ladder, const struct event *event)
{
	const struct process *process = timeline_process(ladder->timeline, event->pid);

	if (!process || (event->kind == EVENT_END && process->parent == 0))
		return false;
	if ((size_t)(event - ladder->timeline->events) >= ladder->first_calls[process->program])
		return false;
	return event->kind == EVENT_FORK || event->kind == EVENT_SIGNAL ||
	       event->kind == EVENT_END || event->kind == EVENT_RETURN ||
	       event->kind == EVENT_ENTER;
}

static void event_line(struct ladder *ladder, const struct event *event)
{
	if (ladder->detail != LADDER_VERBOSE && is_start_up(ladder, event))
		return;
	switch (event->kind) {
	case EVENT_SCENE:
		snprintf(add_line(ladder, event, BOLD)->text, LADDER_TEXT_BYTES, "── %s",
			 event->text);
		return;
	case EVENT_ACTION:
		action_line(ladder, event);
		return;
	case EVENT_PACKET:
		packet_line(ladder, event);
		return;
	case EVENT_ENTER:
		enter_line(ladder, event);
		return;
	case EVENT_RETURN:
		call_line(ladder, event);
		return;
	case EVENT_FORK:
	case EVENT_SIGNAL:
	case EVENT_END:
		process_event_line(ladder, event);
		return;
	case EVENT_STATE:
		state_line(ladder, event);
		return;
	case EVENT_BACKOFF:
		backoff_line(ladder, event);
		return;
	case EVENT_PROCESS:
		process_line(ladder, event);
		return;
	case EVENT_OUTPUT:
		output_line(ladder, event);
		return;
	case EVENT_KINDS:
		return;
	}
}

/* A text that filled its line was cut, perhaps inside a character: it ends in dots then. */
static void end_in_dots(char *text)
{
	size_t length = strlen(text);

	if (length + 1 < LADDER_TEXT_BYTES)
		return;
	length -= sizeof("…");
	while (length > 0 && (text[length] & 0xc0) == 0x80) /* UTF-8: not the first byte */
		length--;
	snprintf(text + length, LADDER_TEXT_BYTES - length, "…");
}

static int by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static void find_first_calls(struct ladder *ladder)
{
	const struct timeline *timeline = ladder->timeline;
	int programs = 1;

	for (size_t i = 0; i < timeline->process_count; i++)
		if (timeline->processes[i].program >= programs)
			programs = timeline->processes[i].program + 1;
	ladder->first_calls = calloc((size_t)programs, sizeof(*ladder->first_calls));
	if (!ladder->first_calls)
		broken("write", "the story");
	for (size_t i = timeline->count; i-- > 0;) {
		const struct event *event = &timeline->events[i];
		const struct process *process = timeline_process(timeline, event->pid);

		if ((event->kind == EVENT_ENTER || event->kind == EVENT_RETURN) &&
		    event->call.inode && process)
			ladder->first_calls[process->program] = i;
	}
}

void ladder_open(struct ladder *ladder, const struct timeline *timeline, size_t begins,
		 enum detail detail)
{
	*ladder = (struct ladder){ .timeline = timeline, .detail = detail };
	ladder->lines = calloc(timeline->count + 1, sizeof(*ladder->lines));
	if (!ladder->lines)
		broken("write", "the story");
	connections_find(&ladder->connections, timeline);
	find_first_calls(ladder);
	for (size_t i = begins; i < timeline->count; i++)
		event_line(ladder, &timeline->events[i]);
	for (size_t i = 0; i < ladder->count; i++)
		end_in_dots(ladder->lines[i].text);
	qsort(ladder->lines, ladder->count, sizeof(*ladder->lines), by_time);
}

void ladder_close(struct ladder *ladder)
{
	free(ladder->first_calls);
	free(ladder->lines);
}

#include "report.h"

#include "fail.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { SIDE_COLUMNS = 40, WIRE_COLUMNS = 36, TEXT_BYTES = 512, LINES_MOST = 1000 };

enum style { PLAIN, DIM, BOLD, RED, GREEN };

struct line {
	int64_t time_ns;
	size_t order;	/* of the event, where times are equal */
	enum host host; /* the side the text is on; ANY_HOST: across all columns */
	bool on_wire;
	enum style style;
	char text[TEXT_BYTES];
};

struct ladder {
	const struct report *report;
	struct line *lines;
	size_t count;
};

static const char *escape(const struct report *report, enum style style)
{
	static const char *const codes[] = {
		[PLAIN] = "\033[0m",  [DIM] = "\033[2m",      [BOLD] = "\033[1m",
		[RED] = "\033[1;31m", [GREEN] = "\033[1;32m",
	};
	return report->colour ? codes[style] : "";
}

/* One character: its bytes, and how many columns a terminal gives it. */
static size_t next_character(const char *text, int *columns)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t bytes = mbrtowc(&character, text, MB_CUR_MAX, &state);

	if (bytes == 0 || bytes > MB_CUR_MAX) { /* the end, or no valid UTF-8 */
		*columns = *text != '\0';
		return *text != '\0';
	}
	*columns = wcwidth(character) < 0 ? 0 : wcwidth(character);
	return bytes;
}

static int columns_of(const char *text)
{
	int all = 0, one;

	while (*text) {
		text += next_character(text, &one);
		all += one;
	}
	return all;
}

/* Prints the text in exactly so many columns; what is too long ends in "…". */
static void print_cell(FILE *out, const char *text, int columns)
{
	bool fits = columns_of(text) <= columns;
	int left = fits ? columns : columns - 1, one;

	while (*text) {
		size_t bytes = next_character(text, &one);

		if (one > left)
			break;
		fwrite(text, 1, bytes, out);
		text += bytes;
		left -= one;
	}
	if (!fits)
		fputs("…", out);
	fprintf(out, "%*s", left, "");
}

/* Lines of the ladder -----------------------------------------------------------------------------
 */

static struct line *add_line(struct ladder *ladder, const struct event *event, enum style style)
{
	struct line *line = &ladder->lines[ladder->count++];

	line->time_ns = event->time_ns;
	line->order = (size_t)(event - ladder->report->timeline->events);
	line->host = event->host;
	line->style = style;
	return line;
}

/* "child: " before what a child does, with its number where there are several. */
static const char *whose(const struct timeline *timeline, pid_t pid, char buf[static 32])
{
	const struct process *process = timeline_process(timeline, pid);
	int children = 0;

	*buf = '\0';
	if (!process || process->parent == 0)
		return buf;
	for (size_t i = 0; i < timeline->process_count; i++)
		children += timeline->processes[i].program == process->program &&
			    timeline->processes[i].parent != 0;
	if (children > 1)
		snprintf(buf, 32, "child %d: ", pid);
	else
		snprintf(buf, 32, "child: ");
	return buf;
}

static void packet_line(struct ladder *ladder, const struct event *event)
{
	const struct packet *packet = &event->wire.packet;
	bool is_reset = packet->kind == PACKET_TCP && (packet->flags & RST);
	struct line *line = add_line(ladder, event, is_reset ? RED : PLAIN);

	line->on_wire = true;
	packet_text(line->text, sizeof(line->text), packet, event->wire.first_seq,
		    event->wire.first_ack);
}

/* Calls that only prepare or look, and what other lines tell already. */
static bool is_worth_a_line(const struct ladder *ladder, const struct call *call)
{
	static const char quiet[] = "fork|exec|exit|sigaction|getsockopt|socket";

	if (ladder->report->verbose)
		return true;
	if (call->fd_kind == FD_TERMINAL)
		return false;
	return !name_matches(quiet, call->family) || (call->error && call->inode);
}

/*
 * A call that sends something stands where it was entered, before the segments it causes; a call
 * that waits for something stands where it came back, behind what it waited for.
 */
static void call_line(struct ladder *ladder, const struct event *event)
{
	const struct call *call = &event->call;
	struct line *line;
	char prefix[32];
	int length;

	if (!is_worth_a_line(ladder, call))
		return;
	line = add_line(ladder, event, call->error ? RED : PLAIN);
	if (call->ending == CALL_RETURNED &&
	    name_matches("write|close|shutdown|bind|listen|setsockopt", call->family))
		line->time_ns = ladder->report->timeline->events[call->entered].time_ns;
	length = snprintf(line->text, sizeof(line->text), "%s",
			  whose(ladder->report->timeline, event->pid, prefix));
	call_text(line->text + length, sizeof(line->text) - (size_t)length, call);
}

/* Of calls that are entered long before they return: connect, and what never returns. */
static void enter_line(struct ladder *ladder, const struct event *event)
{
	const struct timeline *timeline = ladder->report->timeline;
	const size_t index = (size_t)(event - timeline->events);
	const bool returned = timeline_has_returned(timeline, index);
	char prefix[32];

	if (returned ? !name_matches("connect", event->call.family)
		     : !is_worth_a_line(ladder, &event->call))
		return;
	snprintf(add_line(ladder, event, PLAIN)->text, TEXT_BYTES, "%s%s(%s) %s",
		 whose(timeline, event->pid, prefix), event->call.name, event->call.args,
		 returned ? "…" : "waits …");
}

static void process_line(struct ladder *ladder, const struct event *event)
{
	snprintf(add_line(ladder, event, DIM)->text, TEXT_BYTES, "ps: %d %d %c %s %s", event->pid,
		 event->process.parent, event->process.state, event->process.command,
		 event->process.wait_channel);
}

/* What happened to a process, with its name before it. */
static void process_event_line(struct ladder *ladder, const struct event *event)
{
	const struct timeline *timeline = ladder->report->timeline;
	struct line *line = add_line(ladder, event, PLAIN);
	char prefix[32], name[16];
	char *text = line->text;
	size_t bytes = sizeof(line->text);
	int length = snprintf(text, bytes, "%s", whose(timeline, event->pid, prefix));

	text += length;
	bytes -= (size_t)length;
	if (event->kind == EVENT_FORK) {
		snprintf(text, bytes, "fork() = %d", event->child);
	} else if (event->kind == EVENT_SIGNAL) {
		snprintf(text, bytes, "%s (%s)", signal_name(event->signal.number, name),
			 disposition_name(event->signal.disposition));
		line->style = RED;
	} else {
		end_text(text, bytes, event);
		line->style = event->end.signal ? RED : PLAIN;
	}
}

/*
 * What a program does with its processes before its first call on a socket is its start-up: a
 * wrapper script's children, the search for an interpreter. The program's own end is always shown.
 */
static bool is_start_up(const struct ladder *ladder, const struct event *event)
{
	const struct timeline *timeline = ladder->report->timeline;
	const struct process *process = timeline_process(timeline, event->pid);

	if (!process || (event->kind == EVENT_END && process->parent == 0))
		return false;
	for (size_t i = 0; &timeline->events[i] <= event; i++) {
		const struct event *other = &timeline->events[i];

		if ((other->kind == EVENT_ENTER || other->kind == EVENT_RETURN) &&
		    other->call.inode && other->host == event->host &&
		    timeline_process(timeline, other->pid)->program == process->program)
			return false;
	}
	return event->kind == EVENT_FORK || event->kind == EVENT_SIGNAL ||
	       event->kind == EVENT_END || event->kind == EVENT_RETURN ||
	       event->kind == EVENT_ENTER;
}

static void event_line(struct ladder *ladder, const struct event *event)
{
	if (!ladder->report->verbose && is_start_up(ladder, event))
		return;
	switch (event->kind) {
	case EVENT_SCENE:
		snprintf(add_line(ladder, event, BOLD)->text, TEXT_BYTES, "── %s", event->text);
		return;
	case EVENT_ACTION:
		snprintf(add_line(ladder, event, BOLD)->text, TEXT_BYTES, "%s", event->text);
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
		snprintf(add_line(ladder, event, DIM)->text, TEXT_BYTES, "%s → %s",
			 tcp_state_name(event->state.from), tcp_state_name(event->state.to));
		return;
	case EVENT_PROCESS:
		process_line(ladder, event);
		return;
	case EVENT_OUTPUT:
		snprintf(add_line(ladder, event, PLAIN)->text, TEXT_BYTES, "prints \"%s\"",
			 event->text);
		return;
	case EVENT_KINDS:
		return;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Printing ----------------------------------------------------------------------------------------
 */

/* "─── FIN,ACK seq=1 ack=1 ──▶" from the client, "◀── ... ───" from the server. */
static void print_arrow(FILE *out, const struct line *line)
{
	const int room = WIRE_COLUMNS - 8 - columns_of(line->text);
	const char *left = line->host == SERVER ? "◀── " : "─── ";
	const char *right = line->host == SERVER ? "──" : "─▶";

	fprintf(out, "%s%s ", left, line->text);
	for (int i = 0; i < room; i++)
		fputs("─", out);
	fputs(right, out);
}

static void print_line(FILE *out, const struct report *report, const struct line *line)
{
	const int64_t since = line->time_ns - report->timeline->started_ns;

	if (line->host == ANY_HOST) {
		fprintf(out, "        %s%s%s\n", escape(report, line->style), line->text,
			escape(report, PLAIN));
		return;
	}
	fprintf(out, "%7.2f %s", (double)since / 1e6, escape(report, line->style));
	if (line->on_wire) {
		print_cell(out, "", SIDE_COLUMNS);
		print_arrow(out, line);
	} else if (line->host == SERVER) {
		print_cell(out, "", SIDE_COLUMNS + WIRE_COLUMNS + 1);
		fputs(line->text, out);
	} else {
		fputs(line->text, out);
	}
	fprintf(out, "%s\n", escape(report, PLAIN));
}

static void print_heading(FILE *out, const struct report *report)
{
	const struct timeline *timeline = report->timeline;
	char address[INET6_ADDRSTRLEN], text[64];

	fprintf(out, "%s%s%s   UNP %s   %s\n", escape(report, BOLD), report->name,
		escape(report, PLAIN), report->section, report->claim);
	fprintf(out, "     ms %s", escape(report, BOLD));
	snprintf(text, sizeof(text), "client %s",
		 address_text(&timeline->addresses[CLIENT], address));
	print_cell(out, text, SIDE_COLUMNS);
	print_cell(out, "                wire", WIRE_COLUMNS + 1);
	fprintf(out, "server %s%s\n", address_text(&timeline->addresses[SERVER], address),
		escape(report, PLAIN));
}

void report_story(FILE *out, const struct report *report)
{
	const struct timeline *timeline = report->timeline;
	struct ladder ladder = { .report = report };

	ladder.lines = calloc(timeline->count + 1, sizeof(*ladder.lines));
	if (!ladder.lines)
		broken("write", "the story");
	for (size_t i = report->verbose ? 0 : report->begins; i < timeline->count; i++)
		event_line(&ladder, &timeline->events[i]);
	qsort(ladder.lines, ladder.count, sizeof(*ladder.lines), by_time);
	print_heading(out, report);
	for (size_t i = 0; i < ladder.count; i++) {
		if (i == LINES_MOST / 2 && ladder.count > LINES_MOST) {
			size_t left_out = ladder.count - LINES_MOST;

			fprintf(out, "        … %zu lines left out; the JSON has them all …\n",
				left_out);
			i += left_out;
		}
		print_line(out, report, &ladder.lines[i]);
	}
	free(ladder.lines);
}

static void print_failure(FILE *out, const struct report *report,
			  const struct expectation *expectation)
{
	char wanted[256];

	expectation_wanted(wanted, sizeof(wanted), expectation);
	fprintf(out, "%sFAIL%s   %s:%d\n", escape(report, RED), escape(report, PLAIN),
		expectation->file, expectation->line);
	fprintf(out, "       wanted  %s\n", wanted);
	fprintf(out, "       seen    %s\n", expectation->seen);
}

void report_verdict(FILE *out, const struct report *report, const char *saved)
{
	size_t met = 0;

	for (size_t i = 0; i < report->expectation_count; i++) {
		if (report->expectations[i].verdict == VERDICT_UNMET) {
			print_failure(out, report, &report->expectations[i]);
			fprintf(out, "       %s\n", saved);
			return;
		}
		met += report->expectations[i].verdict == VERDICT_MET;
	}
	fprintf(out, "%sPASS%s   %zu expectations met   %s\n", escape(report, GREEN),
		escape(report, PLAIN), met, saved);
}

#include "show/annotated_capture.h"

#include "base/fail.h"
#include "explain/cause.h"
#include "show/marks.h"
#include "show/pcapng.h"
#include "show/rows.h"

#include <stdarg.h>
#include <string.h>

enum { NOTE_BYTES = 1024, FIELDS_MOST = 12, NUMBER_BYTES = 24 };

/* After what is there already: "✓ RST from server (sigpipe.c:45); client → CLOSED" */
__attribute__((format(printf, 2, 3))) static void append(char note[static NOTE_BYTES],
							 const char *format, ...)
{
	size_t length = strlen(note);
	va_list args;

	if (length)
		length += (size_t)snprintf(note + length, NOTE_BYTES - length, "; ");
	if (length >= NOTE_BYTES)
		return;
	va_start(args, format);
	vsnprintf(note + length, NOTE_BYTES - length, format, args);
	va_end(args);
}

/* "✓ RST from server (sigpipe.c:45)" for each expectation that the event met or broke. */
static void note_expectations(char note[static NOTE_BYTES], const struct marks *marks, size_t event)
{
	for (size_t i = marks_of(marks, event); i < marks->count; i++) {
		const struct expectation *expectation = marks->rows[i];
		char wanted[256];
		const char *slash = strrchr(expectation->file, '/');

		if (expectation->event != event)
			return;
		expectation_wanted(wanted, sizeof(wanted), expectation);
		append(note, "%s %s (%s:%d)", expectation->verdict == VERDICT_MET ? "✓" : "✗",
		       wanted, slash ? slash + 1 : expectation->file, expectation->line);
	}
}

/* What to look at in a packet: what it was expected for, what it did, and when in the story. */
static void packet_note(char note[static NOTE_BYTES], const struct run *run,
			const struct causes *causes, const struct marks *marks, size_t event)
{
	const char *scene = marks_scene(marks, &run->timeline->events[event]);

	*note = '\0';
	note_expectations(note, marks, event);
	for (size_t state = causes_first(causes, event); state;
	     state = causes_next(causes, state)) {
		const struct event *changed = &run->timeline->events[state];

		append(note, "%s → %s", host_name(changed->host),
		       tcp_state_name(changed->state.to));
	}
	if (*note && scene)
		append(note, "scene: %s", scene);
}

/* Rows ---------------------------------------------------------------------------------- */

struct entry {
	struct pcapng_field fields[FIELDS_MOST];
	size_t count;
	char pid[NUMBER_BYTES], number[NUMBER_BYTES], result[NUMBER_BYTES], name[16];
	char note[NOTE_BYTES];
};

static void put(struct entry *entry, const char *name, const char *value)
{
	entry->fields[entry->count++] = (struct pcapng_field){ name, value };
}

static void put_number(struct entry *entry, const char *name, long long number,
		       char text[static NUMBER_BYTES])
{
	snprintf(text, NUMBER_BYTES, "%lld", number);
	put(entry, name, text);
}

/* Which kind of moment it is, for columns, colours and filters. */
static const char *transport(enum event_kind kind)
{
	static const char *const names[EVENT_KINDS] = {
		[EVENT_SCENE] = "scene",     [EVENT_ACTION] = "action",
		[EVENT_PACKET] = "packet",   [EVENT_ENTER] = "syscall",
		[EVENT_RETURN] = "syscall",  [EVENT_FORK] = "syscall",
		[EVENT_SIGNAL] = "signal",   [EVENT_END] = "exit",
		[EVENT_STATE] = "tcp-state", [EVENT_BACKOFF] = "timeout",
		[EVENT_PROCESS] = "ps",      [EVENT_OUTPUT] = "output",
	};

	return names[kind];
}

/* syslog(3)'s: what is red in the story is an error, its headings and actions are notices. */
static const char *priority(enum style style)
{
	return style == RED ? "3" : style == BOLD ? "5" : "6";
}

/* MESSAGE_ID is the symbol that a row is about: EPIPE, SIGPIPE. */
static void put_details(struct entry *entry, const struct event *event)
{
	switch (event->kind) {
	case EVENT_ENTER:
		put(entry, "CODE_FUNC", event->call.family);
		return;
	case EVENT_RETURN:
		put(entry, "CODE_FUNC", event->call.family);
		if (event->call.ending == CALL_RESTARTED)
			return;
		put_number(entry, "RESULT", event->call.result, entry->result);
		if (event->call.error) {
			put_number(entry, "ERRNO", event->call.error, entry->number);
			put(entry, "MESSAGE_ID", errno_name(event->call.error, entry->name));
		}
		return;
	case EVENT_FORK:
		put(entry, "CODE_FUNC", "fork");
		put_number(entry, "RESULT", event->child, entry->result);
		return;
	case EVENT_SIGNAL:
		put(entry, "MESSAGE_ID", signal_name(event->signal.number, entry->name));
		return;
	case EVENT_END:
		if (event->end.signal)
			put(entry, "MESSAGE_ID", signal_name(event->end.signal, entry->name));
		return;
	case EVENT_SCENE:
	case EVENT_ACTION:
	case EVENT_PACKET:
	case EVENT_STATE:
	case EVENT_BACKOFF:
	case EVENT_PROCESS:
	case EVENT_OUTPUT:
	case EVENT_KINDS:
		return;
	}
}

static void write_row(FILE *file, const struct run *run, const struct marks *marks,
		      const struct row *row)
{
	const struct event *event = &run->timeline->events[row->event];
	struct entry entry = { 0 };
	char line[ROW_BYTES];

	put(&entry, "MESSAGE", row_line(run->timeline, row, line));
	put(&entry, "PRIORITY", priority(row->style));
	put(&entry, "_HOSTNAME", host_name(event->host));
	put(&entry, "_TRANSPORT", transport(event->kind));
	if (event->pid)
		put_number(&entry, "_PID", event->pid, entry.pid);
	put_details(&entry, event);
	note_expectations(entry.note, marks, row->event);
	if (*entry.note) /* the one field without a place of its own: Wireshark finds it by that */
		put(&entry, "EXPECTED", entry.note);
	pcapng_journal(file, row->time_ns / 1000, entry.fields, entry.count);
}

static void write_packet(FILE *file, const struct run *run, const struct causes *causes,
			 const struct marks *marks, size_t number)
{
	const struct event *event = &run->timeline->events[number];
	char note[NOTE_BYTES];

	packet_note(note, run, causes, marks, number);
	pcapng_packet(file, &(struct pcapng_packet){ .time_us = event->time_ns / 1000,
						     .frame = event->wire.frame,
						     .frame_bytes = event->wire.frame_bytes,
						     .wire_bytes = event->wire.wire_bytes,
						     .comment = note });
}

/* The file ------------------------------------------------------------------------------ */

void annotated_capture_begin(FILE *file, const struct run *run)
{
	struct pcapng_name names[HOST_COUNT];
	size_t count = 0;

	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++)
		names[count++] =
			(struct pcapng_name){ run->timeline->addresses[host], host_name(host) };
	pcapng_section(file, run->claim);
	pcapng_interface(file, host_name(CLIENT), "the wire, as the client's interface sees it");
	pcapng_names(file, names, count);
}

void annotated_capture_rows(FILE *file, const struct run *run, size_t from)
{
	struct causes causes;
	struct marks marks;
	struct rows rows;

	marks_open(&marks, run);
	causes_open(&causes, run->timeline, from);
	rows_open(&rows, run->timeline, run->begins, from, ROWS_BOTH_ENDS);
	for (size_t i = 0; i < rows.count; i++) {
		const struct row *row = &rows.rows[i];

		if (row->on_wire)
			write_packet(file, run, &causes, &marks, row->event);
		else
			write_row(file, run, &marks, row);
	}
	rows_close(&rows);
	causes_close(&causes);
	marks_close(&marks);
}

int annotated_capture_write(FILE *file, const struct run *run)
{
	annotated_capture_begin(file, run);
	annotated_capture_rows(file, run, run->begins);
	return fflush(file) == 0 && !ferror(file) ? 0 : -1;
}

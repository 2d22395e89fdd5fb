#include "show/annotated_capture.h"

#include "base/fail.h"
#include "explain/cause.h"
#include "show/ladder.h"
#include "show/pcapng.h"

#include <stdarg.h>
#include <string.h>

enum { NOTE_BYTES = 1024, FIELDS_MOST = 12, NUMBER_BYTES = 24 };

/* Behind what is there already: "✓ RST from server (sigpipe.c:45); client → CLOSED" */
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

/* The heading that the story stood under. */
static const char *scene_before(const struct timeline *timeline, size_t index)
{
	while (index-- > 0)
		if (timeline->events[index].kind == EVENT_SCENE)
			return timeline->events[index].text;
	return NULL;
}

/* "✓ RST from server (sigpipe.c:45)" for each expectation that the event met or broke. */
static void note_expectations(char note[static NOTE_BYTES], const struct annotated *annotated,
			      size_t event)
{
	for (size_t i = 0; i < annotated->expectation_count; i++) {
		const struct expectation *expectation = &annotated->expectations[i];
		char wanted[256];
		const char *slash = strrchr(expectation->file, '/');

		if (!expectation_has_event(expectation) || expectation->event != event)
			continue;
		expectation_wanted(wanted, sizeof(wanted), expectation);
		append(note, "%s %s (%s:%d)", expectation->verdict == VERDICT_MET ? "✓" : "✗",
		       wanted, slash ? slash + 1 : expectation->file, expectation->line);
	}
}

/* What to look at in a packet: what it was expected for, what it did, and when in the story. */
static void packet_note(char note[static NOTE_BYTES], const struct annotated *annotated,
			const struct causes *causes, size_t event)
{
	const char *scene = scene_before(annotated->timeline, event);

	*note = '\0';
	note_expectations(note, annotated, event);
	for (size_t state = causes_first(causes, event); state;
	     state = causes_next(causes, state)) {
		const struct event *changed = &annotated->timeline->events[state];

		append(note, "%s → %s", host_name(changed->host),
		       tcp_state_name(changed->state.to));
	}
	if (*note && scene)
		append(note, "scene: %s", scene);
}

/* Rows ---------------------------------------------------------------------------------- */

struct row {
	struct pcapng_field fields[FIELDS_MOST];
	size_t count;
	char pid[NUMBER_BYTES], number[NUMBER_BYTES], result[NUMBER_BYTES], name[16];
	char note[NOTE_BYTES];
};

static void put(struct row *row, const char *name, const char *value)
{
	row->fields[row->count++] = (struct pcapng_field){ name, value };
}

static void put_number(struct row *row, const char *name, long long number,
		       char text[static NUMBER_BYTES])
{
	snprintf(text, NUMBER_BYTES, "%lld", number);
	put(row, name, text);
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
static void put_details(struct row *row, const struct event *event)
{
	switch (event->kind) {
	case EVENT_ENTER:
		put(row, "CODE_FUNC", event->call.family);
		return;
	case EVENT_RETURN:
		put(row, "CODE_FUNC", event->call.family);
		if (event->call.ending == CALL_RESTARTED)
			return;
		put_number(row, "RESULT", event->call.result, row->result);
		if (event->call.error) {
			put_number(row, "ERRNO", event->call.error, row->number);
			put(row, "MESSAGE_ID", errno_name(event->call.error, row->name));
		}
		return;
	case EVENT_FORK:
		put(row, "CODE_FUNC", "fork");
		put_number(row, "RESULT", event->child, row->result);
		return;
	case EVENT_SIGNAL:
		put(row, "MESSAGE_ID", signal_name(event->signal.number, row->name));
		return;
	case EVENT_END:
		if (event->end.signal)
			put(row, "MESSAGE_ID", signal_name(event->end.signal, row->name));
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

static void write_row(FILE *file, const struct annotated *annotated, const struct line *line)
{
	const struct event *event = &annotated->timeline->events[line->order];
	struct row row = { 0 };

	put(&row, "MESSAGE", line->text);
	put(&row, "PRIORITY", priority(line->style));
	put(&row, "_HOSTNAME", host_name(event->host));
	put(&row, "_TRANSPORT", transport(event->kind));
	if (event->pid)
		put_number(&row, "_PID", event->pid, row.pid);
	put_details(&row, event);
	note_expectations(row.note, annotated, line->order);
	if (*row.note) /* the one field without a place of its own: Wireshark finds it by that */
		put(&row, "EXPECTED", row.note);
	pcapng_journal(file, line->time_ns / 1000, row.fields, row.count);
}

static void write_packet(FILE *file, const struct annotated *annotated, const struct causes *causes,
			 const struct line *line)
{
	const struct event *event = &annotated->timeline->events[line->order];
	char note[NOTE_BYTES];

	packet_note(note, annotated, causes, line->order);
	pcapng_packet(file, &(struct pcapng_packet){ .time_us = event->time_ns / 1000,
						     .frame = event->wire.frame,
						     .frame_bytes = event->wire.frame_bytes,
						     .wire_bytes = event->wire.wire_bytes,
						     .comment = note });
}

/* The file ------------------------------------------------------------------------------ */

void annotated_begin(FILE *file, const struct annotated *annotated)
{
	struct pcapng_name names[HOST_COUNT];
	size_t count = 0;

	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++)
		names[count++] = (struct pcapng_name){ annotated->timeline->addresses[host],
						       host_name(host) };
	pcapng_section(file, annotated->title);
	pcapng_interface(file, host_name(CLIENT), "the wire, as the client's interface sees it");
	pcapng_names(file, names, count);
}

void annotated_rows(FILE *file, const struct annotated *annotated, size_t from)
{
	struct causes causes;
	struct ladder ladder;

	causes_open(&causes, annotated->timeline, from);
	ladder_open(&ladder, annotated->timeline, from, LADDER_BOTH_ENDS);
	for (size_t i = 0; i < ladder.count; i++) {
		const struct line *line = &ladder.lines[i];

		if (line->on_wire)
			write_packet(file, annotated, &causes, line);
		else
			write_row(file, annotated, line);
	}
	ladder_close(&ladder);
	causes_close(&causes);
}

int annotated_write(FILE *file, const struct annotated *annotated, size_t begins)
{
	annotated_begin(file, annotated);
	annotated_rows(file, annotated, begins);
	return fflush(file) == 0 && !ferror(file) ? 0 : -1;
}

#include "show/json.h"

#include "base/memory.h"
#include "expect/expectation_json.h"
#include "record/connection.h"
#include "record/json_parts.h"
#include "record/label.h"
#include "show/json_event.h"
#include "show/json_print.h"
#include "show/rows.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>

/*
 * An object of the file: its members are written one by one, each on a line of its own, so that
 * nothing but one event is ever held as JSON.
 */
struct writer {
	FILE *file;
	json_t *details[ROWS_ALL + 1]; /* of rows, by the set; NULL: not needed yet */
};

static void write_value(struct writer *writer, json_t *value)
{
	json_print(writer->file, value);
	json_decref(value);
}

/* The first member, "schema", has no comma before it. */
static void write_member(struct writer *writer, const char *key, json_t *value)
{
	fprintf(writer->file, ",\n \"%s\": ", key);
	write_value(writer, value);
}

/* An array of `count` values, each made by of(run, number). */
static void write_array(struct writer *writer, const char *key, const struct run *run, size_t count,
			json_t *(*of)(const struct run *run, size_t number))
{
	fprintf(writer->file, ",\n \"%s\": [", key);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ",\n  " : "\n  ", writer->file);
		write_value(writer, of(run, i));
	}
	fputs("]", writer->file);
}

/* Values of the arrays ------------------------------------------------------------------ */

static json_t *hosts_json(const struct run *run)
{
	json_t *array = json_array();
	char address[INET6_ADDRSTRLEN];

	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++) {
		json_t *object;

		if (!run->timeline->addresses[host].family)
			continue; /* no router was asked for */
		object = json_object();
		put_text(object, "name", host_name(host));
		put_text(object, "address", address_text(&run->timeline->addresses[host], address));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *program_json(const struct run *run, size_t number)
{
	const struct run_program *program = &run->programs[number];
	json_t *object = json_object(), *command = json_array();

	put_number(object, "n", (int64_t)number);
	put_text(object, "host", host_name(program->host));
	put_number(object, "pid", program->pid);
	for (char *const *word = program->command; *word; word++)
		json_array_append_new(command, json_text(*word));
	json_object_set_new(object, "command", command);
	return object;
}

static json_t *process_json(const struct run *run, size_t number)
{
	const struct process *process = &run->timeline->processes[number];
	json_t *object = json_object();
	char name[LABEL_BYTES];

	put_number(object, "pid", process->pid);
	put_number(object, "parent", process->parent);
	put_text(object, "host", host_name(process->host));
	put_number(object, "program", process->program);
	put_text(object, "name", process_name(run->timeline, process, name));
	return object;
}

static json_t *connection_json(const struct run *run, size_t number)
{
	const struct connection *connection = &run->timeline->connections[number];
	const bool is_of_client = connection->ends[0].host == CLIENT;
	json_t *object = json_object();

	put_number(object, "n", (int64_t)number + 1);
	put_number(object, "client_port", connection->ends[!is_of_client].port);
	put_number(object, "server_port", connection->ends[is_of_client].port);
	return object;
}

static json_t *expectation_of(const struct run *run, size_t number)
{
	return expectation_json(&run->expectations[number], number);
}

/* The lists that a row is in; most rows are in the same ones. */
static json_t *details_json(struct writer *writer, unsigned int details)
{
	static const struct {
		enum detail detail;
		const char *name;
	} names[] = { { ROWS_STORY, "story" },
		      { ROWS_VERBOSE, "verbose" },
		      { ROWS_BOTH_ENDS, "ends" } };
	json_t **array = &writer->details[details];

	if (!*array) {
		*array = json_array();
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (details & names[i].detail)
				json_array_append_new(*array, json_string(names[i].name));
	}
	return json_incref(*array);
}

static json_t *row_json(struct writer *writer, const struct timeline *timeline,
			const struct row *row)
{
	static const char *const styles[] = {
		[DIM] = "dim", [BOLD] = "bold", [RED] = "red", [GREEN] = "green"
	};
	json_t *object = json_object();

	put_number(object, "event", (int64_t)row->event);
	put_number(object, "t_ns", row->time_ns - timeline->started_ns);
	json_object_set_new(object, "details", details_json(writer, row->details));
	put_text(object, "side", host_name(row->side));
	put_true(object, "on_wire", row->on_wire);
	put_text(object, "label", *row->label ? row->label : NULL);
	put_text(object, "text", row->text);
	put_text(object, "style", styles[row->style]);
	return object;
}

/* The file ------------------------------------------------------------------------------ */

static void write_heading(struct writer *writer, const struct run *run)
{
	const time_t seconds = (time_t)(run->timeline->started_ns / 1000000000);
	struct utsname machine = { 0 };
	struct tm utc;
	char started[32] = "";

	uname(&machine);
	if (gmtime_r(&seconds, &utc))
		strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%SZ", &utc);
	fprintf(writer->file, "{\n \"schema\": \"%s\"", JSON_SCHEMA);
	write_member(writer, "scenario", json_text(run->scenario));
	write_member(writer, "variant", json_text(run->variant));
	write_member(writer, "section", json_text(run->section));
	write_member(writer, "claim", json_text(run->claim));
	write_member(writer, "family", json_text(run->family == AF_INET6 ? "inet6" : "inet"));
	if (run->has_seed)
		write_member(writer, "seed", json_integer(run->seed));
	write_member(writer, "verdict", json_text(run->is_met ? "met" : "unmet"));
	write_member(writer, "kernel", json_text(machine.release));
	write_member(writer, "started", json_text(started));
	/* a string: more digits than the numbers of most JSON readers hold */
	write_member(writer, "started_ns",
		     json_sprintf("%lld", (long long)run->timeline->started_ns));
	write_member(writer, "hosts", hosts_json(run));
}

static json_t *capture_json(const struct run *run)
{
	json_t *capture = json_object();

	json_object_set_new(capture, "file", json_sprintf("%s.pcap", run->name));
	put_number(capture, "frames", (int64_t)run->frames);
	put_number(capture, "dropped", run->dropped);
	return capture;
}

static void write_timeline(struct writer *writer, const struct timeline *timeline)
{
	size_t frame = 0;

	fputs(",\n \"timeline\": [", writer->file);
	for (size_t i = 0; i < timeline->count; i++) {
		fputs(i ? ",\n  " : "\n  ", writer->file);
		write_value(writer, event_json(timeline, i, frame));
		frame += timeline->events[i].kind == EVENT_PACKET;
	}
	fputs("]", writer->file);
}

static void write_rows(struct writer *writer, const struct run *run)
{
	struct rows rows;

	rows_open(&rows, run->timeline, run->begins, 0, ROWS_ALL);
	fputs(",\n \"rows\": [", writer->file);
	for (size_t i = 0; i < rows.count; i++) {
		fputs(i ? ",\n  " : "\n  ", writer->file);
		write_value(writer, row_json(writer, run->timeline, &rows.rows[i]));
	}
	fputs("]", writer->file);
	rows_close(&rows);
}

/* Where memory is out the run ends: jansson would leave fields out. */
static void *allocate(size_t bytes)
{
	return xcalloc(1, bytes);
}

int json_write(FILE *file, const struct run *run)
{
	struct writer writer = { .file = file };

	json_set_alloc_funcs(allocate, free);
	write_heading(&writer, run);
	write_member(&writer, "capture", capture_json(run));
	write_array(&writer, "programs", run, run->program_count, program_json);
	write_array(&writer, "processes", run, run->timeline->process_count, process_json);
	write_array(&writer, "connections", run, run->timeline->connection_count, connection_json);
	write_array(&writer, "expectations", run, run->expectation_count, expectation_of);
	write_member(&writer, "begins", json_integer((json_int_t)run->begins));
	write_timeline(&writer, run->timeline);
	write_rows(&writer, run);
	fputs("\n}\n", file);
	for (int details = 0; details <= ROWS_ALL; details++)
		json_decref(writer.details[details]);
	if (ferror(file)) {
		errno = errno ? errno : EIO;
		return -1;
	}
	return 0;
}

#include "json.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

/* Text of programs under test need not be UTF-8, which JSON must be. */
static json_t *text(const char *string)
{
	char quoted[8192];
	json_t *value = json_string(string);

	if (value)
		return value;
	quote_bytes(quoted, sizeof(quoted), (const uint8_t *)string, strlen(string),
		    sizeof(quoted));
	return json_string(quoted);
}

/* A string that is NULL was not given. */
static void put_text(json_t *object, const char *key, const char *string)
{
	if (string)
		json_object_set_new(object, key, text(string));
}

static void put_number(json_t *object, const char *key, int64_t number)
{
	json_object_set_new(object, key, json_integer(number));
}

/* Only where it is so. */
static void put_true(json_t *object, const char *key, bool is_so)
{
	if (is_so)
		json_object_set_new(object, key, json_true());
}

static void put_signal(json_t *object, const char *key, int number)
{
	char name[16];

	put_text(object, key, signal_name(number, name));
}

/* Expectations: only the fields that were given
 * ---------------------------------------------------- */

static json_t *segment_json(const struct segment *segment)
{
	const unsigned int compared = SYN | FIN | RST | ACK;
	json_t *object = json_object();
	char flags[48];

	if (segment->from)
		put_text(object, "from", host_name(segment->from));
	if (segment->flags)
		put_text(object, "flags", flags_text(segment->flags & compared, flags));
	if (segment->payload_bytes == SOME_DATA)
		put_text(object, "payload_bytes", "some");
	else if (segment->payload_bytes == EMPTY)
		put_text(object, "payload_bytes", "none");
	else if (segment->payload_bytes)
		put_number(object, "payload_bytes", segment->payload_bytes);
	put_true(object, "again", segment->again);
	put_true(object, "probe", segment->probe);
	put_true(object, "no_window", segment->no_window);
	return object;
}

static json_t *call_json(const struct returned *call)
{
	json_t *object = json_object();
	char name[16];

	put_text(object, "name", call->name);
	if (call->error == NO_ERROR)
		put_text(object, "error", "none");
	else if (call->error)
		put_text(object, "error", errno_name(call->error, name));
	if (call->result)
		put_number(object, "result", call->result);
	put_true(object, "eof", call->eof);
	if (call->persisted_ms)
		put_number(object, "persisted_ms", call->persisted_ms);
	put_true(object, "restarted", call->restarted);
	return object;
}

static json_t *signal_json(const struct signalled *signal)
{
	json_t *object = json_object();

	put_signal(object, "name", signal->number);
	if (signal->disposition)
		put_text(object, "disposition", disposition_name(signal->disposition));
	return object;
}

static json_t *end_json(const struct end *end)
{
	json_t *object = json_object();

	if (end->exited)
		put_number(object, "status", end->status);
	else
		put_signal(object, "signal", end->signal);
	return object;
}

static json_t *process_json(const struct process_look *look)
{
	json_t *object = json_object();
	char state[2] = { look->state, '\0' };

	put_text(object, "state", look->state ? state : NULL);
	put_text(object, "in_call", look->in_call);
	put_text(object, "wait_channel", look->wait_channel);
	return object;
}

static json_t *description(const struct expectation *expectation)
{
	switch (expectation->kind) {
	case EXPECT_SEGMENT:
	case EXPECT_NO_SEGMENT:
		return segment_json(&expectation->segment);
	case EXPECT_CALL:
		return call_json(&expectation->call);
	case EXPECT_SIGNAL:
		return signal_json(&expectation->signal);
	case EXPECT_END:
		return end_json(&expectation->end);
	case EXPECT_STATE:
		return text(tcp_state_name(expectation->state));
	case EXPECT_BACKOFF:
		return json_integer(expectation->backoff);
	case EXPECT_PROCESS:
		return process_json(&expectation->process);
	case EXPECT_OUTPUT:
	case EXPECT_CONDITION:
		return text(expectation->text);
	case EXPECT_FORK:
	case EXPECTATION_KINDS:
		break;
	}
	return json_object();
}

static json_t *expectation_json(const struct expectation *expectation, size_t number)
{
	static const char *const verdicts[] = {
		[VERDICT_OPEN] = "open", [VERDICT_MET] = "met", [VERDICT_UNMET] = "unmet"
	};
	const char *kind = expectation_kind_name(expectation->kind);
	json_t *object = json_object();
	char wanted[256];

	put_number(object, "n", (int64_t)number + 1);
	json_object_set_new(object, "at",
			    json_sprintf("%s:%d", expectation->file, expectation->line));
	put_text(object, "kind", kind);
	if (expectation->who.name) {
		put_text(object, "who", expectation->who.name);
		put_text(object, "host", host_name(expectation->who.host));
		put_number(object, "program", expectation->who.program);
		put_number(object, "pid", expectation->who.pid);
		put_number(object, "since", (int64_t)expectation->from);
	}
	json_object_set_new(object, expectation->kind == EXPECT_NO_SEGMENT ? "segment" : kind,
			    description(expectation));
	expectation_wanted(wanted, sizeof(wanted), expectation);
	put_text(object, "wanted", wanted);
	put_text(object, "verdict", verdicts[expectation->verdict]);
	if (expectation->verdict == VERDICT_MET && expectation->kind != EXPECT_NO_SEGMENT &&
	    expectation->kind != EXPECT_CONDITION)
		put_number(object, "event", (int64_t)expectation->event);
	put_text(object, "seen", expectation->seen);
	return object;
}

/* The timeline -------------------------------------------------------------------------- */

static void put_call(json_t *object, const struct event *event)
{
	const struct call *call = &event->call;
	char name[16];

	put_text(object, "name", call->name);
	put_text(object, "family", call->family);
	put_text(object, "args", call->args);
	if (call->inode)
		put_number(object, "inode", (int64_t)call->inode);
	if (event->kind == EVENT_ENTER)
		return;
	put_number(object, "entered", (int64_t)call->entered);
	put_true(object, "restarted", call->ending == CALL_RESTARTED);
	if (call->ending == CALL_RESTARTED)
		return;
	put_number(object, "result", call->result);
	if (call->error)
		put_text(object, "error", errno_name(call->error, name));
	put_true(object, "by_lab", call->by_lab);
}

static void put_packet(json_t *object, const struct wire *wire, size_t frame)
{
	char line[256];

	packet_text(line, sizeof(line), &wire->packet, wire->first_seq, wire->first_ack);
	put_number(object, "frame", (int64_t)frame);
	put_text(object, "text", line);
}

static void put_socket(json_t *object, const struct socket_row *row)
{
	put_number(object, "inode", (int64_t)row->inode);
	put_number(object, "local_port", row->local_port);
	put_number(object, "remote_port", row->remote_port);
}

static void put_state(json_t *object, const struct event *event)
{
	put_text(object, "from", tcp_state_name(event->state.from));
	put_text(object, "to", tcp_state_name(event->state.to));
}

static void put_backoff(json_t *object, const struct event *event)
{
	put_number(object, "from_times", event->backoff.from_times);
	put_number(object, "times", event->backoff.times);
	put_number(object, "from_us", event->backoff.from_us);
	put_number(object, "to_us", event->backoff.to_us);
}

static void put_process(json_t *object, const struct event *event)
{
	char state[2] = { event->process.state, '\0' };

	put_number(object, "parent", event->process.parent);
	put_text(object, "state", state);
	put_text(object, "command", event->process.command);
	put_text(object, "wait_channel", event->process.wait_channel);
}

static json_t *event_json(const struct timeline *timeline, size_t index, size_t frame)
{
	static const char *const kinds[EVENT_KINDS] = {
		[EVENT_SCENE] = "scene",     [EVENT_ACTION] = "action",   [EVENT_PACKET] = "packet",
		[EVENT_ENTER] = "enter",     [EVENT_RETURN] = "return",   [EVENT_FORK] = "fork",
		[EVENT_SIGNAL] = "signal",   [EVENT_END] = "end",         [EVENT_STATE] = "state",
		[EVENT_BACKOFF] = "backoff", [EVENT_PROCESS] = "process", [EVENT_OUTPUT] = "output",
	};
	const struct event *event = &timeline->events[index];
	json_t *object = json_object();

	put_number(object, "n", (int64_t)index);
	put_number(object, "t_ns", event->time_ns - timeline->started_ns);
	put_text(object, "kind", kinds[event->kind]);
	put_text(object, "host", host_name(event->host));
	if (event->pid)
		put_number(object, "pid", event->pid);
	if (event->tid && event->tid != event->pid)
		put_number(object, "tid", event->tid);
	switch (event->kind) {
	case EVENT_SCENE:
	case EVENT_ACTION:
	case EVENT_OUTPUT:
		put_text(object, "text", event->text);
		break;
	case EVENT_PACKET:
		put_packet(object, &event->wire, frame);
		break;
	case EVENT_ENTER:
	case EVENT_RETURN:
		put_call(object, event);
		break;
	case EVENT_FORK:
		put_number(object, "child", event->child);
		break;
	case EVENT_SIGNAL:
		put_signal(object, "name", event->signal.number);
		put_text(object, "disposition", disposition_name(event->signal.disposition));
		break;
	case EVENT_END:
		if (event->end.signal)
			put_signal(object, "signal", event->end.signal);
		else
			put_number(object, "status", event->end.status);
		break;
	case EVENT_STATE:
		put_socket(object, &timeline->sockets[event->state.socket]);
		put_state(object, event);
		break;
	case EVENT_BACKOFF:
		put_socket(object, &timeline->sockets[event->backoff.socket]);
		put_backoff(object, event);
		break;
	case EVENT_PROCESS:
		put_process(object, event);
		break;
	case EVENT_KINDS:
		break;
	}
	return object;
}

/* The rest ------------------------------------------------------------------------------ */

static json_t *hosts_json(const struct timeline *timeline)
{
	json_t *array = json_array();
	char address[INET6_ADDRSTRLEN];

	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++) {
		json_t *object;

		if (!timeline->addresses[host].family)
			continue; /* no router was asked for */
		object = json_object();
		put_text(object, "name", host_name(host));
		put_text(object, "address", address_text(&timeline->addresses[host], address));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *processes_json(const struct lab *lab)
{
	json_t *array = json_array();

	for (size_t i = 0; i < lab->timeline.process_count; i++) {
		const struct process *process = &lab->timeline.processes[i];
		const struct program *program = &lab->programs[process->program];
		json_t *object = json_object(), *command = json_array();

		put_number(object, "pid", process->pid);
		put_number(object, "parent", process->parent);
		put_text(object, "host", host_name(process->host));
		put_number(object, "program", process->program);
		for (char **word = program->argv; *word; word++)
			json_array_append_new(command, text(*word));
		json_object_set_new(object, "command", command);
		json_array_append_new(array, object);
	}
	return array;
}

static void put_heading(json_t *root, const struct lab *lab)
{
	const time_t seconds = (time_t)(lab->timeline.started_ns / 1000000000);
	struct utsname machine = { 0 };
	struct tm utc;
	char started[32] = "";

	uname(&machine);
	if (gmtime_r(&seconds, &utc))
		strftime(started, sizeof(started), "%Y-%m-%dT%H:%M:%SZ", &utc);
	put_text(root, "schema", JSON_SCHEMA);
	put_text(root, "scenario", lab->story->name);
	put_text(root, "variant", lab->options->variant->name);
	put_text(root, "section", lab->story->section);
	put_text(root, "claim", lab->options->variant->claim);
	put_text(root, "verdict", lab_has_unmet(lab) ? "unmet" : "met");
	put_text(root, "kernel", machine.release);
	put_text(root, "started", started);
	/* a string: more digits than the numbers of most JSON readers hold */
	json_object_set_new(root, "started_ns",
			    json_sprintf("%lld", (long long)lab->timeline.started_ns));
}

int json_write(FILE *file, const struct lab *lab, const char *capture_file)
{
	json_t *root = json_object(), *expectations = json_array(), *timeline = json_array(),
	       *capture = json_object();
	size_t frame = 0;
	int failed;

	put_heading(root, lab);
	json_object_set_new(root, "hosts", hosts_json(&lab->timeline));
	put_text(capture, "file", capture_file);
	put_number(capture, "frames", (int64_t)lab->capture.frames);
	put_number(capture, "dropped", lab->dropped);
	json_object_set_new(root, "capture", capture);
	for (size_t i = 0; i < lab->expectation_count; i++)
		json_array_append_new(expectations, expectation_json(&lab->expectations[i], i));
	json_object_set_new(root, "expectations", expectations);
	json_object_set_new(root, "processes", processes_json(lab));
	for (size_t i = 0; i < lab->timeline.count; i++) {
		json_array_append_new(timeline, event_json(&lab->timeline, i, frame));
		frame += lab->timeline.events[i].kind == EVENT_PACKET;
	}
	json_object_set_new(root, "timeline", timeline);
	failed = json_dumpf(root, file, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
	json_decref(root);
	if (failed || fputc('\n', file) == EOF) {
		errno = errno ? errno : EIO;
		return -1;
	}
	return 0;
}

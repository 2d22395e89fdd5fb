#include "show/json.h"

#include "lab/parts.h"

#include "base/fail.h"
#include "expect/expectation_json.h"
#include "record/json_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

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
	if (wire->packet.kind != PACKET_TCP)
		return;
	put_number(object, "from_port", wire->packet.from_port);
	put_number(object, "to_port", wire->packet.to_port);
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
			json_array_append_new(command, json_text(*word));
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
	put_text(root, "scenario", lab->options->story->name);
	put_text(root, "variant", lab->options->variant->name);
	put_text(root, "section", lab->options->story->section);
	put_text(root, "claim", lab->options->variant->claim);
	put_text(root, "family", lab->options->family == AF_INET6 ? "inet6" : "inet");
	if (lab->options->seed.given)
		put_number(root, "seed", lab->options->seed.number);
	put_text(root, "verdict",
		 expectations_unmet(lab->expectations, lab->expectation_count) ? "unmet" : "met");
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

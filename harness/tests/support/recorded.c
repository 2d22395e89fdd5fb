#include "tests/support/recorded.h"

#include "base/fail.h"

#include <errno.h>
#include <jansson.h>
#include <netinet/tcp.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static int64_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static enum host host_of(const char *name)
{
	for (int host = ANY_HOST; host < HOST_COUNT; host++)
		if (strcmp(host_name(host), name) == 0)
			return host;
	return ANY_HOST;
}

/* The number of a name, as `name_of` writes it; 0: none below `most`. */
static int number_named(const char *name, const char *(*name_of)(int number, char buf[static 16]),
			int most)
{
	char buf[16];

	for (int number = 1; *name && number < most; number++)
		if (strcmp(name_of(number, buf), name) == 0)
			return number;
	return 0;
}

static int state_named(const char *name)
{
	for (int state = TCP_ESTABLISHED; state <= TCP_CLOSING; state++)
		if (strcmp(tcp_state_name(state), name) == 0)
			return state;
	return TCP_CLOSE;
}

static unsigned int flags_named(const char *names)
{
	static const struct {
		const char *name;
		unsigned int bit;
	} bits[] = { { "SYN", SYN }, { "FIN", FIN }, { "RST", RST },
		     { "PSH", PSH }, { "ACK", ACK }, { "URG", URG } };
	unsigned int flags = 0;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		flags |= strstr(names, bits[i].name) ? bits[i].bit : 0;
	return flags;
}

/* NULL when there is none. */
static const char *kept(struct timeline *timeline, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? timeline_text(timeline, "%s", text) : NULL;
}

static struct action action_of(struct timeline *timeline, const json_t *object)
{
	const json_t *drops = json_object_get(object, "drops");
	struct action action = {
		.text = kept(timeline, object, "text"),
		.is_setup = json_is_true(json_object_get(object, "setup")),
		.from = host_of(text_of(object, "from")),
		.to = host_of(text_of(object, "to")),
		.line = kept(timeline, object, "line"),
		.signal = number_named(text_of(object, "signal"), signal_name, NSIG),
		.to_pid = (pid_t)number_of(object, "to_pid"),
		.name = kept(timeline, object, "name"),
		.value = kept(timeline, object, "value"),
		.rto_min_ms = (int)number_of(object, "rto_min_ms"),
		.flags = flags_named(text_of(object, "flags")),
		.offset = (int)number_of(object, "offset"),
		.drops_to = host_of(text_of(drops, "to")),
		.drops_at = host_of(text_of(drops, "at")),
	};

	for (int verb = 0; verb < VERBS; verb++)
		if (strcmp(verb_name((enum verb)verb), text_of(object, "verb")) == 0)
			action.verb = (enum verb)verb;
	return action;
}

static enum disposition disposition_named(const char *name)
{
	for (int disposition = ANY_DISPOSITION; disposition <= CAUGHT; disposition++)
		if (strcmp(disposition_name(disposition), name) == 0)
			return disposition;
	return ANY_DISPOSITION;
}

static struct call call_of(struct timeline *timeline, const json_t *object)
{
	struct call call = { .name = timeline_text(timeline, "%s", text_of(object, "name")),
			     .family = timeline_text(timeline, "%s", text_of(object, "family")),
			     .args = timeline_text(timeline, "%s", text_of(object, "args")),
			     .inode = (uint64_t)number_of(object, "inode"),
			     .result = number_of(object, "result"),
			     .entered = (size_t)number_of(object, "entered") };

	call.error = number_named(text_of(object, "error"), errno_name, 200);
	call.by_lab = json_is_true(json_object_get(object, "by_lab"));
	if (json_is_true(json_object_get(object, "restarted")))
		call.ending = CALL_RESTARTED;
	for (int kind = FD_SOCKET; kind <= FD_OTHER; kind++)
		if (strcmp(fd_kind_name((enum fd_kind)kind), text_of(object, "on")) == 0)
			call.fd_kind = (enum fd_kind)kind;
	return call;
}

/*
 * A row of timeline.sockets. The file has no cookies: a state that begins with CLOSED begins a new
 * socket on its ports.
 */
static size_t socket_of(struct timeline *timeline, const json_t *object, enum host host)
{
	static uint64_t cookie;
	const uint16_t local = (uint16_t)number_of(object, "local_port"),
		       remote = (uint16_t)number_of(object, "remote_port");
	const bool is_new = strcmp(text_of(object, "from"), "CLOSED") == 0;
	size_t row = timeline->socket_count;

	for (size_t i = 0; !is_new && i < timeline->socket_count; i++)
		if (timeline->sockets[i].host == host && timeline->sockets[i].local_port == local &&
		    timeline->sockets[i].remote_port == remote)
			row = i;
	if (row == timeline->socket_count)
		row = timeline_socket(timeline, host, ++cookie);
	timeline->sockets[row].local_port = local;
	timeline->sockets[row].remote_port = remote;
	timeline->sockets[row].inode = (uint64_t)number_of(object, "inode");
	return row;
}

static void fill_rest(struct timeline *timeline, struct event *event, const json_t *object)
{
	switch (event->kind) {
	case EVENT_SCENE:
	case EVENT_OUTPUT:
		event->text = kept(timeline, object, "text");
		return;
	case EVENT_ACTION:
		event->action = action_of(timeline, object);
		return;
	case EVENT_ENTER:
	case EVENT_RETURN:
		event->call = call_of(timeline, object);
		return;
	case EVENT_FORK:
		event->child = (pid_t)number_of(object, "child");
		return;
	case EVENT_SIGNAL:
		event->signal.number = number_named(text_of(object, "name"), signal_name, NSIG);
		event->signal.disposition = disposition_named(text_of(object, "disposition"));
		return;
	case EVENT_END:
		event->end.signal = number_named(text_of(object, "signal"), signal_name, NSIG);
		event->end.status = event->end.signal ? -1 : (int)number_of(object, "status");
		return;
	case EVENT_STATE:
		event->state.socket = socket_of(timeline, object, event->host);
		event->state.from = state_named(text_of(object, "from"));
		event->state.to = state_named(text_of(object, "to"));
		return;
	case EVENT_BACKOFF:
		event->backoff.socket = socket_of(timeline, object, event->host);
		event->backoff.from_times = (int)number_of(object, "from_times");
		event->backoff.times = (int)number_of(object, "times");
		event->backoff.from_us = (uint32_t)number_of(object, "from_us");
		event->backoff.to_us = (uint32_t)number_of(object, "to_us");
		return;
	case EVENT_PROCESS:
		event->process.parent = (pid_t)number_of(object, "parent");
		event->process.state = *text_of(object, "state");
		snprintf(event->process.command, sizeof(event->process.command), "%s",
			 text_of(object, "command"));
		snprintf(event->process.wait_channel, sizeof(event->process.wait_channel), "%s",
			 text_of(object, "wait_channel"));
		return;
	case EVENT_PACKET:
	case EVENT_KINDS:
		return;
	}
}

static int add_event(struct timeline *timeline, const json_t *object, pcap_t *pcap)
{
	struct event event = { .kind = EVENT_KINDS };
	struct pcap_pkthdr *header;
	const uint8_t *frame;

	for (int kind = 0; kind < EVENT_KINDS; kind++)
		if (strcmp(event_kind_name((enum event_kind)kind), text_of(object, "kind")) == 0)
			event.kind = (enum event_kind)kind;
	if (event.kind == EVENT_KINDS)
		return -1;
	event.time_ns = timeline->started_ns + number_of(object, "t_ns");
	event.host = host_of(text_of(object, "host"));
	event.pid = (pid_t)number_of(object, "pid");
	event.tid = (pid_t)number_of(object, "tid");
	if (event.tid == 0)
		event.tid = event.pid;
	if (event.kind == EVENT_PACKET) {
		if (pcap_next_ex(pcap, &header, &frame) != 1)
			return -1;
		timeline_append_frame(timeline, event.time_ns, frame, header->caplen, header->len);
		return 0;
	}
	fill_rest(timeline, &event, object);
	timeline_append(timeline, &event);
	return 0;
}

static void add_hosts(struct timeline *timeline, const json_t *root)
{
	size_t i;
	json_t *object;

	for (i = 0; (object = json_array_get(json_object_get(root, "hosts"), i)); i++)
		address_parse(&timeline->addresses[host_of(text_of(object, "name"))],
			      text_of(object, "address"));
	for (i = 0; (object = json_array_get(json_object_get(root, "processes"), i)); i++)
		timeline_add_process(
			timeline, (struct process){ .pid = (pid_t)number_of(object, "pid"),
						    .parent = (pid_t)number_of(object, "parent"),
						    .host = host_of(text_of(object, "host")),
						    .program = (int)number_of(object, "program") });
}

int recorded_open(struct timeline *timeline, const char *json_path)
{
	char pcap_path[4096], failure[PCAP_ERRBUF_SIZE];
	json_t *root = json_load_file(json_path, 0, NULL), *object;
	pcap_t *pcap;
	int failed = 0;
	size_t i;

	snprintf(pcap_path, sizeof(pcap_path), "%.*s.pcap",
		 (int)(strlen(json_path) - strlen(".json")), json_path);
	pcap = pcap_open_offline(pcap_path, failure);
	if (!root || !pcap) {
		fprintf(stderr, "%s: not a run with its capture\n", json_path);
		return -1;
	}
	timeline_open(timeline, atoll(text_of(root, "started_ns")));
	add_hosts(timeline, root);
	for (i = 0; (object = json_array_get(json_object_get(root, "timeline"), i)); i++)
		failed |= add_event(timeline, object, pcap);
	json_decref(root);
	pcap_close(pcap);
	if (failed)
		fprintf(stderr, "%s: an event cannot be read\n", json_path);
	return failed;
}

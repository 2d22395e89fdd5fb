/*
 * A record made by hand, for explain/: a server (PID 10) and a client (PID 20) of which every event
 * has a reason. Each function notes events, 10 microseconds apart, and returns the last one's
 * index.
 */
#ifndef MADE_EVENTS_H
#define MADE_EVENTS_H

#include "tests/support/run.h"

#include "explain/explain.h"

#include <netinet/tcp.h>
#include <signal.h>

enum { MADE_SERVER = 10, MADE_CHILD = 11, MADE_CLIENT = 20 };
enum { LISTENER_INODE = 100, SERVER_INODE = 101, CLIENT_INODE = 200 };
enum { MADE_PORT = 9877, MADE_CLIENT_PORT = 40000 };

#define MADE_MS INT64_C(1000000)

struct made {
	struct timeline timeline;
	int64_t now_ns;
	uint32_t next[HOST_COUNT]; /* the number of the next byte that a host sends */
	size_t sockets[HOST_COUNT];
};

static inline size_t made_add(struct made *made, struct event event)
{
	made->now_ns += 10000;
	event.time_ns = made->now_ns;
	if (event.pid && !event.tid)
		event.tid = event.pid;
	if (event.pid)
		event.host = event.pid == MADE_CLIENT ? CLIENT : SERVER;
	return timeline_append(&made->timeline, &event);
}

static inline void made_wait(struct made *made, int64_t ms)
{
	made->now_ns += ms * MADE_MS;
}

static inline size_t made_act(struct made *made, enum host host, pid_t pid, struct action action)
{
	const struct event event = { .kind = EVENT_ACTION, .host = host, .action = action };
	const size_t index = made_add(made, event);

	made->timeline.events[index].pid = pid;
	return index;
}

/* From now on nothing comes to the host, and nothing leaves it. */
static inline size_t made_crash(struct made *made, enum host host)
{
	return made_act(made, host, 0,
			(struct action){ .verb = VERB_CRASH, .drops_to = host, .drops_at = host });
}

static inline size_t made_reboot(struct made *made, enum host host)
{
	return made_act(made, host, 0, (struct action){ .verb = VERB_REBOOT });
}

static inline size_t made_kill(struct made *made, int number, pid_t pid)
{
	return made_act(made, pid == MADE_CLIENT ? CLIENT : SERVER, 0,
			(struct action){ .verb = VERB_SIGNAL, .signal = number, .to_pid = pid });
}

/* A line at the client's terminal; NULL: its end. */
static inline size_t made_type(struct made *made, const char *line)
{
	return made_act(made, CLIENT, MADE_CLIENT,
			(struct action){ .verb = VERB_TYPE, .line = line });
}

/* An RST to the client, as if it came from the server. */
static inline size_t made_forge(struct made *made, int offset)
{
	return made_act(made, ROUTER, 0,
			(struct action){ .verb = VERB_FORGE,
					 .from = SERVER,
					 .to = CLIENT,
					 .flags = RST,
					 .offset = offset });
}

static inline size_t made_enter(struct made *made, pid_t pid, const char *name, const char *args,
				uint64_t inode)
{
	struct call call = { .name = name, .family = name, .args = args, .inode = inode };

	if (strcmp(name, "execve") == 0)
		call.family = "exec";
	if (strcmp(name, "exit_group") == 0)
		call.family = "exit";
	if (strcmp(name, "clone") == 0)
		call.family = "fork";
	if (strcmp(name, "wait4") == 0)
		call.family = "wait";
	if (strcmp(name, "rt_sigaction") == 0)
		call.family = "sigaction";
	if (strcmp(name, "nanosleep") == 0)
		call.family = "sleep";
	call.fd_kind = inode ? FD_SOCKET : strcmp(name, "read") == 0 ? FD_TERMINAL : FD_NONE;
	return made_add(made, (struct event){ .kind = EVENT_ENTER, .pid = pid, .call = call });
}

/* The return of a call that was entered there. */
static inline size_t made_return(struct made *made, size_t entered, int64_t result, int error)
{
	struct event event = made->timeline.events[entered];

	event.kind = EVENT_RETURN;
	event.call.entered = entered;
	event.call.result = error ? -1 : result;
	event.call.error = error;
	return made_add(made, event);
}

/* ... that made a socket, or showed other arguments. */
static inline size_t made_return_as(struct made *made, size_t entered, int64_t result,
				    const char *args, uint64_t inode)
{
	const size_t index = made_return(made, entered, result, 0);

	made->timeline.events[index].call.args = args;
	if (inode)
		made->timeline.events[index].call.inode = inode;
	return index;
}

static inline size_t made_call(struct made *made, pid_t pid, const char *name, const char *args,
			       uint64_t inode, int64_t result)
{
	return made_return(made, made_enter(made, pid, name, args, inode), result, 0);
}

/* A segment with numbers of its own. */
static inline size_t made_numbered(struct made *made, enum host from, unsigned int flags,
				   uint32_t seq, uint32_t ack, const char *payload)
{
	const enum host to = from == CLIENT ? SERVER : CLIENT;
	struct event event = { .kind = EVENT_PACKET, .host = from };
	struct packet *packet = &event.wire.packet;

	packet->kind = PACKET_TCP;
	packet->from = made->timeline.addresses[from];
	packet->to = made->timeline.addresses[to];
	packet->from_port = from == CLIENT ? MADE_CLIENT_PORT : MADE_PORT;
	packet->to_port = from == CLIENT ? MADE_PORT : MADE_CLIENT_PORT;
	packet->flags = flags;
	packet->seq = seq;
	packet->ack = ack;
	packet->window = 512;
	packet->payload = (const uint8_t *)payload;
	packet->payload_bytes = strlen(payload);
	return made_add(made, event);
}

/* The next segment of a host: it acknowledges all that the other one has sent. */
static inline size_t made_segment(struct made *made, enum host from, unsigned int flags,
				  const char *payload)
{
	const uint32_t seq = made->next[from], ack = made->next[from == CLIENT ? SERVER : CLIENT];

	made->next[from] += (uint32_t)strlen(payload) + !!(flags & SYN) + !!(flags & FIN);
	return made_numbered(made, from, flags, seq, flags & ACK ? ack : 0, payload);
}

static inline size_t made_signal(struct made *made, pid_t pid, int number,
				 enum disposition disposition)
{
	return made_add(made, (struct event){ .kind = EVENT_SIGNAL,
					      .pid = pid,
					      .signal = { number, disposition } });
}

static inline size_t made_end(struct made *made, pid_t pid, int status, int signal)
{
	return made_add(made, (struct event){ .kind = EVENT_END,
					      .pid = pid,
					      .end = { signal ? -1 : status, signal } });
}

/* The state of a host's end of the connection. */
static inline size_t made_state(struct made *made, enum host host, int from, int to)
{
	return made_add(made, (struct event){ .kind = EVENT_STATE,
					      .host = host,
					      .state = { made->sockets[host], from, to } });
}

static inline size_t made_backoff(struct made *made, enum host host, int from, int to,
				  uint32_t to_us)
{
	struct event event = { .kind = EVENT_BACKOFF, .host = host };

	event.backoff.socket = made->sockets[host];
	event.backoff.from_times = from;
	event.backoff.times = to;
	event.backoff.from_us = to_us / 2;
	event.backoff.to_us = to_us;
	return made_add(made, event);
}

static inline size_t made_start(struct made *made, pid_t pid)
{
	made_act(made, pid == MADE_CLIENT ? CLIENT : SERVER, pid,
		 (struct action){ .verb = VERB_START });
	return made_call(made, pid, "execve", "\"program\"", 0, 0);
}

/* A socket of a process, descriptor 3. */
static inline void made_socket(struct made *made, pid_t pid, uint64_t inode)
{
	made_return_as(made, made_enter(made, pid, "socket", "AF_INET, SOCK_STREAM, 0", 0), 3,
		       "AF_INET, SOCK_STREAM, 0", inode);
}

static inline size_t made_listen(struct made *made)
{
	made_socket(made, MADE_SERVER, LISTENER_INODE);
	made_call(made, MADE_SERVER, "bind", "3, 0.0.0.0:9877", LISTENER_INODE, 0);
	return made_call(made, MADE_SERVER, "listen", "3, 5", LISTENER_INODE, 0);
}

/* From socket() to the SYN; connect() has not returned. */
static inline size_t made_syn(struct made *made)
{
	size_t connect;

	made_socket(made, MADE_CLIENT, CLIENT_INODE);
	connect = made_enter(made, MADE_CLIENT, "connect", "3, 192.0.2.2:9877", CLIENT_INODE);
	made_segment(made, CLIENT, SYN, "");
	return connect;
}

/* The three segments, connect (descriptor 3 of the client) and accept (4 of the server). */
static inline void made_connect(struct made *made)
{
	size_t connect;

	made_listen(made);
	connect = made_syn(made);
	made_segment(made, SERVER, SYN | ACK, "");
	made_segment(made, CLIENT, ACK, "");
	made_return(made, connect, 0, 0);
	made_return_as(made, made_enter(made, MADE_SERVER, "accept", "3", LISTENER_INODE), 4,
		       "3, 192.0.2.1:40000", SERVER_INODE);
}

/* A write of three bytes, and its segment. */
static inline size_t made_write(struct made *made, enum host from)
{
	const bool client = from == CLIENT;
	const size_t entered = made_enter(made, client ? MADE_CLIENT : MADE_SERVER, "write",
					  client ? "3, \"abc\", 3" : "4, \"abc\", 3",
					  client ? CLIENT_INODE : SERVER_INODE);
	const size_t segment = made_segment(made, from, PSH | ACK, "abc");

	made_return(made, entered, 3, 0);
	return segment;
}

static inline size_t made_close(struct made *made, enum host host)
{
	const bool client = host == CLIENT;

	return made_enter(made, client ? MADE_CLIENT : MADE_SERVER, "close", client ? "3" : "4",
			  client ? CLIENT_INODE : SERVER_INODE);
}

/* For cmocka's setup and teardown; *state is a struct made with both programs started. */
static inline int made_open(void **state)
{
	static struct made made;
	struct timeline *timeline = &made.timeline;

	made = (struct made){ 0 };
	timeline_open(timeline, INT64_C(1700000000000000000));
	made.now_ns = timeline->started_ns;
	address_parse(&timeline->addresses[CLIENT], "192.0.2.1");
	address_parse(&timeline->addresses[SERVER], "192.0.2.2");
	for (int host = CLIENT; host <= SERVER; host++) {
		made.sockets[host] = timeline_socket(timeline, (enum host)host, 1);
		timeline->sockets[made.sockets[host]].local_port =
			host == CLIENT ? MADE_CLIENT_PORT : MADE_PORT;
		timeline->sockets[made.sockets[host]].remote_port =
			host == CLIENT ? MADE_PORT : MADE_CLIENT_PORT;
		timeline->sockets[made.sockets[host]].inode =
			host == CLIENT ? CLIENT_INODE : SERVER_INODE;
	}
	made_start(&made, MADE_SERVER);
	made_start(&made, MADE_CLIENT);
	*state = &made;
	return 0;
}

static inline int made_close_all(void **state)
{
	timeline_close(&((struct made *)*state)->timeline);
	return 0;
}

/* The rule that explains an event; "none". What stands before it has to have a reason, too. */
static inline const char *made_reason(struct made *made, size_t event)
{
	struct explanation explanation;
	const char *rule;

	explain_open(&explanation, &made->timeline);
	rule = explain_rule(&explanation, event);
	for (size_t i = 0; i < event; i++)
		if (!explanation.reasons[i].rule)
			fail_msg("event %zu before it has no reason", i);
	if (explanation.reasons[event].others > 0)
		fail_msg("event %zu has several reasons: %s and others", event, rule);
	explain_close(&explanation);
	return rule ? rule : "none";
}

#define assert_reason(made, event, rule)                                  \
	do {                                                              \
		const size_t index_ = (event);                            \
		assert_string_equal(made_reason((made), index_), (rule)); \
	} while (0)

#endif

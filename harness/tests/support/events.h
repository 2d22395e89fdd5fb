/*
 * Events made by hand, as the observers would have noted them, and the small world they are of: a
 * forking server with one child, and a client.
 */
#ifndef EVENTS_H
#define EVENTS_H

#include "expect/expectation.h"
#include "observe/call_table.h"

#include <arpa/inet.h>
#include <stdlib.h>

enum { SERVER_PROGRAM, CLIENT_PROGRAM };
enum { SERVER_PID = 10, CHILD_PID = 11, CLIENT_PID = 20 };
enum { SERVER_INODE = 100, CHILD_INODE = 101, CLIENT_INODE = 200 };

#define THE_SERVER ((struct who){ "server", SERVER, SERVER_PROGRAM, 0 })
#define THE_CHILD  ((struct who){ "server child", SERVER, SERVER_PROGRAM, CHILD_PID })
#define THE_CLIENT ((struct who){ "client", CLIENT, CLIENT_PROGRAM, 0 })
#define THE_WIRE   ((struct who){ 0 })

#define STARTED_NS INT64_C(1700000000000000000)
#define MS         INT64_C(1000000)

/* For cmocka's setup and teardown; *state is the timeline. */
static inline int open_world(void **state)
{
	static struct timeline timeline;

	timeline_open(&timeline, STARTED_NS);
	address_parse(&timeline.addresses[CLIENT], "192.0.2.1");
	address_parse(&timeline.addresses[SERVER], "192.0.2.2");
	timeline_add_process(&timeline,
			     (struct process){ SERVER_PID, 0, SERVER, SERVER_PROGRAM, 0 });
	timeline_add_process(&timeline,
			     (struct process){ CHILD_PID, SERVER_PID, SERVER, SERVER_PROGRAM, 0 });
	timeline_add_process(&timeline,
			     (struct process){ CLIENT_PID, 0, CLIENT, CLIENT_PROGRAM, 0 });
	*state = &timeline;
	return 0;
}

static inline int close_world(void **state)
{
	timeline_close(*state);
	return 0;
}

/* As it was, for the next row of a table. */
static inline void reset_world(void **state)
{
	close_world(state);
	open_world(state);
}

/* Appends it with its process's host, a millisecond behind the one before, where not given. */
static inline size_t add(struct timeline *timeline, struct event event)
{
	const struct process *process = timeline_process(timeline, event.pid);

	if (event.host == ANY_HOST && process)
		event.host = process->host;
	if (event.time_ns == 0)
		event.time_ns = STARTED_NS + (int64_t)(timeline->count + 1) * MS;
	return timeline_append(timeline, &event);
}

/* As the tracer would have noted it: what the call does says the table of calls. */
static inline struct call completed(struct call call)
{
	const struct call_row *row = call_table_named(call.family ? call.family : call.name);

	call.flags = row ? row->flags : 0;
	call.family = call.family ? call.family : call.name;
	call.args = call.args ? call.args : "";
	return call;
}

static inline size_t add_enter(struct timeline *timeline, pid_t pid, struct call call)
{
	return add(timeline,
		   (struct event){ .kind = EVENT_ENTER, .pid = pid, .call = completed(call) });
}

/* A call's entry and return; the index of the return. */
static inline size_t add_call(struct timeline *timeline, pid_t pid, struct call call)
{
	call.entered = add_enter(timeline, pid, call);
	return add(timeline,
		   (struct event){ .kind = EVENT_RETURN, .pid = pid, .call = completed(call) });
}

static inline size_t add_segment(struct timeline *timeline, enum host from, unsigned int flags,
				 size_t payload_bytes)
{
	return add(timeline, (struct event){ .kind = EVENT_PACKET,
					     .host = from,
					     .wire.packet = { .kind = PACKET_TCP,
							      .flags = flags,
							      .window = 512,
							      .payload_bytes = payload_bytes } });
}

static inline size_t add_end(struct timeline *timeline, pid_t pid, int status, int signal)
{
	timeline_process(timeline, pid)->ended = true;
	return add(timeline, (struct event){ .kind = EVENT_END,
					     .pid = pid,
					     .end = { .status = status, .signal = signal } });
}

static inline size_t add_signal(struct timeline *timeline, pid_t pid, int number,
				enum disposition disposition)
{
	return add(timeline, (struct event){ .kind = EVENT_SIGNAL,
					     .pid = pid,
					     .signal = { number, disposition } });
}

static inline size_t add_output(struct timeline *timeline, pid_t pid, const char *text)
{
	return add(timeline, (struct event){ .kind = EVENT_OUTPUT, .pid = pid, .text = text });
}

/* A socket of a host, by its cookie, goes to a state; the inode is as the kernel told it. */
static inline size_t add_state(struct timeline *timeline, enum host host, uint64_t cookie,
			       uint64_t inode, int to)
{
	const size_t row = timeline_socket(timeline, host, cookie);
	const int from = timeline->sockets[row].state;

	timeline_set_inode(timeline, row, inode);
	timeline->sockets[row].state = to;
	return add(timeline,
		   (struct event){ .kind = EVENT_STATE, .host = host, .state = { row, from, to } });
}

/* The timeout of a host's socket (by its cookie) is doubled, or not quite. */
static inline size_t add_backoff(struct timeline *timeline, enum host host, uint64_t cookie,
				 int from_times, uint32_t from_us, int times, uint32_t to_us)
{
	struct event event = { .kind = EVENT_BACKOFF, .host = host };

	event.backoff.socket = timeline_socket(timeline, host, cookie);
	event.backoff.from_times = from_times;
	event.backoff.from_us = from_us;
	event.backoff.times = times;
	event.backoff.to_us = to_us;
	return add(timeline, event);
}

/* What ps shows of a process. */
static inline size_t add_look(struct timeline *timeline, pid_t pid, char state, const char *channel)
{
	struct event event = { .kind = EVENT_PROCESS, .pid = pid };

	event.process.state = state;
	event.process.parent = timeline_process(timeline, pid)->parent;
	snprintf(event.process.command, sizeof(event.process.command), "prog");
	snprintf(event.process.wait_channel, sizeof(event.process.wait_channel), "%s", channel);
	return add(timeline, event);
}

#endif

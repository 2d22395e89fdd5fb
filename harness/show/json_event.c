#include "show/json_event.h"

#include "base/fail.h"
#include "record/connection.h"
#include "record/json_parts.h"

static void put_call(json_t *object, const struct event *event)
{
	const struct call *call = &event->call;
	char name[16];

	put_text(object, "name", call->name);
	put_text(object, "family", call->family);
	put_text(object, "args", call->args);
	if (call->fd_kind)
		put_text(object, "on", fd_kind_name(call->fd_kind));
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

static void put_socket(json_t *object, const struct timeline *timeline, size_t socket)
{
	const struct socket_row *row = &timeline->sockets[socket];
	const int connection = connection_number(timeline, row->local_port, row->remote_port);

	put_number(object, "inode", (int64_t)row->inode);
	put_number(object, "local_port", row->local_port);
	put_number(object, "remote_port", row->remote_port);
	if (connection)
		put_number(object, "connection", connection);
}

static void put_state(json_t *object, const struct event *event)
{
	put_text(object, "from", tcp_state_name(event->state.from));
	put_text(object, "to", tcp_state_name(event->state.to));
	put_true(object, "passing", tcp_state_is_passing(event->state.to));
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

json_t *event_json(const struct timeline *timeline, size_t index, size_t frame)
{
	const struct event *event = &timeline->events[index];
	json_t *object = json_object();

	put_number(object, "n", (int64_t)index);
	put_number(object, "t_ns", event->time_ns - timeline->started_ns);
	put_text(object, "kind", event_kind_name(event->kind));
	put_text(object, "host", host_name(event->host));
	if (event->pid)
		put_number(object, "pid", event->pid);
	if (event->tid && event->tid != event->pid)
		put_number(object, "tid", event->tid);
	switch (event->kind) {
	case EVENT_SCENE:
	case EVENT_OUTPUT:
		put_text(object, "text", event->text);
		break;
	case EVENT_ACTION:
		put_action(object, &event->action);
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
		put_socket(object, timeline, event->state.socket);
		put_state(object, event);
		break;
	case EVENT_BACKOFF:
		put_socket(object, timeline, event->backoff.socket);
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

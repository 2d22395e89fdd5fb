/* Wrong records: any event, and calls. */
#include "tests/support/wrong_parts.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Any event ------------------------------------------------------------------------------ */

/* A scene in its place: indexes stay as they are, and a scene means nothing. */
CHANGE(left_out)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind == EVENT_SCENE || event->kind == EVENT_OUTPUT ||
	    event->kind == EVENT_PROCESS)
		return false;
	*event = (struct event){ .kind = EVENT_SCENE, .time_ns = event->time_ns, .text = "" };
	return true;
}

CHANGE(told_twice)
{
	const struct event *event = at(timeline, index);

	(void)right;
	if (event->kind == EVENT_SCENE || event->kind == EVENT_OUTPUT ||
	    event->kind == EVENT_PROCESS || event->kind == EVENT_ACTION)
		return false;
	add_at(timeline, event, 1);
	return true;
}

CHANGE(too_early)
{
	const struct reason *reason = &right->reasons[index];

	if (reason->cause_count == 0 || at(timeline, index)->kind == EVENT_OUTPUT)
		return false;
	at(timeline, index)->time_ns =
		at(timeline, right->causes[reason->first_cause])->time_ns - 1;
	return true;
}

CHANGE(too_late)
{
	for (size_t i = 0; i < right->timeline->count; i++) {
		const struct reason *reason = &right->reasons[i];

		if (reason->cause_count == 0 || right->causes[reason->first_cause] != index ||
		    at(timeline, i)->kind == EVENT_OUTPUT || at(timeline, i)->kind == EVENT_PROCESS)
			continue;
		at(timeline, index)->time_ns = at(timeline, i)->time_ns + 1;
		return true;
	}
	return false;
}

static pid_t other_pid(const struct timeline *timeline, pid_t pid)
{
	for (size_t i = timeline->process_count; i-- > 0;)
		if (timeline->processes[i].pid != pid)
			return timeline->processes[i].pid;
	return 0;
}

CHANGE(other_process)
{
	struct event *event = at(timeline, index);
	const pid_t other = other_pid(timeline, event->pid);

	(void)right;
	if (!event->pid || !other || event->kind == EVENT_OUTPUT || event->kind == EVENT_ACTION ||
	    event->kind == EVENT_PROCESS)
		return false;
	event->pid = event->tid = other;
	event->host = timeline_process(timeline, other)->host;
	return true;
}

/* Calls ---------------------------------------------------------------------------------- */

static bool fails_with(struct event *event, int error)
{
	if (event->kind != EVENT_RETURN || event->call.error == error || event->call.by_lab ||
	    event->call.ending == CALL_RESTARTED)
		return false;
	event->call.error = error;
	event->call.result = -1;
	return true;
}

CHANGE(other_errno)
{
	struct event *event = at(timeline, index);

	(void)right;
	return event->kind == EVENT_RETURN && event->call.error &&
	       fails_with(event, event->call.error == EPIPE ? ETIMEDOUT : EPIPE);
}

CHANGE(reset_for_nothing)
{
	(void)right;
	return is_family(at(timeline, index), "read") &&
	       fails_with(at(timeline, index), ECONNRESET);
}

CHANGE(pipe_for_nothing)
{
	(void)right;
	return is_family(at(timeline, index), "write") && fails_with(at(timeline, index), EPIPE);
}

CHANGE(interrupted_for_nothing)
{
	(void)right;
	return fails_with(at(timeline, index), EINTR);
}

CHANGE(refused_for_nothing)
{
	(void)right;
	return is_family(at(timeline, index), "connect") &&
	       fails_with(at(timeline, index), ECONNREFUSED);
}

CHANGE(success_for_nothing)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_RETURN || !event->call.error || event->call.by_lab)
		return false;
	event->call.error = 0;
	event->call.result = 0;
	return true;
}

static bool add_to_result(struct event *event, int64_t much)
{
	if (event->kind != EVENT_RETURN || event->call.error || event->call.by_lab ||
	    event->call.ending == CALL_RESTARTED)
		return false;
	event->call.result += much;
	return true;
}

CHANGE(one_more)
{
	(void)right;
	return add_to_result(at(timeline, index), 1);
}

CHANGE(one_less)
{
	(void)right;
	return add_to_result(at(timeline, index), -1);
}

CHANGE(end_of_file)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (!is_family(event, "read") || event->kind != EVENT_RETURN || event->call.error ||
	    event->call.result <= 0)
		return false;
	event->call.result = 0;
	return true;
}

CHANGE(other_bytes)
{
	struct event *event = at(timeline, index);
	char *args, *quote;

	(void)right;
	if (!is_call(event) || !strchr(event->call.args, '"') || is_family(event, "exec") ||
	    (is_family(event, "write") && event->kind == EVENT_RETURN))
		return false;
	args = (char *)timeline_text(timeline, "%s", event->call.args);
	quote = strchr(args, '"');
	quote[1] = quote[1] == 'Q' ? 'R' : 'Q';
	event->call.args = args;
	return true;
}

CHANGE(other_descriptor)
{
	struct event *event = at(timeline, index);
	const char *rest;

	(void)right;
	if (event->kind != EVENT_ENTER || !event->call.inode)
		return false;
	rest = event->call.args + strspn(event->call.args, "0123456789");
	event->call.args = timeline_text(timeline, "%d%s", atoi(event->call.args) + 1, rest);
	return true;
}

/* Of another socket that the record knows. */
CHANGE(other_socket)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_ENTER || !event->call.inode)
		return false;
	for (size_t i = 0; i < timeline->count; i++) {
		const struct event *other = at(timeline, i);

		if (!is_call(other) || !other->call.inode || other->call.inode == event->call.inode)
			continue;
		event->call.inode = other->call.inode;
		return true;
	}
	return false;
}

CHANGE(other_call)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_RETURN || is_family(event, "exec"))
		return false;
	event->call.name = event->call.family = is_family(event, "read") ? "write" : "read";
	return true;
}

CHANGE(restarted_for_nothing)
{
	struct event *event = at(timeline, index);

	(void)right;
	if (event->kind != EVENT_RETURN || event->call.ending == CALL_RESTARTED ||
	    event->call.by_lab)
		return false;
	event->call.ending = CALL_RESTARTED;
	return true;
}

/* The verbs of story.h that do something, and those that name another process of a program. */
#include "story/story.h"

#include "base/fail.h"
#include "base/memory.h"
#include "lab/wait.h"
#include "observe/proc.h"

#include <stdlib.h>
#include <string.h>

void scene(struct lab *lab, const char *text)
{
	lab_scene(lab, text);
}

const char *address_of(struct lab *lab, enum host host)
{
	return hosts_address(lab_hosts(lab), host);
}

int errno_of(struct lab *lab, enum unreachable reason)
{
	return unreachable_errno(reason, lab_hosts(lab)->network.family);
}

/* Typing and signals -------------------------------------------------------------------- */

/* Notes what is typed at the program, which is read by its first process. */
static void note_typing(struct actor *actor, const char *line, const char *text)
{
	lab_note(actor->lab,
		 (struct event){ .kind = EVENT_ACTION,
				 .host = actor->who.host,
				 .pid = lab_program(actor)->pid,
				 .action = { .verb = VERB_TYPE, .line = line, .text = text } });
}

/* What a program did before something was typed cannot be an answer to it. */
static void type_text(struct actor *actor, const char *text)
{
	lab_forget_past(actor);
	program_type(lab_program(actor), text, strlen(text));
}

void type_line(struct actor *actor, const char *line)
{
	struct lab *lab = actor->lab;
	char *typed;

	line = seed_line(&lab_options(lab)->seed, line);
	note_typing(actor, line, timeline_text(lab_timeline(lab), "types \"%s\"", line));
	typed = xasprintf("%s\n", line);
	type_text(actor, typed);
	free(typed);
}

void type_eof(struct actor *actor)
{
	note_typing(actor, NULL, "types ^D");
	type_text(actor, "\x04");
}

void send_signal(struct actor *actor, int number)
{
	struct lab *lab = actor->lab;
	pid_t pid = lab_pid(actor);
	char name[16];

	lab_note(lab, (struct event){ .kind = EVENT_ACTION,
				      .host = actor->who.host,
				      .action = { .verb = VERB_SIGNAL,
						  .signal = number,
						  .to_pid = pid,
						  .text = timeline_text(
							  lab_timeline(lab), "kill -%s %d",
							  signal_name(number, name) + 3, pid) } });
	kill(pid, number); /* a process that has ended needs no signal; the story will notice */
}

/* Orders to the tracer ------------------------------------------------------------------ */

void hold(struct actor *actor, const char *name, int nth)
{
	trace_hold(lab_trace(actor->lab), &actor->who, name, nth);
}

static bool is_held(struct actor *actor, void *argument)
{
	(void)argument;
	return trace_is_held(lab_trace(actor->lab), &actor->who);
}

void release_at(struct actor *actor, struct here here)
{
	lab_expect_condition(actor, here, (struct condition){ CONDITION_HELD }, is_held, NULL);
	trace_release(lab_trace(actor->lab), &actor->who);
}

void skip_sleeps(struct actor *actor)
{
	trace_skip_sleeps(lab_trace(actor->lab), &actor->who);
}

void answer_call(struct actor *actor, const char *name, int error)
{
	trace_answer(lab_trace(actor->lab), &actor->who, name, -error);
}

void hold_next(struct lab *lab, const char *name, int nth)
{
	const struct who next = { .program = lab_next_program(lab) };

	trace_hold(lab_trace(lab), &next, name, nth);
}

void answer_next(struct lab *lab, const char *name, int error)
{
	const struct who next = { .program = lab_next_program(lab) };

	trace_answer(lab_trace(lab), &next, name, -error);
}

/* Other processes of a program ---------------------------------------------------------- */

static struct actor *actor_of_process(struct actor *actor, pid_t pid)
{
	struct lab *lab = actor->lab;
	struct who who = actor->who;

	who.pid = pid;
	if (pid != lab_program(actor)->pid)
		who.name = timeline_text(lab_timeline(lab), "%s child", host_name(who.host));
	return lab_actor(lab, who);
}

struct actor *child_of_at(struct actor *actor, struct here here)
{
	const size_t fork = lab_expect(actor, here, (struct expectation){ .kind = &kind_fork });

	return actor_of_process(actor, lab_timeline(actor->lab)->events[fork].child);
}

/* The newest connection on a host, or NULL. */
static const struct socket_row *newest_connection(const struct timeline *timeline, enum host host)
{
	for (size_t i = timeline->socket_count; i-- > 0;)
		if (timeline->sockets[i].host == host && timeline->sockets[i].remote_port != 0)
			return &timeline->sockets[i];
	return NULL;
}

/* Whether one process, and only one, has the newest connection on the actor's host open: which. */
static bool find_serving(struct actor *actor, void *pid)
{
	const struct timeline *timeline = lab_timeline(actor->lab);
	const struct socket_row *newest;
	int holders = 0;

	sockets_ask_around(lab_sockets(actor->lab));
	newest = newest_connection(timeline, actor->who.host);
	if (!newest || newest->inode == 0)
		return false;
	for (size_t i = 0; i < timeline->process_count; i++) {
		const struct process *process = &timeline->processes[i];

		if (process->program != actor->who.program || process->ended ||
		    !proc_holds_socket(process->pid, newest->inode))
			continue;
		holders++;
		*(pid_t *)pid = process->pid;
	}
	return holders == 1;
}

struct actor *serving_at(struct actor *actor, struct here here)
{
	pid_t pid = 0;

	lab_expect_condition(actor, here, (struct condition){ CONDITION_SERVING }, find_serving,
			     &pid);
	return actor_of_process(actor, pid);
}

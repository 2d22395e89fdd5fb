/* The verbs of story.h. */
#include "lab/lab.h"

#include "base/clock.h"
#include "observe/proc.h"
#include "lab/pause.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void scene(struct lab *lab, const char *text)
{
	if (lab->step)
		lab_step(lab, 0); /* what has happened already is of the scene before */
	lab_note(lab, EVENT_SCENE, ANY_HOST, text);
	if (lab->step)
		step_stop(lab->step);
}

const char *address_of(struct lab *lab, enum host host)
{
	return hosts_address(&lab->hosts, host);
}

int errno_of(struct lab *lab, enum unreachable reason)
{
	return unreachable_errno(reason, lab->hosts.network.family);
}

/* Other actions ------------------------------------------------------------------------- */

/* Notes what is typed at the program, and by that at its first process. */
static void note_typing(struct actor *actor, const char *text)
{
	struct lab *lab = actor->lab;

	lab_note(lab, EVENT_ACTION, actor->who.host, text);
	lab->timeline.events[lab->timeline.count - 1].pid = lab_program(lab, actor)->pid;
}

/* What a program did before something was typed is no answer to it. */
static void type_text(struct actor *actor, const char *text)
{
	actor->cursor[STREAM_PROCESS] = actor->lab->timeline.count;
	program_type(lab_program(actor->lab, actor), text, strlen(text));
}

void type_line(struct actor *actor, const char *line)
{
	struct lab *lab = actor->lab;
	char *typed;

	line = seed_line(&lab->options->seed, line);
	note_typing(actor, timeline_text(&lab->timeline, "types \"%s\"", line));
	if (asprintf(&typed, "%s\n", line) < 0)
		broken("type", line);
	type_text(actor, typed);
	free(typed);
}

void type_eof(struct actor *actor)
{
	note_typing(actor, "types ^D");
	type_text(actor, "\x04");
}

void send_signal(struct actor *actor, int number)
{
	struct lab *lab = actor->lab;
	pid_t pid = lab_pid(actor);
	char name[16];

	lab_note(lab, EVENT_ACTION, actor->who.host,
		 timeline_text(&lab->timeline, "kill -%s %d", signal_name(number, name) + 3, pid));
	kill(pid, number); /* a process that is gone needs no signal; the story will notice */
}

void(hold)(struct actor *actor, const char *name, int nth)
{
	trace_hold(actor->lab->trace, &actor->who, name, nth);
}

static bool is_held(struct actor *actor, void *argument)
{
	(void)argument;
	return trace_is_held(actor->lab->trace, &actor->who);
}

void(release)(struct actor *actor, struct here here)
{
	struct lab *lab = actor->lab;

	lab_expect_condition(lab, actor, here, "comes to the call it is held at", is_held, NULL);
	trace_release(lab->trace, &actor->who);
}

void skip_sleeps(struct actor *actor)
{
	trace_skip_sleeps(actor->lab->trace, &actor->who);
}

void answer_call(struct actor *actor, const char *name, int error)
{
	trace_answer(actor->lab->trace, &actor->who, name, -error);
}

void hold_next(struct lab *lab, const char *name, int nth)
{
	trace_hold(lab->trace, &(struct who){ .program = lab->program_count }, name, nth);
}

void answer_next(struct lab *lab, const char *name, int error)
{
	trace_answer(lab->trace, &(struct who){ .program = lab->program_count }, name, -error);
}

/* Other processes ----------------------------------------------------------------------- */

static struct actor *actor_of_process(struct actor *actor, pid_t pid)
{
	struct lab *lab = actor->lab;
	struct who who = actor->who;

	who.pid = pid;
	if (pid != lab_program(lab, actor)->pid)
		who.name = timeline_text(&lab->timeline, "%s child", host_name(who.host));
	return lab_actor(lab, who);
}

struct actor *(child_of)(struct actor *actor, struct here here)
{
	struct lab *lab = actor->lab;

	lab_expect(
		lab, actor,
		(struct expectation){ .kind = EXPECT_FORK, .file = here.file, .line = here.line });
	return actor_of_process(
		actor,
		lab->timeline.events[lab->expectations[lab->expectation_count - 1].event].child);
}

/* The newest connection on the actor's host, and the only process that holds its socket. */
static bool find_serving(struct actor *actor, void *argument)
{
	const struct timeline *timeline = &actor->lab->timeline;
	const struct socket_row *newest = NULL;
	int holders = 0;

	sockets_read(&actor->lab->sockets);
	for (size_t i = 0; i < timeline->socket_count; i++) {
		const struct socket_row *row = &timeline->sockets[i];

		if (row->host == actor->who.host && row->remote_port != 0)
			newest = row;
	}
	if (!newest || newest->inode == 0)
		return false;
	for (size_t i = 0; i < timeline->process_count; i++) {
		const struct process *process = &timeline->processes[i];

		if (process->program != actor->who.program || process->ended ||
		    !proc_holds_socket(process->pid, newest->inode))
			continue;
		holders++;
		*(pid_t *)argument = process->pid;
	}
	return holders == 1;
}

struct actor *(serving)(struct actor *actor, struct here here)
{
	pid_t pid = 0;

	lab_expect_condition(actor->lab, actor, here, "one process holds the connection",
			     find_serving, &pid);
	return actor_of_process(actor, pid);
}

#include "lab/wait.h"

#include "base/clock.h"
#include "base/memory.h"
#include "lab/parts.h"
#include "observe/proc.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	LOOK_AGAIN_NS = 100000, /* what no event announces is asked for so often */
	THREADS_MOST = 64,      /* of a process, that are looked at */
	EVENTS_MOST = 50000,    /* of a run: with more, the lab ends it */
};

int64_t lab_deadline_ns(const struct lab *lab)
{
	return patience_deadline_ns(&lab->patience);
}

bool lab_is_flooded(const struct lab *lab)
{
	return lab->timeline.count > EVENTS_MOST;
}

void lab_forget_past(struct actor *actor)
{
	actor->cursor[STREAM_PROCESS] = actor->lab->timeline.count;
}

/* Adds a row, which stays where it is only until the next one is added. */
static struct expectation *add_row(struct actor *actor, struct here here,
				   struct expectation expectation)
{
	struct lab *lab = actor->lab;
	struct expectation *row;

	lab->expectations =
		xgrow(lab->expectations, lab->expectation_count, sizeof(*lab->expectations));
	row = &lab->expectations[lab->expectation_count++];
	*row = expectation;
	row->file = here.file;
	row->line = here.line;
	row->who = actor->who;
	row->from = actor->cursor[expectation_stream(row)];
	return row;
}

/* Notes that the expectation is not met, and what was seen instead. */
static _Noreturn void fail(struct lab *lab, struct expectation *expectation)
{
	char seen[1024];

	expectation_seen(seen, sizeof(seen), expectation, &lab->timeline, expectation->from);
	expectation->verdict = VERDICT_UNMET;
	expectation->seen = timeline_text(&lab->timeline, "%s", seen);
	if (lab_is_flooded(lab))
		expectation->seen = timeline_text(&lab->timeline,
						  "%s; more than %d events: the lab ended the run",
						  seen, EVENTS_MOST);
	lab_end_scenario(lab);
}

/* Absences ------------------------------------------------------------------------------ */

void lab_expect_absence(struct actor *actor, struct here here, struct expectation wanted)
{
	struct lab *lab = actor->lab;

	add_row(actor, here, wanted);
	lab->absences = xgrow(lab->absences, lab->absence_count, sizeof(*lab->absences));
	lab->absences[lab->absence_count++] = lab->expectation_count - 1;
}

/* An absence that was said is judged: no such event came before event `to`. */
static void judge_absence(struct lab *lab, struct expectation *absence, size_t to)
{
	const ssize_t found = expectation_find(absence, &lab->timeline, absence->from, to);

	lab->cost.looks += to - absence->from;
	if (found != NOT_FOUND) {
		absence->event = (size_t)found;
		fail(lab, absence);
	}
	absence->verdict = VERDICT_MET;
}

/* Whether two expectations consume the events of one observer. */
static bool is_same_observer(const struct expectation *a, const struct expectation *b)
{
	return expectation_stream(a) == expectation_stream(b) && a->who.host == b->who.host &&
	       a->who.program == b->who.program && a->who.pid == b->who.pid;
}

/* Judges those that last to the event that has met an expectation. */
static void judge_absences_before(struct lab *lab, const struct expectation *met)
{
	size_t open = 0;

	for (size_t i = 0; i < lab->absence_count; i++) {
		struct expectation *absence = &lab->expectations[lab->absences[i]];

		if (is_same_observer(absence, met))
			judge_absence(lab, absence, met->event);
		else
			lab->absences[open++] = lab->absences[i];
	}
	lab->absence_count = open;
}

void lab_judge_absences(struct lab *lab)
{
	for (size_t i = 0; i < lab->absence_count; i++)
		judge_absence(lab, &lab->expectations[lab->absences[i]], lab->timeline.count);
	lab->absence_count = 0;
}

/* Waiting ------------------------------------------------------------------------------- */

/*
 * No event announces the state of a process. A look at a thread goes into the timeline when it
 * shows what was expected, or when the wait for it ends.
 */
static void look_at_processes(struct lab *lab, const struct expectation *expectation, bool is_last)
{
	for (size_t i = 0; i < lab->timeline.process_count; i++) {
		const struct process *process = &lab->timeline.processes[i];
		struct event looks[THREADS_MOST];
		int threads;

		if (!is_event_of(&expectation->who, &lab->timeline, process->pid))
			continue;
		threads = proc_look_at_threads(process->pid, looks, THREADS_MOST);
		for (int thread = 0; thread < threads; thread++) {
			size_t index;

			looks[thread].time_ns = now_ns();
			looks[thread].host = process->host;
			index = timeline_append(&lab->timeline, &looks[thread]);
			if (!is_last && !expectation_matches(expectation, &lab->timeline, index))
				timeline_take_back(&lab->timeline);
		}
	}
}

static bool has_socket(const struct timeline *timeline, const struct who *who)
{
	for (size_t i = 0; i < timeline->socket_count; i++)
		if (socket_is_of(who, timeline, i))
			return true;
	return false;
}

/* A program that is not traced makes no calls that are seen: what it has open is its own. */
static void find_untraced_sockets(struct lab *lab, const struct who *who)
{
	struct timeline *timeline = &lab->timeline;
	const pid_t pid = lab->programs[who->program].pid;

	for (size_t i = 0; i < timeline->socket_count; i++) {
		const struct socket_row *row = &timeline->sockets[i];

		if (row->host == who->host && proc_holds_socket(pid, row->inode))
			timeline_note_caller(timeline, row->inode, pid);
	}
}

/* Whether any of its processes is alive; of a program that is not traced, as far as is known. */
static bool is_alive(const struct lab *lab, const struct who *who)
{
	if (lab->options->unobserved)
		return lab->programs[who->program].terminal >= 0;
	return trace_alive(lab->trace, who);
}

/* Servers speak when they are spoken to: without a client and a connection the wire is silent. */
static bool is_silent(const struct lab *lab)
{
	for (int i = 0; i < lab->program_count; i++) {
		const struct who who = { .program = i };

		if (lab->programs[i].host == CLIENT && is_alive(lab, &who))
			return false;
	}
	return lab->sockets.open == 0;
}

/* Whether no event that could still come would meet it: its processes have ended. */
static bool is_hopeless(struct lab *lab, const struct expectation *expectation)
{
	const enum stream stream = expectation_stream(expectation);

	if (stream != STREAM_WIRE && is_alive(lab, &expectation->who))
		return false;
	switch (stream) {
	case STREAM_WIRE:
		return is_silent(lab);
	case STREAM_STATE: /* the kernel closes a socket after its process, too */
		return !has_socket(&lab->timeline, &expectation->who);
	case STREAM_OUTPUT:
		return lab->programs[expectation->who.program].terminal < 0;
	case STREAM_PROCESS:
		return true;
	case STREAM_LOOK: /* a zombie is looked at after its end */
	case STREAMS:
		break;
	}
	return false;
}

/*
 * One turn of waiting for something; false when it is in vain. What no event announces is
 * `asked_for` again and again.
 */
static bool wait_more(struct lab *lab, const struct expectation *expectation, int64_t deadline,
		      bool asked_for)
{
	const int64_t turn_ns = patience_turn_ns(&lab->patience, deadline);

	if (turn_ns < 0 || lab_is_flooded(lab))
		return false;
	if (is_hopeless(lab, expectation))
		return lab_turn(lab, 0); /* but what has come already may meet it */
	lab_turn(lab, asked_for ? LOOK_AGAIN_NS : turn_ns);
	return true;
}

/* Waits for the first event that matches. */
static size_t wait_for_event(struct lab *lab, struct expectation *expectation)
{
	const int64_t deadline = lab_deadline_ns(lab);
	const bool is_of_socket = expectation_stream(expectation) == STREAM_STATE;
	const bool is_look = expectation_stream(expectation) == STREAM_LOOK;
	struct search search = { .next = expectation->from };
	ssize_t found;

	for (;;) {
		if (is_look)
			look_at_processes(lab, expectation, false);
		found = expectation_search(expectation, &lab->timeline, &search);
		if (found != NOT_FOUND ||
		    !wait_more(lab, expectation, deadline, is_of_socket || is_look))
			break;
		if (is_of_socket)
			sockets_ask_around(&lab->sockets);
		if (is_of_socket && lab->options->unobserved)
			find_untraced_sockets(lab, &expectation->who);
	}
	lab->cost.looks += search.looks;
	if (found != NOT_FOUND)
		return (size_t)found;
	if (is_look)
		look_at_processes(lab, expectation, true);
	fail(lab, expectation);
}

size_t lab_expect(struct actor *actor, struct here here, struct expectation wanted)
{
	struct expectation *expectation = add_row(actor, here, wanted);
	const enum stream stream = expectation_stream(expectation);

	if (stream == STREAM_LOOK) /* how it looked before is no answer */
		expectation->from = actor->lab->timeline.count;
	expectation->event = wait_for_event(actor->lab, expectation);
	judge_absences_before(actor->lab, expectation);
	expectation->verdict = VERDICT_MET;
	if (stream != STREAM_LOOK) /* a look consumes nothing */
		actor->cursor[stream] = expectation->event + 1;
	return expectation->event;
}

void lab_expect_condition(struct actor *actor, struct here here, struct condition wanted,
			  bool (*holds)(struct actor *actor, void *argument), void *argument)
{
	const int64_t deadline = lab_deadline_ns(actor->lab);
	struct expectation *expectation = add_row(
		actor, here, (struct expectation){ .kind = &kind_condition, .condition = wanted });

	while (!holds(actor, argument))
		if (!wait_more(actor->lab, expectation, deadline, true))
			fail(actor->lab, expectation);
	expectation->verdict = VERDICT_MET;
}

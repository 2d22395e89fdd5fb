/* The waiting of the lab: for what a story expects, until it is seen or in vain. */
#include "lab/lab.h"

#include "base/clock.h"
#include "observe/proc.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND_NS INT64_C(1000000000)

enum {
	DEADLINE_MS = 5000, /* for an expectation; times the patience */
	REAL_DEADLINE_MS =
		20 * 60 * 1000, /* with PACE=real: longer than any default of the kernel */
	LOOK_AGAIN_NS =
		100000,      /* what no event announces (TCP and process states) is read so often */
	THREADS_MOST = 64,   /* of a process, that are looked at */
	EVENTS_MOST = 50000, /* of a run: a program that makes more floods the lab, which ends it */
};

bool lab_has_unmet(const struct lab *lab)
{
	for (size_t i = 0; i < lab->expectation_count; i++)
		if (lab->expectations[i].verdict == VERDICT_UNMET)
			return true;
	return false;
}

static struct expectation *journal(struct lab *lab, struct expectation expectation)
{
	struct expectation *rows =
		reallocarray(lab->expectations, lab->expectation_count + 1, sizeof(*rows));

	if (!rows)
		broken("note", "an expectation");
	lab->expectations = rows;
	rows += lab->expectation_count++;
	*rows = expectation;
	rows->scene = lab->timeline.count;
	return rows;
}

bool lab_is_flooded(const struct lab *lab)
{
	return lab->timeline.count > EVENTS_MOST;
}

static void unmet(struct lab *lab, struct expectation *expectation, size_t from)
{
	char seen[1024];

	expectation_seen(seen, sizeof(seen), expectation, &lab->timeline, from);
	if (lab_is_flooded(lab)) {
		size_t length = strlen(seen);

		snprintf(seen + length, sizeof(seen) - length,
			 "; a flood of more than %d events, at which the lab ends the run",
			 EVENTS_MOST);
	}
	expectation->verdict = VERDICT_UNMET;
	expectation->seen = strdup(seen);
	longjmp(lab->unmet, 1);
}

void lab_expect_absence(struct lab *lab, struct expectation expectation)
{
	journal(lab, expectation)->from = lab->wire_cursor;
}

/* No segment of the kind between where it was said and `to`. */
void lab_judge_absences(struct lab *lab, size_t to)
{
	for (size_t i = 0; i < lab->expectation_count; i++) {
		struct expectation *absence = &lab->expectations[i];
		ssize_t found;

		if (absence->kind != EXPECT_NO_SEGMENT || absence->verdict != VERDICT_OPEN)
			continue;
		absence->to = to;
		found = expectation_find(absence, &lab->timeline, absence->from, to);
		if (found != NOT_FOUND) {
			absence->event = (size_t)found;
			unmet(lab, absence, absence->from);
		}
		absence->verdict = VERDICT_MET;
	}
}

/*
 * Process states are looked at, not announced: the look at a thread goes into the timeline when it
 * shows what was expected, or when the wait for it ends.
 */
static void look_at_processes(struct lab *lab, const struct expectation *expectation, bool last)
{
	for (size_t i = 0; i < lab->timeline.process_count; i++) {
		const struct process *process = &lab->timeline.processes[i];
		struct event looks[THREADS_MOST];
		int threads;

		if (expectation->who.pid ? process->pid != expectation->who.pid
					 : process->program != expectation->who.program)
			continue;
		threads = proc_look_at_threads(process->pid, looks, THREADS_MOST);
		for (int thread = 0; thread < threads; thread++) {
			size_t index;

			looks[thread].time_ns = now_ns();
			looks[thread].host = process->host;
			index = timeline_append(&lab->timeline, &looks[thread]);
			if (!last && !expectation_matches(expectation, &lab->timeline, index))
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

static bool has_connection(const struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->socket_count; i++)
		if (timeline->sockets[i].state != TCP_CLOSE &&
		    timeline->sockets[i].state != TCP_LISTEN)
			return true;
	return false;
}

/* Servers speak when they are spoken to: without a client and a connection the wire is silent. */
static bool is_silent(const struct lab *lab)
{
	for (int i = 0; i < lab->program_count; i++) {
		const struct who who = { .program = i };

		if (lab->programs[i].host == CLIENT && trace_alive(lab->trace, &who))
			return false;
	}
	return !has_connection(&lab->timeline);
}

/* Whether no event that could still come would meet it: its processes are gone. */
static bool is_hopeless(struct lab *lab, const struct expectation *expectation)
{
	switch (expectation_stream(expectation->kind)) {
	case STREAMS:
		return false;
	case STREAM_WIRE:
		return is_silent(lab);
	case STREAM_STATE: /* the kernel closes a socket after its process, too */
		if (has_socket(&lab->timeline, &expectation->who))
			return false;
		break;
	case STREAM_OUTPUT:
		if (lab->programs[expectation->who.program].terminal >= 0)
			return false;
		break;
	case STREAM_PROCESS:
		if (expectation->kind == EXPECT_PROCESS)
			return false; /* a zombie is looked at after its end */
		break;
	}
	return !trace_alive(lab->trace, &expectation->who);
}

int64_t lab_deadline_ns(const struct lab *lab)
{
	const double ms = lab->options->pace == PACE_REAL ? REAL_DEADLINE_MS : DEADLINE_MS;

	return monotonic_ns() + (int64_t)(ms * lab->options->patience * 1e6);
}

/*
 * With PACE=real a person waits for a quarter of an hour: a line that is written over each second
 * says how long yet. In a log it is one line a minute.
 */
static void show_progress(const struct lab *lab)
{
	static int64_t shown_ns;
	const int64_t now = monotonic_ns(),
		      left_s = (lab->crashed_ns + lab->takes_ns - now) / SECOND_NS;
	const bool is_terminal = isatty(STDERR_FILENO);

	if (!lab->takes_ns || !lab->crashed_ns ||
	    now - shown_ns < (is_terminal ? SECOND_NS : 60 * SECOND_NS))
		return;
	shown_ns = now;
	if (left_s > 0)
		fprintf(stderr, "brokenpipe: TCP gives up in about %d min %02d s%s",
			(int)(left_s / 60), (int)(left_s % 60), is_terminal ? " \r" : "\n");
	else
		fprintf(stderr, "brokenpipe: TCP gives up when its timer ends next%s",
			is_terminal ? " \r" : "\n");
}

/* One turn of waiting for something; false when it is in vain. */
static bool wait_more(struct lab *lab, const struct expectation *expectation, int64_t deadline)
{
	const bool is_of_sockets = expectation_stream(expectation->kind) == STREAM_STATE;
	const bool is_looked_at = is_of_sockets || expectation->kind == EXPECT_PROCESS ||
				  expectation->kind == EXPECT_CONDITION;
	int64_t left_ns = deadline - monotonic_ns();

	if (left_ns < 0 || lab_is_flooded(lab))
		return false;
	if (is_hopeless(lab, expectation))
		return lab_step(lab, 0); /* but what has come already may meet it */
	if (lab->options->pace == PACE_REAL) {
		show_progress(lab);
		left_ns = left_ns < SECOND_NS ? left_ns : SECOND_NS;
	}
	lab_step(lab, is_looked_at ? LOOK_AGAIN_NS : left_ns);
	if (is_of_sockets)
		sockets_read(&lab->sockets);
	return true;
}

void lab_expect(struct lab *lab, struct actor *actor, struct expectation wanted)
{
	const enum stream stream = expectation_stream(wanted.kind);
	size_t *cursor = actor ? &actor->cursor[stream] : &lab->wire_cursor;
	size_t since = *cursor;
	const int64_t deadline = lab_deadline_ns(lab);
	struct expectation *expectation;
	ssize_t found;

	if (actor)
		wanted.who = actor->who;
	if (wanted.kind == EXPECT_PROCESS)
		since = lab->timeline.count; /* how it looked before is no answer */
	wanted.from = since;
	expectation = journal(lab, wanted);
	for (;;) {
		if (expectation->kind == EXPECT_PROCESS)
			look_at_processes(lab, expectation, false);
		found = expectation_find(expectation, &lab->timeline, since, lab->timeline.count);
		if (found != NOT_FOUND)
			break;
		if (!wait_more(lab, expectation, deadline)) {
			if (expectation->kind == EXPECT_PROCESS)
				look_at_processes(lab, expectation, true);
			unmet(lab, expectation, since);
		}
	}
	if (stream == STREAM_WIRE)
		lab_judge_absences(lab, (size_t)found);
	expectation->event = (size_t)found;
	expectation->verdict = VERDICT_MET;
	if (expectation->kind != EXPECT_PROCESS) /* a look consumes nothing */
		*cursor = (size_t)found + 1;
}

void lab_expect_condition(struct lab *lab, struct actor *actor, struct here here, const char *text,
			  bool (*holds)(struct actor *actor, void *argument), void *argument)
{
	const int64_t deadline = lab_deadline_ns(lab);
	struct expectation *expectation =
		journal(lab, (struct expectation){ .kind = EXPECT_CONDITION,
						   .file = here.file,
						   .line = here.line,
						   .who = actor->who,
						   .text = text });

	while (!holds(actor, argument))
		if (!wait_more(lab, expectation, deadline))
			unmet(lab, expectation, actor->cursor[STREAM_PROCESS]);
	expectation->verdict = VERDICT_MET;
	expectation->event = lab->timeline.count;
}

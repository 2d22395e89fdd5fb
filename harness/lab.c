#include "lab.h"

#include "clock.h"
#include "proc.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	REAL_DEADLINE_MS =
		20 * 60 * 1000, /* with PACE=real: longer than any default of the kernel */
	DEADLINE_MS = 5000,     /* for an expectation; times the patience */
	LOOK_AGAIN_NS =
		100000,      /* what no event announces (TCP and process states) is read so often */
	THREADS_MOST = 64,   /* of a process, that are looked at */
	EVENTS_MOST = 50000, /* of a run: a program that makes more floods the lab, which ends it */
};

/* A process that stops or ends wakes the loop through a descriptor, like everything else. */
static int open_child_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		broken("block", "SIGCHLD");
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		broken("open", "a signalfd");
	return fd;
}

void lab_open(struct lab *lab, const struct story *story, const struct options *options)
{
	int64_t started = monotonic_ns();

	memset(lab, 0, sizeof(*lab));
	lab->story = story;
	lab->options = options;
	lab->child_signals = open_child_signals();
	timeline_open(&lab->timeline, now_ns());
	hosts_open(&lab->hosts, &lab->timeline);
	capture_start(&lab->capture, lab->hosts.netns[CLIENT], INTERFACE, options->ring_bytes);
	sockets_open(&lab->sockets, &lab->timeline);
	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++) {
		hosts_enter(&lab->hosts, host);
		sockets_add_host(&lab->sockets, host);
	}
	sockets_watch_listener(&lab->sockets, SERVER, ECHO_PORT);
	trace_open(&lab->trace, &lab->timeline);
	trace_close_gate(&lab->trace); /* until the wire is watched */
	lab->filter = syscalls_filter();
	hosts_wait_up(&lab->hosts);
	lab->phase_ns[PHASE_HOSTS] = monotonic_ns() - started;
}

void lab_end_programs(struct lab *lab)
{
	capture_wait(&lab->capture); /* a story may end before its wire is watched */
	/* all of the PID namespace but this process, its init; whoever forks meanwhile is killed,
	 * too */
	while (kill(-1, SIGKILL) == 0)
		while (waitpid(-1, NULL, __WALL) > 0)
			;
}

void lab_close(struct lab *lab)
{
	while (lab->actors) {
		struct actor *next = lab->actors->next;

		free(lab->actors);
		lab->actors = next;
	}
	for (int i = 0; i < lab->program_count; i++)
		program_close(&lab->programs[i]);
	capture_close(&lab->capture);
	free(lab->filter.filter);
	trace_close(&lab->trace);
	sockets_close(&lab->sockets);
	hosts_close(&lab->hosts);
	for (size_t i = 0; i < lab->expectation_count; i++)
		free((char *)lab->expectations[i].seen);
	free(lab->expectations);
	timeline_close(&lab->timeline);
	close(lab->child_signals);
}

/* SIGCHLD only says that some process stopped or ended; waitpid knows which. */
static int take_child_signals(struct lab *lab)
{
	struct signalfd_siginfo infos[8];
	int stops;

	if (read(lab->child_signals, infos, sizeof(infos)) < 0 && errno != EAGAIN)
		broken("read", "the signalfd");
	stops = trace_step(&lab->trace);
	lab->more_stops = stops == TRACE_STOPS_MOST; /* no further signal would tell of them */
	return stops;
}

void lab_watch_wire(struct lab *lab)
{
	const int64_t reached = lab->trace.gate_reached_ns;

	capture_wait(&lab->capture);
	if (reached)
		lab->phase_ns[PHASE_CAPTURE] = monotonic_ns() - reached;
	trace_open_gate(&lab->trace);
}

bool lab_step(struct lab *lab, int64_t timeout_ns)
{
	struct pollfd fds[PROGRAMS_MOST + 3];
	struct timespec timeout = { .tv_sec = timeout_ns / 1000000000,
				    .tv_nsec = timeout_ns % 1000000000 };
	const size_t before = lab->timeline.count;
	int n = 0, happened = 0;

	fds[n++] = (struct pollfd){ .fd = lab->child_signals, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = lab->capture.ready, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = lab->capture.fd, .events = POLLIN };
	for (int i = 0; i < lab->program_count; i++)
		fds[n++] = (struct pollfd){ .fd = lab->programs[i].terminal, .events = POLLIN };
	if (lab->more_stops)
		timeout = (struct timespec){ 0 };
	if (ppoll(fds, (nfds_t)n, &timeout, NULL) < 0 && errno != EINTR)
		broken("wait", "for events");
	if (fds[0].revents || lab->more_stops)
		happened += take_child_signals(lab);
	if (fds[1].revents)
		lab_watch_wire(lab);
	if (fds[2].revents)
		happened += capture_read(&lab->capture, &lab->timeline);
	for (int i = 0; i < lab->program_count; i++)
		if (fds[3 + i].revents)
			happened += program_read(&lab->programs[i], &lab->timeline) > 0;
	if (lab->timeline.count != before)
		sockets_read(&lab->sockets);
	return happened > 0;
}

struct actor *lab_actor(struct lab *lab, struct who who)
{
	struct actor *actor = calloc(1, sizeof(*actor));

	if (!actor)
		broken("remember", who.name);
	actor->lab = lab;
	actor->who = who;
	actor->next = lab->actors;
	lab->actors = actor;
	return actor;
}

void lab_note(struct lab *lab, enum event_kind kind, enum host host, const char *text)
{
	struct event event = { .kind = kind, .time_ns = now_ns(), .host = host };

	event.text = text;
	timeline_append(&lab->timeline, &event);
}

struct program *lab_program(struct lab *lab, const struct actor *actor)
{
	return &lab->programs[actor->who.program];
}

bool lab_has_unmet(const struct lab *lab)
{
	for (size_t i = 0; i < lab->expectation_count; i++)
		if (lab->expectations[i].verdict == VERDICT_UNMET)
			return true;
	return false;
}

/* Expectations -------------------------------------------------------------------------- */

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

static bool is_flooded(const struct lab *lab)
{
	return lab->timeline.count > EVENTS_MOST;
}

static void unmet(struct lab *lab, struct expectation *expectation, size_t from)
{
	char seen[1024];

	expectation_seen(seen, sizeof(seen), expectation, &lab->timeline, from);
	if (is_flooded(lab)) {
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

/* Whether there is a socket of whom, in any state; NULL: a connection of anybody's. */
static bool has_socket(const struct lab *lab, const struct who *who)
{
	const struct timeline *timeline = &lab->timeline;

	for (size_t i = 0; i < timeline->socket_count; i++)
		if (who ? socket_is_of(who, timeline, i)
			: timeline->sockets[i].state != TCP_CLOSE &&
				    timeline->sockets[i].state != TCP_LISTEN)
			return true;
	return false;
}

/* Servers speak when they are spoken to: without a client and a connection the wire is silent. */
static bool is_silent(const struct lab *lab)
{
	for (int i = 0; i < lab->program_count; i++) {
		const struct who who = { .program = i };

		if (lab->programs[i].host == CLIENT && trace_alive(&lab->trace, &who))
			return false;
	}
	return !has_socket(lab, NULL);
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
		if (has_socket(lab, &expectation->who))
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
	return !trace_alive(&lab->trace, &expectation->who);
}

int64_t lab_deadline_ns(const struct lab *lab)
{
	const double ms = lab->options->pace == PACE_REAL ? REAL_DEADLINE_MS : DEADLINE_MS;

	return monotonic_ns() + (int64_t)(ms * lab->options->patience * 1e6);
}

/* One turn of waiting for something; false when it is in vain. */
static bool wait_more(struct lab *lab, const struct expectation *expectation, int64_t deadline)
{
	bool is_looked_at = expectation->kind == EXPECT_PROCESS ||
			    expectation->kind == EXPECT_STATE ||
			    expectation->kind == EXPECT_CONDITION;
	int64_t left_ns = deadline - monotonic_ns();

	if (left_ns < 0 || is_flooded(lab))
		return false;
	if (is_hopeless(lab, expectation) && !lab_step(lab, 0))
		return false;
	lab_step(lab, is_looked_at ? LOOK_AGAIN_NS : left_ns);
	if (expectation->kind == EXPECT_STATE)
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
	if (expectation->kind == EXPECT_SEGMENT)
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

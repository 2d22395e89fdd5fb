#include "lab/parts.h"

#include "base/clock.h"
#include "base/fail.h"
#include "base/memory.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * A host with an IPv6 address sends multicast listener reports at times of its own, which would
 * differ from run to run. They are the only packets here with a hop-by-hop option (RFC 3810 5).
 */
#define NO_MULTICAST_REPORTS "not (ip6 and ip6[6] = 0)"

/* A process that stops or ends wakes the loop by a descriptor, like everything else. */
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

/* So that the captures of two students can be distinguished by their ports. */
static void set_client_ports(struct lab *lab)
{
	const unsigned int first = seed_first_port(&lab->options->seed);
	char range[32];

	snprintf(range, sizeof(range), "%u %u", first, first + SEED_PORTS - 1);
	hosts_set(&lab->hosts, CLIENT, "net/ipv4/ip_local_port_range", range, true);
}

/*
 * Opening it takes longest of all, so it begins first: programs are started meanwhile, and wait for
 * it at the gate.
 */
static void start_capture(struct lab *lab)
{
	const struct options *options = lab->options;

	lab->child_signals = open_child_signals(); /* its thread does not take them */
	capture_start(&lab->capture, lab->hosts.netns[CLIENT], INTERFACE,
		      options->family == AF_INET6 ? NO_MULTICAST_REPORTS : NULL,
		      options->ring_bytes);
}

/* The other observers. */
static void open_observers(struct lab *lab)
{
	sockets_open(&lab->sockets, &lab->timeline);
	for (int host = CLIENT; host <= SERVER; host++) { /* a router has no sockets */
		hosts_enter(&lab->hosts, host);
		sockets_add_host(&lab->sockets, host);
	}
	sockets_watch_listener(&lab->sockets, SERVER, ECHO_PORT);
	lab->trace = trace_open(&lab->timeline);
	trace_close_gate(lab->trace);
	lab->filter = call_table_filter();
}

struct lab *lab_open(const struct options *options)
{
	const struct network network = { .family = options->family,
					 .routed = options->variant->routed };
	const int64_t started = monotonic_ns();
	struct lab *lab = xcalloc(1, sizeof(*lab));

	lab->options = options;
	lab->patience = (struct patience){ .pace = options->pace, .factor = options->patience };
	lab->keyboard = -1;
	run_name(lab->name, options->story, options->variant, options->family);
	lab->wire = lab_actor(lab, (struct who){ 0 });
	timeline_open(&lab->timeline, now_ns());
	hosts_open(&lab->hosts, &lab->timeline, network);
	start_capture(lab);
	hosts_switch_on_others(&lab->hosts);
	if (options->seed.given)
		set_client_ports(lab);
	open_observers(lab);
	hosts_wait_up(&lab->hosts);
	lab->begins = lab->timeline.count;
	lab->cost.phase_ns[PHASE_HOSTS] = monotonic_ns() - started;
	return lab;
}

void lab_end_programs(struct lab *lab)
{
	capture_wait(&lab->capture); /* a story may end before its wire is watched */
	lab->dropped = capture_dropped(&lab->capture); /* what is sent from here on is not read */
	/* all of the PID namespace but this process, its init; whoever forks meanwhile is killed,
	 * too */
	while (kill(-1, SIGKILL) == 0) {
		while (waitpid(-1, NULL, __WALL) > 0)
			;
		if (errno == ECHILD) /* whoever is left has come in from outside, as a shell */
			break;
	}
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
	trace_close(lab->trace);
	sockets_close(&lab->sockets);
	hosts_close(&lab->hosts);
	free(lab->expectations);
	free(lab->absences);
	timeline_close(&lab->timeline);
	close(lab->child_signals);
	free(lab);
}

/* SIGCHLD only says that some process stopped or ended; waitpid knows which. */
static int take_child_signals(struct lab *lab)
{
	struct signalfd_siginfo infos[8];
	int stops;

	if (read(lab->child_signals, infos, sizeof(infos)) < 0 && errno != EAGAIN)
		broken("read", "the signalfd");
	stops = trace_step(lab->trace);
	lab->more_stops = stops == TRACE_STOPS_MOST; /* no further signal would announce them */
	return stops;
}

void lab_watch_wire(struct lab *lab)
{
	const int64_t reached = trace_gate_reached_ns(lab->trace);

	capture_wait(&lab->capture);
	if (reached)
		lab->cost.phase_ns[PHASE_CAPTURE] = monotonic_ns() - reached;
	trace_open_gate(lab->trace);
}

struct run lab_run(const struct lab *lab)
{
	const struct options *options = lab->options;
	struct run run = {
		.name = lab->name,
		.scenario = options->story->name,
		.variant = options->variant->name,
		.section = options->story->section,
		.claim = options->variant->claim,
		.family = options->family,
		.has_seed = options->seed.given,
		.seed = options->seed.number,
		.timeline = &lab->timeline,
		.begins = lab->begins,
		.expectations = lab->expectations,
		.expectation_count = lab->expectation_count,
		.is_met = !expectations_unmet(lab->expectations, lab->expectation_count),
		.program_count = (size_t)lab->program_count,
		.frames = lab->capture.frames,
		.dropped = lab->dropped,
	};

	for (int i = 0; i < lab->program_count; i++)
		run.programs[i] = (struct run_program){ .host = lab->programs[i].host,
							.pid = lab->programs[i].pid,
							.command = lab->programs[i].argv };
	return run;
}

/* What is shown of calls is shown with their segments. */
static void show_live(struct lab *lab)
{
	struct run run;

	if (!live_wants(&lab->live, &lab->timeline))
		return;
	capture_read(&lab->capture, &lab->timeline);
	run = lab_run(lab);
	live_write(&lab->live, &run);
}

bool lab_turn(struct lab *lab, int64_t timeout_ns)
{
	struct pollfd fds[PROGRAMS_MOST + 4];
	struct timespec timeout = { .tv_sec = timeout_ns / 1000000000,
				    .tv_nsec = timeout_ns % 1000000000 };
	const size_t before = lab->timeline.count;
	int n = 0, happened = 0;

	fds[n++] = (struct pollfd){ .fd = lab->child_signals, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = lab->capture.ready, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = lab->capture.fd, .events = POLLIN };
	for (int i = 0; i < lab->program_count; i++)
		fds[n++] = (struct pollfd){ .fd = lab->programs[i].terminal, .events = POLLIN };
	fds[n++] = (struct pollfd){ .fd = lab->keyboard, .events = POLLIN };
	if (lab->more_stops || sockets_are_due(&lab->sockets))
		timeout = (struct timespec){ 0 };
	if (ppoll(fds, (nfds_t)n, &timeout, NULL) < 0 && errno != EINTR)
		broken("wait", "for events");
	/* first, for whoever has stopped or ended has printed before */
	for (int i = 0; i < lab->program_count; i++)
		if (fds[3 + i].revents)
			happened += program_read(&lab->programs[i], &lab->timeline) > 0;
	if (fds[0].revents || lab->more_stops)
		happened += take_child_signals(lab);
	if (fds[1].revents)
		lab_watch_wire(lab);
	if (fds[2].revents)
		happened += capture_read(&lab->capture, &lab->timeline);
	happened += sockets_are_due(&lab->sockets);
	if (lab->timeline.count != before || sockets_are_due(&lab->sockets))
		sockets_read(&lab->sockets);
	show_live(lab);
	return happened > 0;
}

struct actor *lab_actor(struct lab *lab, struct who who)
{
	struct actor *actor = xcalloc(1, sizeof(*actor));

	actor->lab = lab;
	actor->who = who;
	actor->next = lab->actors;
	lab->actors = actor;
	return actor;
}

size_t lab_note(struct lab *lab, struct event event)
{
	size_t index;

	event.time_ns = now_ns();
	index = timeline_append(&lab->timeline, &event);
	show_live(lab);
	return index;
}

struct actor *lab_wire(struct lab *lab)
{
	return lab->wire;
}

struct program *lab_program(const struct actor *actor)
{
	return &actor->lab->programs[actor->who.program];
}

pid_t lab_pid(const struct actor *actor)
{
	return actor->who.pid ? actor->who.pid : lab_program(actor)->pid;
}

int lab_next_program(const struct lab *lab)
{
	return lab->program_count;
}

_Noreturn void lab_end_scenario(struct lab *lab)
{
	longjmp(lab->end, 1);
}

/* Parts --------------------------------------------------------------------------------- */

const struct options *lab_options(const struct lab *lab)
{
	return lab->options;
}

struct timeline *lab_timeline(struct lab *lab)
{
	return &lab->timeline;
}

struct hosts *lab_hosts(struct lab *lab)
{
	return &lab->hosts;
}

struct sockets *lab_sockets(struct lab *lab)
{
	return &lab->sockets;
}

struct trace *lab_trace(struct lab *lab)
{
	return lab->trace;
}

struct patience *lab_patience(struct lab *lab)
{
	return &lab->patience;
}

/*
 * The verbs of story.h for a stranger who forges segments: outsider.py, at a prompt on the router,
 * sends what the lab types there.
 */
#include "story/start.h"

#include "base/clock.h"
#include "base/fail.h"
#include "base/find_program.h"
#include "base/memory.h"
#include "lab/launch.h"
#include "lab/wait.h"
#include "story/story.h"

#include <stdio.h>
#include <string.h>

struct actor *start_outsider(struct lab *lab)
{
	static const char *const command[] = { "python3", "outsider.py", NULL };
	char *python = find_program("/usr/bin/python3"), **argv;

	if (!python)
		python = find_program("python3");
	if (!python)
		give_up(ENDING_CANNOT_RUN, "an outsider needs python3 and scapy: make deps, or "
					   "sudo apt install python3-scapy");
	argv = xcalloc(3, sizeof(*argv));
	argv[0] = python;
	argv[1] = built_path("story", "outsider.py");
	lab_note(lab, (struct event){ .kind = EVENT_ACTION,
				      .host = ROUTER,
				      .action = { .verb = VERB_START,
						  .is_setup = true,
						  .command = command,
						  .text = "$ python3 outsider.py" } });
	return launch(lab, ROUTER, argv, false); /* it is no program under test */
}

/* The last line that the program has printed, or "". */
static const char *last_line(struct lab *lab, pid_t pid)
{
	const struct timeline *timeline = lab_timeline(lab);

	for (size_t i = timeline->count; i-- > 0;) {
		const struct event *event = &timeline->events[i];

		if (event->kind == EVENT_OUTPUT && event->pid == pid)
			return event->text;
	}
	return "";
}

/* Until scapy is loaded, which takes longer than most stories. */
static void wait_until_ready(struct lab *lab, const struct program *outsider)
{
	const int64_t deadline = lab_deadline_ns(lab);

	while (strcmp(last_line(lab, outsider->pid), "ready") != 0) {
		const int64_t left_ns = deadline - monotonic_ns();

		if (outsider->terminal < 0)
			give_up(ENDING_CANNOT_RUN,
				"the outsider has ended: %s\n"
				"  It needs python3 and scapy: make deps, or sudo apt install "
				"python3-scapy",
				last_line(lab, outsider->pid));
		if (left_ns < 0)
			give_up(ENDING_BROKEN, "the outsider did not start; on a slow machine try "
					       "BROKENPIPE_PATIENCE=10");
		lab_turn(lab, left_ns);
	}
}

/* The last segment of a connection that the host sent with an ACK. */
static const struct packet *last_acknowledging(struct lab *lab, struct here here, enum host from)
{
	const struct timeline *timeline = lab_timeline(lab);

	for (size_t i = timeline->count; i-- > 0;) {
		const struct event *event = &timeline->events[i];

		if (event->kind == EVENT_PACKET && event->host == from &&
		    event->wire.packet.kind == PACKET_TCP && (event->wire.packet.flags & ACK))
			return &event->wire.packet;
	}
	give_up(ENDING_BROKEN,
		"%s:%d: the %s has acknowledged nothing in any connection, so there is none to "
		"forge a segment of",
		here.file, here.line, host_name(from));
}

/* "RA", as scapy writes the flags. */
static const char *scapy_flags(unsigned int flags, char buf[static 8])
{
	static const char letters[] = "FSRPAU"; /* from the lowest bit on */
	char *end = buf;

	for (int bit = 0; letters[bit]; bit++)
		if (flags & 1u << bit)
			*end++ = letters[bit];
	*end = '\0';
	return buf;
}

void forge_segment_at(struct actor *outsider, struct here here, struct forgery forgery)
{
	struct lab *lab = outsider->lab;
	struct program *program = lab_program(outsider);
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN], flags[8];
	const struct packet *last;
	const char *line;

	wait_until_ready(lab, program);
	last = last_acknowledging(lab, here, forgery.from == SERVER ? CLIENT : SERVER);
	line = timeline_text(lab_timeline(lab),
			     "send(%s(src=\"%s\", dst=\"%s\")/"
			     "TCP(sport=%u, dport=%u, flags=\"%s\", seq=%u))",
			     last->from.family == AF_INET6 ? "IPv6" : "IP",
			     address_text(&last->to, from), address_text(&last->from, to),
			     last->to_port, last->from_port, scapy_flags(forgery.flags, flags),
			     last->ack + (uint32_t)forgery.offset);
	lab_note(lab, (struct event){ .kind = EVENT_ACTION,
				      .host = ROUTER,
				      .action = { .verb = VERB_FORGE,
						  .from = forgery.from,
						  .to = forgery.from == SERVER ? CLIENT : SERVER,
						  .flags = forgery.flags,
						  .offset = forgery.offset,
						  .text = timeline_text(lab_timeline(lab), ">>> %s",
									line) } });
	program_type(program, line, strlen(line));
	program_type(program, "\n", 1);
}

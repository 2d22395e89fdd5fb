/*
 * The verbs of story.h for who is on the way and forges segments: outsider.py on the
 * router, who reads the packets that pass and types what to send at its prompt.
 */
#include "base/clock.h"
#include "story/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct actor *start_outsider(struct lab *lab)
{
	char *python = find_program("/usr/bin/python3"), **argv = calloc(3, sizeof(*argv));

	if (!python)
		python = find_program("python3");
	if (!python)
		give_up(ENDING_CANNOT_RUN, "an outsider needs python3 and scapy: make deps, or "
					   "sudo apt install python3-scapy");
	if (!argv)
		broken("start", "the outsider");
	argv[0] = python;
	argv[1] = built_path("story", "outsider.py");
	lab_note(lab, EVENT_ACTION, ROUTER, "$ python3 outsider.py");
	return launch(lab, ROUTER, argv, false); /* it is no program under test */
}

/* The last line that the program has printed, or "". */
static const char *last_line(const struct lab *lab, pid_t pid)
{
	for (size_t i = lab->timeline.count; i-- > 0;) {
		const struct event *event = &lab->timeline.events[i];

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
		lab_step(lab, left_ns);
	}
}

/* The last segment of a connection that the host sent with an ACK. */
static const struct packet *last_acknowledging(const struct lab *lab, enum host from)
{
	for (size_t i = lab->timeline.count; i-- > 0;) {
		const struct event *event = &lab->timeline.events[i];

		if (event->kind == EVENT_PACKET && event->host == from &&
		    event->wire.packet.kind == PACKET_TCP && (event->wire.packet.flags & ACK))
			return &event->wire.packet;
	}
	give_up(ENDING_BROKEN,
		"there is no connection in which the %s acknowledged anything: "
		"nothing to forge a segment of",
		host_name(from));
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

void(forge_segment)(struct actor *outsider, struct forgery forgery)
{
	struct lab *lab = outsider->lab;
	struct program *program = lab_program(lab, outsider);
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN], flags[8];
	const struct packet *last;
	const char *line;

	wait_until_ready(lab, program);
	last = last_acknowledging(lab, forgery.from == SERVER ? CLIENT : SERVER);
	line = timeline_text(&lab->timeline,
			     "send(%s(src=\"%s\", dst=\"%s\")/"
			     "TCP(sport=%u, dport=%u, flags=\"%s\", seq=%u))",
			     last->from.family == AF_INET6 ? "IPv6" : "IP",
			     address_text(&last->to, from), address_text(&last->from, to),
			     last->to_port, last->from_port, scapy_flags(forgery.flags, flags),
			     last->ack + (uint32_t)forgery.offset);
	/* across the columns: it would not fit into the router's */
	lab_note(lab, EVENT_ACTION, ANY_HOST,
		 timeline_text(&lab->timeline, "router: >>> %s", line));
	program_type(program, line, strlen(line));
	program_type(program, "\n", 1);
}

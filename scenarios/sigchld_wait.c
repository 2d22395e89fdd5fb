/*
 * sigchld-wait: signals do not queue. Of five children that end together, wait in a handler reaps
 * one (UNP 5.10).
 *
 * A standard signal is pending once or not at all (POSIX, signal(7)). The parent is stopped until
 * all five children have ended; then one SIGCHLD is delivered, the handler calls wait once, and
 * four children stay zombies. If the parent were not stopped, a race would decide how many it
 * reaps.
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv03");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli04", address_of(lab, SERVER));
	small_talk(lab, client);
	type_line(client, "hello");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, "hello");
	struct actor *first = child_of(server);
	struct actor *second = child_of(server);
	struct actor *third = child_of(server);
	struct actor *fourth = child_of(server);
	struct actor *fifth = child_of(server);
	expect_blocked(server, "accept");

	scene(lab, "the parent is stopped; the client ends, and with it all five children");
	send_signal(server, SIGSTOP);
	expect_process(server, .state = 't');
	type_eof(client);
	expect_exit(client, 0);
	expect_exit(first, 0);
	expect_exit(second, 0);
	expect_exit(third, 0);
	expect_exit(fourth, 0);
	expect_exit(fifth, 0);
	expect_zombies(server, 5);

	scene(lab, "the parent goes on: one SIGCHLD for five, one wait, four zombies");
	send_signal(server, SIGCONT);
	expect_signal(server, SIGCHLD, CAUGHT);
	expect_call(server, .name = "wait", .error = NO_ERROR);
	expect_zombies(server, 4);
	expect_blocked(server, "accept");
	expect_zombies(server, 4);
}

static const struct variant variants[] = {
	{ "default", "one SIGCHLD for five children: wait reaps one and leaves four zombies",
	  tell },
	{ 0 },
};

const struct story story = {
	.name = "sigchld-wait",
	.section = "5.10",
	.claim = "five children end together: wait in the handler leaves four zombies",
	.variants = variants,
};

/*
 * sigchld-waitpid: waitpid in a loop reaps all five children that end together (UNP 5.10).
 *
 * One SIGCHLD can mean any number of children (signal(7): a standard signal is pending once or not
 * at all). So the handler calls waitpid until no ended child is left, with WNOHANG, because
 * otherwise it would block while other children still run. The parent is stopped until all five
 * have ended; compare sigchld_wait.c.
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
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

	scene(lab, "the parent goes on: one SIGCHLD for five, waitpid until there is none left");
	send_signal(server, SIGCONT);
	expect_signal(server, SIGCHLD, CAUGHT);
	expect_call(server, .name = "wait", .error = NO_ERROR);
	expect_call(server, .name = "wait", .error = NO_ERROR);
	expect_call(server, .name = "wait", .error = NO_ERROR);
	expect_call(server, .name = "wait", .error = NO_ERROR);
	expect_call(server, .name = "wait", .error = NO_ERROR);
	expect_call(server, .name = "wait", .error = ECHILD);
	expect_zombies(server, 0);
	expect_blocked(server, "accept");
}

static const struct variant variants[] = {
	{ "default", "one SIGCHLD for five children: waitpid in a loop leaves no zombie", tell },
	{ 0 },
};

const struct story story = {
	.name = "sigchld-waitpid",
	.section = "5.10",
	.claim = "five children end together: waitpid in a loop leaves no zombie",
	.variants = variants,
};

/*
 * accept-eintr: a signal handler interrupts accept (UNP 5.9).
 *
 * A child ends, SIGCHLD arrives while the parent sleeps in accept, and the handler runs. What
 * accept does then depends on a flag of the handler: without SA_RESTART it fails with EINTR; with
 * it the kernel restarts the call, and the program sees nothing (signal(7), "Interruption of system
 * calls").
 */
#include "story/story.h"

/* One client connects and ends; the end of its child interrupts the accept. */
static struct actor *interrupted(struct lab *lab, const char *program)
{
	struct actor *server = start(lab, SERVER, program);
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	small_talk(lab, client);
	type_line(client, "hello");
	expect_output(client, "hello");
	struct actor *child = serving(server);
	expect_blocked(server, "accept");

	scene(lab, "the client ends, its child ends, SIGCHLD interrupts the server in accept");
	type_eof(client);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_exit(child, 0);
	expect_signal(server, SIGCHLD, CAUGHT);
	expect_call(server, .name = "wait", .error = NO_ERROR);
	return server;
}

static void serves_another(struct lab *lab, struct actor *server)
{
	scene(lab, "the server goes on: another client is served");
	expect_blocked(server, "accept");
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	type_line(client, "hello again");
	expect_output(client, "hello again");
}

static void tell_dies(struct lab *lab)
{
	struct actor *server = interrupted(lab, "tcpserv02");
	expect_call(server, .name = "accept", .error = EINTR);
	expect_output(server, "Interrupted system call");
	expect_exit(server, 1);
}

static void tell_handled(struct lab *lab)
{
	struct actor *server = interrupted(lab, "tcpserv03");
	expect_call(server, .name = "accept", .error = EINTR);
	serves_another(lab, server);
}

static void tell_restarted(struct lab *lab)
{
	struct actor *server = interrupted(lab, "tcpserv04");
	expect_call(server, .name = "accept", .restarted = true);
	serves_another(lab, server);
}

static const struct variant variants[] = {
	{ "default", "without SA_RESTART accept fails with EINTR, and tcpserv02 exits", tell_dies },
	{ "handled", "tcpserv03 handles EINTR and goes on", tell_handled },
	{ "restarted", "with SA_RESTART the kernel restarts accept, and the program sees no error",
	  tell_restarted },
	{ 0 },
};

const struct story story = {
	.name = "accept-eintr",
	.section = "5.9",
	.claim = "a signal handler interrupts accept",
	.variants = variants,
};

/*
 * zombies: a child that is not waited for stays a zombie, one for each finished client (UNP 5.7).
 *
 * When a process ends, the kernel keeps its exit status for the parent (wait(2)). tcpserv01 never
 * calls wait. SIGCHLD is ignored by default, which is not the same as SIG_IGN: so the entry stays
 * in the process table, in state Z, until the parent ends.
 */
#include "story/story.h"

static void serve_one(struct lab *lab, struct actor *server, int zombies)
{
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	small_talk(lab, client);
	type_line(client, "hello");
	expect_output(client, "hello");
	struct actor *child = serving(server);
	type_eof(client);
	expect_exit(client, 0);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_eof(child);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_exit(child, 0);
	expect_signal(server, SIGCHLD, DEFAULT_ACTION);
	expect_process(child, .state = 'Z');
	expect_zombies(server, zombies);
}

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv01");
	expect_state(server, TCP_LISTEN);

	scene(lab, "the first client connects and ends");
	serve_one(lab, server, 1);

	scene(lab, "the second");
	serve_one(lab, server, 2);

	scene(lab, "the third; the server is still in accept and has three zombies");
	serve_one(lab, server, 3);
	expect_blocked(server, "accept");
}

static const struct variant variants[] = {
	{ "default", "tcpserv01 has one zombie for each client that has finished", tell },
	{ 0 },
};

const struct story story = {
	.name = "zombies",
	.section = "5.7",
	.claim = "a child that is not waited for stays a zombie",
	.variants = variants,
};

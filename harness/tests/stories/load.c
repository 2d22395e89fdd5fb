/*
 * load: work for the lab, as much as its client makes. For `make bench`, and for tests that count
 * what the lab does. The client is harness/tests/programs/load.c, given with --client; the server
 * is one process with epoll, or forks a child for each connection.
 */
#include "story/story.h"

static void tell_load(struct lab *lab, const char *program)
{
	struct actor *server = start(lab, SERVER, program);
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_output(client, "done");
}

static void tell_epoll(struct lab *lab)
{
	tell_load(lab, "tcpserv_epoll");
}

static void tell_fork(struct lab *lab)
{
	tell_load(lab, "tcpserv04");
}

static const struct variant variants[] = {
	{ "default", "one process serves every connection", tell_epoll },
	{ "fork", "a child serves each connection", tell_fork },
	{ 0 },
};

const struct story story = {
	.name = "load",
	.section = "6.3",
	.claim = "as much work as the client makes",
	.variants = variants,
};

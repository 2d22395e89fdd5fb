/*
 * client-host-crash: the server's child waits forever (UNP 7.5).
 *
 * It only reads, so its kernel has nothing to send and no timer runs: the connection stays
 * ESTABLISHED, unless SO_KEEPALIVE sends probes.
 */
#include "story/story.h"

static struct actor *crash(struct lab *lab, const char *program)
{
	struct actor *server = start(lab, SERVER, program);
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	type_line(client, "hello");
	expect_output(client, "hello");
	struct actor *child = serving(server);
	expect_blocked(child, "read");

	scene(lab, "the client's host loses power; the server does not notice");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	crash_host(lab, CLIENT);
	signal_all(lab, CLIENT, SIGKILL);
	expect_killed_by(client, SIGKILL);
	return child;
}

static void tell_keepalive(struct lab *lab)
{
	struct actor *child = crash(lab, "tcpserv_keepalive");

	scene(lab, "two seconds later the keepalive probe has got no answer");
	expect_no_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_segment(lab, .from = SERVER, .flags = ACK, .probe = true);
	expect_segment(lab, .from = SERVER, .flags = RST | ACK);
	expect_call(child, .name = "read", .error = ETIMEDOUT);
	expect_exit(child, 1);
}

static void tell_forever(struct lab *lab)
{
	struct actor *child = crash(lab, "tcpserv04");

	scene(lab, "the child still waits, and for its kernel the connection still exists");
	expect_no_segment(lab, .flags = FIN | ACK);
	expect_no_segment(lab, .flags = RST | ACK);
	expect_process(child, .state = 'S', .in_call = "read");
	expect_state(child, TCP_ESTABLISHED);
}

static const struct variant variants[] = {
	{ "default", "the server's child waits forever in ESTABLISHED", tell_forever },
	{ "keepalive", "SO_KEEPALIVE ends the wait with ETIMEDOUT", tell_keepalive },
	{ 0 },
};

const struct story story = {
	.name = "client-host-crash",
	.section = "7.5",
	.claim = "the client's host crashes: the server's child waits forever",
	.variants = variants,
};

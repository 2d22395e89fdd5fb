/*
 * linger-abort: a close that resets the connection (UNP 7.5).
 *
 * With SO_LINGER on and a time of 0, close discards unsent data and sends an RST,ACK instead of a
 * FIN (RFC 9293 3.10.4, ABORT; tcp_disconnect()). No TIME_WAIT follows. The peer's read fails with
 * ECONNRESET.
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli_linger", address_of(lab, SERVER));
	small_talk(lab, client);
	type_line(client, "hello");
	expect_output(client, "hello");
	struct actor *child = serving(server);
	expect_blocked(child, "read");

	scene(lab, "close with SO_LINGER 0");
	expect_no_segment(lab, .flags = FIN | ACK);
	type_eof(client);
	expect_segment(lab, .from = CLIENT, .flags = RST | ACK);
	expect_call(child, .name = "read", .error = ECONNRESET);
	expect_exit(client, 0);
	expect_state(client, TCP_CLOSE);
	expect_state(child, TCP_CLOSE);
}

static const struct variant variants[] = {
	{ "default", "close with SO_LINGER 0 sends RST,ACK; the peer's read fails with ECONNRESET",
	  tell },
	{ 0 },
};

const struct story story = {
	.name = "linger-abort",
	.section = "7.5",
	.claim = "a close with SO_LINGER 0 resets the connection",
	.variants = variants,
};

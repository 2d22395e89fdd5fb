/*
 * user-timeout: an application limits how long data may stay unacknowledged (RFC 5482, tcp(7)).
 *
 * TCP_USER_TIMEOUT is checked when a retransmission is due (tcp_write_timeout()), so the read fails
 * with ETIMEDOUT a little after that time: 0.3 s here; no other parameter is changed.
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	struct actor *client =
		start(lab, CLIENT, "tcpcli_user_timeout", address_of(lab, SERVER), "300");
	type_line(client, "hello");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, "hello");

	scene(lab, "the server's host crashes");
	crash_host(lab, SERVER);
	expect_no_segment(lab, .from = SERVER);
	type_line(client, "are you there?");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_no_segment(lab, .from = SERVER);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_call(client, .name = "read", .error = ETIMEDOUT);
	expect_exit(client, 1);
}

static const struct variant variants[] = {
	{ "default",
	  "TCP_USER_TIMEOUT of 0.3 s: read ETIMEDOUT after that, not after a quarter of an hour",
	  tell },
	{ 0 },
};

const struct story story = {
	.name = "user-timeout",
	.section = "5.14",
	.claim = "TCP_USER_TIMEOUT ends the wait for a crashed host",
	.variants = variants,
};

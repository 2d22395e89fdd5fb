/*
 * server-host-crash: the server's host is gone, and says nothing (UNP 5.14).
 *
 * The client's TCP sends its data again and again, each time after a longer wait (RFC 6298 5.5),
 * and gives up with ETIMEDOUT (tcp_write_timeout()). The limit, tcp_retries2, is a time and not a
 * count: what a connection with a timeout of 200 ms would take for so many retransmissions
 * (tcp_model_timeout()); with the default of 15, a quarter of an hour.
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	hasten(lab, CLIENT, SERVER);
	struct actor *client = start(lab, CLIENT, "tcpcli_stubborn", address_of(lab, SERVER));
	type_line(client, "hello");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, counted(lab, "read: ", "hello", ""));

	scene(lab, "the server's host crashes: nothing comes from it any more, not even a FIN");
	crash_host(lab, SERVER);
	expect_no_segment(lab, .from = SERVER);
	type_line(client, "are you there?");
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);

	scene(lab, "the data is sent again and again, after twice the time each time");
	expect_no_segment(lab, .from = SERVER);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_backoff(client, 1);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_backoff(client, 2);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_backoff(client, is_pace_real(lab) ? 10 : 4); /* 10: two minutes, the most there is */

	scene(lab, "TCP gives up: the read fails with ETIMEDOUT; the connection is no more");
	expect_call(client, .name = "read", .error = ETIMEDOUT,
		    .persisted_ms = persistence_ms(lab, CLIENT));
	expect_output(client, "ETIMEDOUT");
	expect_state(client, TCP_CLOSE);
	type_line(client, "and now?");
	expect_call(client, .name = "write", .error = EPIPE);
}

static const struct variant variants[] = {
	{ "default", "retransmissions without an answer, and ETIMEDOUT; the next write EPIPE",
	  tell },
	{ 0 },
};

const struct story story = {
	.name = "server-host-crash",
	.section = "5.14",
	.claim = "the server's host crashes: retransmissions, and ETIMEDOUT",
	.variants = variants,
};

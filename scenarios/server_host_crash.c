/*
 * server-host-crash: the server's host crashes and sends nothing more (UNP 5.14).
 *
 * The client's TCP sends its data again and again, each time after a longer wait (RFC 6298 5.5),
 * and gives up with ETIMEDOUT (tcp_write_timeout()). The limit, tcp_retries2, is used as a time and
 * not as a count: the time that so many retransmissions take when the first timeout is 200 ms
 * (tcp_model_timeout()). With the default of 15 it is a quarter of an hour.
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

	scene(lab, "the server's host crashes: it sends nothing more, not even a FIN");
	crash_host(lab, SERVER);
	expect_no_segment(lab, .from = SERVER);
	type_line(client, "are you there?");
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);

	scene(lab, "the data is sent again and again, waiting twice as long each time");
	expect_no_segment(lab, .from = SERVER);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_backoff(client, 1);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_backoff(client, 2);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_backoff(client, is_pace_real(lab) ? 10 : 4); /* 10: two minutes, the maximum */

	scene(lab, "TCP gives up: the read fails with ETIMEDOUT; the connection is closed");
	expect_call(client, .name = "read", .error = ETIMEDOUT,
		    .persisted_ms = persistence_ms(lab, CLIENT));
	expect_output(client, "ETIMEDOUT");
	expect_state(client, TCP_CLOSE);
	type_line(client, "and now?");
	expect_call(client, .name = "write", .error = EPIPE);
}

static const struct variant variants[] = {
	{ "default", "retransmissions get no answer: read ETIMEDOUT, then write EPIPE", tell },
	{ 0 },
};

const struct story story = {
	.name = "server-host-crash",
	.section = "5.14",
	.claim = "the server's host crashes: retransmissions, and ETIMEDOUT",
	.variants = variants,
};

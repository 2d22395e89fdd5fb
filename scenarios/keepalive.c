/*
 * keepalive: a client learns that the server's host has crashed, although it sends nothing
 * (UNP 7.5).
 *
 * SO_KEEPALIVE: after TCP_KEEPIDLE seconds without a segment from the peer, TCP sends a probe (RFC
 * 9293 3.8.4). After TCP_KEEPCNT probes without an answer, read fails with ETIMEDOUT
 * (tcp_keepalive_timer()). The client sets 1 s idle, 1 s between probes, 1 probe; with Linux's
 * defaults it would take more than two hours.
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli_keepalive", address_of(lab, SERVER));
	type_line(client, "hello");
	expect_output(client, "hello");

	scene(lab, "the server's host crashes; the client types nothing");
	crash_host(lab, SERVER);
	expect_segment(lab, .from = SERVER, .payload_bytes = SOME_DATA);
	expect_no_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA);
	expect_no_segment(lab, .from = SERVER);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .probe = true);
	expect_segment(lab, .from = CLIENT, .flags = RST | ACK);
	expect_call(client, .name = "read", .error = ETIMEDOUT);
	expect_exit(client, 1);
}

static const struct variant variants[] = {
	{ "default", "keepalive probes get no answer: ETIMEDOUT after two seconds", tell },
	{ 0 },
};

const struct story story = {
	.name = "keepalive",
	.section = "7.5",
	.claim = "keepalive probes detect that the server's host has crashed",
	.variants = variants,
};

/*
 * crash: the server's host crashes (UNP 5.14), as far as a test needs it: from the crash on nothing
 * comes back, and the client's kernel sends the same data again and again.
 *
 * The first repetition is a tail-loss probe (RFC 8985), the second the first that its timer causes.
 */
#include "story/story.h"

enum { LINE_BYTES = sizeof("anybody there?\n") - 1 };

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	type_line(client, "hi there");
	expect_output(client, "hi there");

	scene(lab, "the server's host crashes: to the client it is silence");
	crash_host(lab, SERVER);
	type_line(client, "anybody there?");
	expect_call(client, .name = "write", .result = LINE_BYTES);
	expect_segment(lab, .from = CLIENT, .payload_bytes = LINE_BYTES);
	for (int times = 0; times < 2; times++) {
		expect_no_segment(lab, .from = SERVER);
		expect_segment(lab, .from = CLIENT, .payload_bytes = LINE_BYTES);
	}
	expect_no_segment(lab, .from = SERVER);
	expect_state(client, TCP_ESTABLISHED);
	expect_blocked(client, "read");
}

static const struct variant variants[] = {
	{ "default", "no answer from a crashed host: the data is sent again", tell },
	{ 0 },
};

const struct story story = {
	.name = "crash",
	.section = "5.14",
	.claim = "no answer from a crashed host",
	.variants = variants,
};

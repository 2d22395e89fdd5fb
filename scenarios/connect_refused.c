/*
 * connect-refused: nobody listens (UNP 4.3).
 *
 * A SYN to a port where no socket listens is answered with RST,ACK (RFC 9293 3.10.7.1), and
 * connect returns ECONNREFUSED (tcp_reset() in SYN_SENT).
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_call(client, .name = "connect", .error = ECONNREFUSED);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_segment(lab, .from = SERVER, .flags = RST | ACK);
	expect_no_segment(lab);
	expect_output(client, "Connection refused");
	expect_exit(client, 1);
}

static const struct variant variants[] = {
	{ "default", "a SYN to a port where nobody listens is answered with RST,ACK: ECONNREFUSED",
	  tell },
	{ 0 },
};

const struct story story = {
	.name = "connect-refused",
	.section = "4.3",
	.claim = "nobody listens: connect returns ECONNREFUSED",
	.variants = variants,
};

/*
 * roundtrip: how long a line takes there and back, for `make bench`: with the programs traced, and
 * with --unobserved. The client is harness/tests/programs/roundtrip.c, given with --client.
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	start(lab, SERVER, "tcpserv04");
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_output(client, "median ");
}

static const struct variant variants[] = {
	{ "default", "the echo round trip, measured by the client", tell },
	{ 0 },
};

const struct story story = {
	.name = "roundtrip",
	.section = "5.2",
	.claim = "how long a line takes there and back",
	.variants = variants,
};

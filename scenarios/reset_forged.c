/*
 * reset-forged: an outsider sends RSTs in the server's name (RFC 5961 3).
 *
 * A forger must guess the sequence number. RFC 793 accepted any number in the window, which is 64
 * KB or more; since RFC 5961 (and RFC 9293 3.10.7.4) only exactly the next expected number resets
 * the connection. Another number in the window is answered with a challenge ACK: if the peer really
 * has no connection, it answers that with an RST of the right number. A number outside the window
 * is ignored (tcp_validate_incoming()).
 */
#include "story/story.h"

/* Outside of any window; and inside the window, but not the next number. */
enum { FAR_AWAY = 1000000000, NEAR = 100 };

static struct actor *talk(struct lab *lab, struct actor **server, struct actor **outsider)
{
	*outsider = start_outsider(lab);
	*server = start(lab, SERVER, "tcpserv04");
	expect_state(*server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli_select", address_of(lab, SERVER));
	small_talk(lab, client);
	type_line(client, "hello");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = EMPTY);
	expect_output(client, "hello");
	return client;
}

static void tell_exact(struct lab *lab)
{
	struct actor *server, *outsider;
	struct actor *client = talk(lab, &server, &outsider);
	struct actor *child = child_of(server);

	scene(lab, "the outsider has seen the last ACK: its RST has exactly the next number");
	forge_segment(outsider, .from = SERVER, .flags = RST);
	expect_segment(lab, .from = SERVER, .flags = RST);
	expect_no_segment(lab);
	expect_call(client, .name = "read", .error = ECONNRESET);
	expect_state(client, TCP_CLOSE);
	expect_exit(client, 1);

	scene(lab, "the server does not notice and still waits");
	expect_blocked(child, "read");
}

static void tell_inside(struct lab *lab)
{
	struct actor *server, *outsider;
	struct actor *client = talk(lab, &server, &outsider);

	scene(lab, "an RST in the window, but not exact: the client answers with a challenge ACK");
	forge_segment(outsider, .from = SERVER, .flags = RST, .offset = NEAR);
	expect_segment(lab, .from = SERVER, .flags = RST);
	expect_no_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = EMPTY);

	scene(lab, "the server has a connection and sends no RST: the connection stays open");
	expect_no_segment(lab, .flags = RST);
	type_line(client, "still there?");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_no_segment(lab, .flags = RST);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, "still there?");
}

static void tell_outside(struct lab *lab)
{
	struct actor *server, *outsider;
	struct actor *client = talk(lab, &server, &outsider);

	scene(lab, "an RST far outside the window: the client does not answer");
	forge_segment(outsider, .from = SERVER, .flags = RST, .offset = FAR_AWAY);
	expect_segment(lab, .from = SERVER, .flags = RST);
	expect_no_segment(lab, .from = CLIENT, .payload_bytes = EMPTY);
	type_line(client, "still there?");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_no_segment(lab, .flags = RST);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, "still there?");
}

static const struct variant variants[] = {
	{ "default", "a forged RST with exactly the next sequence number: read ECONNRESET",
	  tell_exact, .routed = true },
	{ "inside", "another number in the window: a challenge ACK, and the connection stays open",
	  tell_inside, .routed = true },
	{ "outside", "a number outside the window: the RST is ignored", tell_outside,
	  .routed = true },
	{ 0 },
};

const struct story story = {
	.name = "reset-forged",
	.section = "5.11",
	.claim = "an outsider forges RSTs: only one with the exact sequence number resets",
	.variants = variants,
};

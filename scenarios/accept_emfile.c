/*
 * accept-emfile: the server has no descriptor left when a client connects (UNP 4.6, accept(2)).
 *
 * The handshake needs no descriptor of the server: the client is connected, and its data is
 * acknowledged, before accept fails because there is no free descriptor (EMFILE). The connection
 * stays in the queue. If the server exits on the error, all its clients lose their connections; if
 * it only tries again, it spins, because poll keeps reporting the connection. The cure is a spare
 * descriptor: the server closes it, accepts the client with it, and closes the connection, so that
 * the client learns of it.
 *
 *	fourth client                            server (three clients, no descriptor)
 *	   |  <--------- handshake -------------->  |
 *	   |  ----------- "hello\n" ------------->  |
 *	   |  <---------- ACK --------------------  |   accept: EMFILE
 *	   |  <---------- RST,ACK ----------------  |   nobody will read its data
 */
#include "story/story.h"

static struct actor *served(struct lab *lab)
{
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	type_line(client, "hello");
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, "hello");
	return client;
}

struct crowd {
	struct actor *server, *clients[3], *fourth;
};

/* The fourth client is connected; the server is held before the accept that will fail. */
static struct crowd one_too_many(struct lab *lab, const char *what_then)
{
	struct crowd crowd = { .server = start(lab, SERVER, "tcpserv_emfile", what_then) };
	expect_state(crowd.server, TCP_LISTEN);

	scene(lab, "three clients use all descriptors that the server may have");
	crowd.clients[0] = served(lab);
	crowd.clients[1] = served(lab);
	crowd.clients[2] = served(lab);

	scene(lab,
	      "the kernel connects a fourth client and acknowledges its line; no answer comes");
	hold(crowd.server, "accept", 1);
	crowd.fourth = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_call(crowd.fourth, .name = "connect", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_segment(lab, .from = SERVER, .flags = SYN | ACK);
	type_line(crowd.fourth, "hello?");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = EMPTY);
	expect_state(crowd.fourth, TCP_ESTABLISHED);
	expect_blocked(crowd.fourth, "read");
	return crowd;
}

static void expect_reset(struct lab *lab, struct actor *client)
{
	expect_segment(lab, .from = SERVER, .flags = RST | ACK);
	expect_call(client, .name = "read", .error = ECONNRESET);
	expect_output(client, "Connection reset by peer");
	expect_exit(client, 1);
}

static void tell_spare(struct lab *lab)
{
	struct crowd crowd = one_too_many(lab, "spare");

	scene(lab, "accept fails with EMFILE; with the spare descriptor the client is rejected");
	release(crowd.server);
	expect_call(crowd.server, .name = "accept", .error = EMFILE);
	expect_output(crowd.server, "Too many open files");
	expect_call(crowd.server, .name = "accept", .error = NO_ERROR);
	expect_call(crowd.server, .name = "close", .error = NO_ERROR);
	expect_reset(lab, crowd.fourth);

	scene(lab, "the other three notice nothing");
	const int goes = choose(lab, 3, 1), stays = (goes + 2) % 3;
	type_line(crowd.clients[stays], "still there?");
	expect_output(crowd.clients[stays], "still there?");

	scene(lab, "one of them ends, and a descriptor is free again");
	type_eof(crowd.clients[goes]);
	expect_exit(crowd.clients[goes], 0);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	served(lab);
}

static void tell_die(struct lab *lab)
{
	struct crowd crowd = one_too_many(lab, "die");

	scene(lab,
	      "accept fails with EMFILE; the server exits, and all clients lose their connection");
	release(crowd.server);
	expect_call(crowd.server, .name = "accept", .error = EMFILE);
	expect_output(crowd.server, "Too many open files");
	expect_exit(crowd.server, 1);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_state(crowd.clients[0], TCP_CLOSE_WAIT);
	expect_state(crowd.clients[1], TCP_CLOSE_WAIT);
	expect_state(crowd.clients[2], TCP_CLOSE_WAIT);
	expect_call(crowd.fourth, .name = "read", .error = ECONNRESET);
	expect_exit(crowd.fourth, 1);
}

static const struct variant variants[] = {
	{ "default",
	  "with a spare descriptor the client is rejected, and the others are still served",
	  tell_spare },
	{ "die", "without one the server exits, and all its clients lose their connection",
	  tell_die },
	{ 0 },
};

const struct story story = {
	.name = "accept-emfile",
	.section = "4.6",
	.claim = "accept fails for lack of descriptors, when the client is connected already",
	.variants = variants,
};

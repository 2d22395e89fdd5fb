/*
 * accept-emfile: the server is out of descriptors when a client comes (UNP 4.6, accept(2)).
 *
 * The handshake needs no descriptor of the server: the client is connected, and its data
 * acknowledged, before accept finds that there is none to give (EMFILE). The connection stays in
 * the queue. A server that dies of the error takes all its clients along; one that only tries again
 * spins, for poll goes on to report the connection. The cure is a descriptor in reserve: closed, it
 * makes room to accept the client, and to close its connection, which the client then knows.
 *
 *	fourth client                            server (three clients, no descriptor)
 *	   |  <--------- handshake -------------->  |
 *	   |  ----------- "hello\n" ------------->  |
 *	   |  <---------- ACK --------------------  |   accept: EMFILE
 *	   |  <---------- RST,ACK ----------------  |   its data will be read by nobody
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

	scene(lab, "three clients have all descriptors that the server may have");
	crowd.clients[0] = served(lab);
	crowd.clients[1] = served(lab);
	crowd.clients[2] = served(lab);

	scene(lab, "a fourth is connected by the kernel, its line acknowledged; no answer comes");
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

	scene(lab, "accept fails with EMFILE; with the spare descriptor the client is turned away");
	release(crowd.server);
	expect_call(crowd.server, .name = "accept", .error = EMFILE);
	expect_output(crowd.server, "Too many open files");
	expect_call(crowd.server, .name = "accept", .error = NO_ERROR);
	expect_call(crowd.server, .name = "close", .error = NO_ERROR);
	expect_reset(lab, crowd.fourth);

	scene(lab, "the three others have noticed nothing");
	const int goes = choose(lab, 3, 1), stays = (goes + 2) % 3;
	type_line(crowd.clients[stays], "still there?");
	expect_output(crowd.clients[stays], "still there?");

	scene(lab, "one of them goes, and there is a place again");
	type_eof(crowd.clients[goes]);
	expect_exit(crowd.clients[goes], 0);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	served(lab);
}

static void tell_die(struct lab *lab)
{
	struct crowd crowd = one_too_many(lab, "die");

	scene(lab, "accept fails with EMFILE, and the server dies of it, with all its clients");
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
	  "with a descriptor in reserve the client is turned away, and the others served on",
	  tell_spare },
	{ "die", "without one the server dies, and all its clients lose their connection",
	  tell_die },
	{ 0 },
};

const struct story story = {
	.name = "accept-emfile",
	.section = "4.6",
	.claim = "accept fails for want of descriptors, when the client is connected already",
	.variants = variants,
};

/*
 * accept-abort: the client resets the connection while it waits for accept (UNP 5.11).
 *
 * The kernel completes the handshake without the server; the connection waits in the queue of the
 * listening socket. An RST ends it there, but Linux leaves it in the queue: accept succeeds, and
 * the first call on the new descriptor returns the error (tcp_reset(), inet_accept()). Kernels
 * derived from SVR4 return EPROTO from accept, POSIX says ECONNABORTED. A program must survive
 * these, too, so in two variants the lab gives accept these results.
 *
 *	client                                   server
 *	   |  <--------- handshake -------------->  |   held before its accept
 *	   |  ----------- RST,ACK ---------------->  |   SO_LINGER 0, close
 *	   |                                         |   accept
 */
#include "story/story.h"

/* The server is held before its accept until the RST has arrived. */
static struct actor *reset_in_queue(struct lab *lab, const char *program, const char *argument)
{
	hold_next(lab, "accept", 1);
	struct actor *server = start(lab, SERVER, program, argument);
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli_linger", address_of(lab, SERVER));
	expect_call(client, .name = "connect", .error = NO_ERROR);

	scene(lab, "the client closes with SO_LINGER 0: an RST instead of a FIN");
	type_eof(client);
	expect_exit(client, 0);
	expect_no_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_segment(lab, .from = CLIENT, .flags = RST | ACK);

	scene(lab, "only now the server accepts: it succeeds, and the calls that follow fail");
	release(server);
	expect_call(server, .name = "accept", .error = NO_ERROR);
	return server;
}

static void tell_read(struct lab *lab)
{
	struct actor *server = reset_in_queue(lab, "tcpserv_stubborn", "read");
	expect_call(server, .name = "getpeername", .error = ENOTCONN);
	expect_call(server, .name = "read", .error = ECONNRESET);
	expect_eof(server);
}

static void tell_write(struct lab *lab)
{
	struct actor *server = reset_in_queue(lab, "tcpserv_stubborn", "write");
	expect_call(server, .name = "getpeername", .error = ENOTCONN);
	expect_call(server, .name = "write", .error = ECONNRESET);
	expect_call(server, .name = "write", .error = EPIPE);
}

static void tell_child(struct lab *lab)
{
	struct actor *server = reset_in_queue(lab, "tcpserv04", NULL);
	struct actor *child = child_of(server);
	expect_call(child, .name = "read", .error = ECONNRESET);
	expect_exit(child, 1);
	expect_signal(server, SIGCHLD, CAUGHT);
	expect_blocked(server, "accept");
}

/* A server that survives the errors of other kernels serves the next client. */
static void survives(struct lab *lab, int error)
{
	answer_next(lab, "accept", error);
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_call(server, .name = "accept", .error = error);
	expect_blocked(server, "accept");

	scene(lab, "the server ignores the error and serves the next client");
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	type_line(client, "hello");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, "hello");
}

static void tell_posix(struct lab *lab)
{
	survives(lab, ECONNABORTED);
}

static void tell_svr4(struct lab *lab)
{
	survives(lab, EPROTO);
}

static const struct variant variants[] = {
	{ "default", "accept succeeds; then getpeername ENOTCONN, read ECONNRESET, read 0",
	  tell_read },
	{ "write", "a write as the first call returns ECONNRESET, the next write EPIPE",
	  tell_write },
	{ "child", "tcpserv04 forks a child for the dead connection: read ECONNRESET", tell_child },
	{ "posix", "the server survives ECONNABORTED from accept (POSIX; result set by the lab)",
	  tell_posix },
	{ "svr4", "the server survives EPROTO from accept (SVR4; result set by the lab)",
	  tell_svr4 },
	{ 0 },
};

const struct story story = {
	.name = "accept-abort",
	.section = "5.11",
	.claim = "the client resets the connection while it waits for accept",
	.variants = variants,
};

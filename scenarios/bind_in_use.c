/*
 * bind-in-use: a server is started again during TIME_WAIT (UNP 7.5).
 *
 * The end that closes first keeps the connection in TIME_WAIT (RFC 9293 3.6.1). If that is the
 * server, its port is in use, and bind in a new server fails with EADDRINUSE, unless the server has
 * set SO_REUSEADDR (inet_csk_get_port()).
 */
#include "story/story.h"

/* The server is killed while its client is connected; then the client closes, too. */
static void leave_time_wait(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv_reuseaddr");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	small_talk(lab, client);
	type_line(client, "hello");
	expect_output(client, "hello");
	struct actor *child = serving(server);

	scene(lab, "the server ends first, then its client: the server's end is in TIME_WAIT");
	signal_all(lab, SERVER, SIGKILL);
	expect_killed_by(server, SIGKILL); /* its child */
	expect_killed_by(server, SIGKILL); /* and itself: nobody listens any more */
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_state(client, TCP_CLOSE_WAIT);
	type_eof(client);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = EMPTY);
	expect_state(child, TCP_TIME_WAIT);
}

static void tell_in_use(struct lab *lab)
{
	leave_time_wait(lab);
	scene(lab, "a server without SO_REUSEADDR cannot bind the port");
	struct actor *again = start(lab, SERVER, "tcpserv04");
	expect_call(again, .name = "bind", .error = EADDRINUSE);
	expect_exit(again, 1);
}

static void tell_reuse(struct lab *lab)
{
	leave_time_wait(lab);
	scene(lab, "a server with SO_REUSEADDR can");
	struct actor *again = start(lab, SERVER, "tcpserv_reuseaddr");
	expect_call(again, .name = "bind", .error = NO_ERROR);
	expect_state(again, TCP_LISTEN);
}

static const struct variant variants[] = {
	{ "default", "during TIME_WAIT bind fails with EADDRINUSE", tell_in_use },
	{ "reuseaddr", "with SO_REUSEADDR bind succeeds", tell_reuse },
	{ 0 },
};

const struct story story = {
	.name = "bind-in-use",
	.section = "7.5",
	.claim = "a server started again during TIME_WAIT: EADDRINUSE",
	.variants = variants,
};

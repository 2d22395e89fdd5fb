/*
 * server-child-killed: the server's process is killed, and the client, which waits for the
 * keyboard, does not notice (UNP 5.12).
 *
 * The kernel closes the killed process's socket: a FIN. The client's kernel acknowledges it and
 * waits for its own process to close (CLOSE_WAIT), but that process sleeps in a read of the
 * terminal. Its next line is accepted and sent. No process has the connection any more, so the
 * server's kernel answers with an RST. The read that follows still returns 0: the FIN came first in
 * the stream, and an RST that arrives in CLOSE_WAIT sets EPIPE for the next write (tcp_reset()). A
 * client that waits for the terminal and the socket at once, with select or poll, sees the FIN when
 * it arrives.
 *
 *	client                                   server
 *	   |  <---------- FIN,ACK -----------------  |   its process is killed
 *	   |  ----------- ACK -------------------->  |   FIN_WAIT_2
 *	CLOSE_WAIT                                   |
 *	   |  ----------- PSH,ACK ---------------->  |   the next line
 *	   |  <---------- RST ---------------------  |
 */
#include "story/story.h"

/* Up to the FIN; the server's parent has reaped its child. */
static struct actor *killed_child(struct lab *lab, const char *program, struct actor **child)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, program, address_of(lab, SERVER));
	small_talk(lab, client);
	type_line(client, "hello");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, "hello");
	*child = serving(server);

	scene(lab, "the process that serves the client is killed: a FIN, and its ACK");
	send_signal(*child, SIGTERM);
	expect_killed_by(*child, SIGTERM);
	expect_signal(server, SIGCHLD, CAUGHT);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	return client;
}

static void tell_blocked(struct lab *lab)
{
	struct actor *child;
	struct actor *client = killed_child(lab, "tcpcli01", &child);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = EMPTY);
	expect_state(client, TCP_CLOSE_WAIT);
	expect_state(child, TCP_FIN_WAIT2);
	expect_blocked(client, "read");

	scene(lab, "the next line is sent and answered with an RST; the read returns end of file");
	type_line(client, "another line");
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = SERVER, .flags = RST);
	expect_eof(client);
	expect_output(client, "server terminated prematurely");
	expect_exit(client, 1);
}

static void learns_at_once(struct lab *lab, const char *program, const char *call)
{
	struct actor *child;
	struct actor *client = killed_child(lab, program, &child);

	scene(lab,
	      "the client waits for both and sees the FIN: it sends no more data, only its own FIN");
	expect_call(client, .name = call, .error = NO_ERROR);
	expect_eof(client);
	expect_output(client, "server terminated prematurely");
	expect_no_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_exit(client, 1);
}

static void tell_select(struct lab *lab)
{
	learns_at_once(lab, "tcpcli_select", "select");
}

static void tell_poll(struct lab *lab)
{
	learns_at_once(lab, "tcpcli_poll", "poll");
}

/* With SEED any of the three is killed; without one, the second. */
static void tell_several(struct lab *lab)
{
	enum { CLIENTS = 3 };
	struct actor *clients[CLIENTS], *children[CLIENTS];
	const int killed = choose(lab, CLIENTS, 1);
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	for (int i = 0; i < CLIENTS; i++) {
		clients[i] = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
		type_line(clients[i], "hello");
		expect_output(clients[i], "hello");
		children[i] = serving(server);
	}

	scene(lab, "one of the children is killed: a FIN to its client, and nothing to the others");
	send_signal(children[killed], SIGTERM);
	expect_killed_by(children[killed], SIGTERM);
	expect_signal(server, SIGCHLD, CAUGHT);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_state(clients[killed], TCP_CLOSE_WAIT);

	scene(lab, "the others are still served: each has a process of its own");
	expect_no_segment(lab, .from = SERVER, .flags = FIN | ACK);
	for (int i = 0; i < CLIENTS; i++) {
		if (i == killed)
			continue;
		type_line(clients[i], "still there?");
		expect_output(clients[i], "still there?");
		expect_blocked(children[i], "read");
	}

	scene(lab, "only the client of the killed process learns of it, with its next line");
	type_line(clients[killed], "another line");
	expect_segment(lab, .from = SERVER, .flags = RST);
	expect_eof(clients[killed]);
	expect_output(clients[killed], "server terminated prematurely");
	expect_exit(clients[killed], 1);
}

static const struct variant variants[] = {
	{ "default", "a client blocked at the keyboard learns of the FIN only with its next line",
	  tell_blocked },
	{ "select", "a client that waits with select learns of it at once", tell_select },
	{ "poll", "a client that waits with poll learns of it at once", tell_poll },
	{ "several", "of three clients only the one whose child was killed is affected",
	  tell_several },
	{ 0 },
};

const struct story story = {
	.name = "server-child-killed",
	.section = "5.12",
	.claim =
		"the server's process is killed, and the client, waiting for the keyboard, does not notice",
	.variants = variants,
};

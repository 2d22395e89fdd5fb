/*
 * server-host-shutdown: the server's host is shut down in order (UNP 5.16).
 *
 * init sends SIGTERM to every process, waits some time, and sends SIGKILL to those that are left.
 * When a process ends, the kernel, which still runs, closes its sockets: the client gets a FIN, as
 * when the child is killed (UNP 5.12); it is not like a crash. A server that treats SIGTERM as a
 * request to finish lets its clients finish, too.
 */
#include "story/story.h"

static struct actor *talk(struct lab *lab, const char *program, struct actor **server)
{
	*server = start(lab, SERVER, program);
	expect_state(*server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	small_talk(lab, client);
	type_line(client, "hello");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, "hello");
	return client;
}

static void tell_default(struct lab *lab)
{
	struct actor *server;
	struct actor *client = talk(lab, "tcpserv04", &server);
	struct actor *child = serving(server);

	scene(lab, "SIGTERM to all: server and child are killed, their kernel sends the FIN");
	signal_all(lab, SERVER, SIGTERM);
	expect_killed_by(child, SIGTERM);
	expect_killed_by(server, SIGTERM);
	expect_no_segment(lab, .from = SERVER, .flags = RST | ACK);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_state(client, TCP_CLOSE_WAIT);

	scene(lab, "the client's next line is answered with an RST");
	type_line(client, "still there?");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = SERVER, .flags = RST);
	expect_eof(client);
	expect_output(client, "server terminated prematurely");
	expect_exit(client, 1);
}

static void tell_graceful(struct lab *lab)
{
	struct actor *server;
	struct actor *client = talk(lab, "tcpserv_graceful", &server);
	struct actor *child = serving(server);

	scene(lab, "SIGTERM to all: the server accepts no new clients, its child goes on");
	signal_all(lab, SERVER, SIGTERM);
	expect_output(server, "no new clients");
	expect_state(server, TCP_CLOSE);
	type_line(client, "still there?");
	expect_output(client, "still there?");

	scene(lab, "a new client is refused");
	struct actor *late = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_call(late, .name = "connect", .error = ECONNREFUSED);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_segment(lab, .from = SERVER, .flags = RST | ACK);

	scene(lab, "the client finishes, then the child and the server");
	type_eof(client);
	expect_exit(client, 0);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_exit(child, 0);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_exit(server, 0);
}

static void tell_stays(struct lab *lab)
{
	struct actor *server;
	struct actor *client = talk(lab, "tcpserv_graceful", &server);
	struct actor *child = serving(server);

	scene(lab, "SIGTERM to all; this client does not finish, so server and child still run");
	signal_all(lab, SERVER, SIGTERM);
	expect_output(server, "no new clients");
	expect_blocked(child, "read");

	scene(lab, "the time is over: SIGKILL to all that are left");
	signal_all(lab, SERVER, SIGKILL);
	expect_killed_by(child, SIGKILL);
	expect_killed_by(server, SIGKILL);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_state(client, TCP_CLOSE_WAIT);
}

static const struct variant variants[] = {
	{ "default", "SIGTERM kills server and child; the client gets a FIN", tell_default },
	{ "graceful", "a graceful server lets its clients finish, then exits", tell_graceful },
	{ "killed",
	  "processes that survive SIGTERM are killed by SIGKILL; the FIN is sent all the same",
	  tell_stays },
	{ 0 },
};

const struct story story = {
	.name = "server-host-shutdown",
	.section = "5.16",
	.claim = "the server's host is shut down in order: FIN from its kernel",
	.variants = variants,
};

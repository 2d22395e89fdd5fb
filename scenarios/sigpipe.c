/*
 * sigpipe: a write to a socket that has received an RST raises SIGPIPE (UNP 5.13).
 *
 * The process that serves the client is killed; its kernel sends a FIN, which only means that no
 * more data will come. So the client's first write is accepted and sent. But no process has the
 * server's socket any more, and its kernel answers with an RST (RFC 9293 3.10.7.4,
 * tcp_rcv_state_process()). The RST arrives in CLOSE_WAIT, where Linux records the error EPIPE
 * (tcp_reset()). The second write returns EPIPE and raises SIGPIPE, whose default action kills the
 * process.
 *
 *	client                                   server
 *	   |  <---------- FIN,ACK -----------------  |   its process is killed
 *	   |  ----------- PSH,ACK len=1 ---------->  |   first write: 1
 *	   |  <---------- RST ---------------------  |
 *	   |                                         |   second write: EPIPE, SIGPIPE
 */
#include "story/story.h"

/* Up to the second write; the client is held, so that it cannot write before the RST has arrived.
 */
static struct actor *write_after_rst(struct lab *lab, const char *program)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, program, address_of(lab, SERVER));
	skip_sleeps(client);
	expect_call(client, .name = "connect", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	small_talk(lab, client);
	type_line(client, "hi there");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, "hi there");
	struct actor *child = serving(server);

	scene(lab,
	      "the process that serves the client is killed; only the client's kernel notices");
	send_signal(child, SIGTERM);
	expect_killed_by(child, SIGTERM);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_state(client, TCP_CLOSE_WAIT);

	scene(lab, "first write: accepted by the client's kernel, answered with an RST");
	hold(client, "write", 2);
	type_line(client, "bye");
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_no_segment(lab, .from = SERVER, .flags = RST | ACK);
	expect_segment(lab, .from = SERVER, .flags = RST);
	expect_state(client, TCP_CLOSE);

	scene(lab, "second write: nothing is sent; it returns EPIPE and raises SIGPIPE");
	expect_no_segment(lab, .from = CLIENT);
	release(client);
	expect_call(client, .name = "write", .error = EPIPE);
	return client;
}

static void tell_default(struct lab *lab)
{
	struct actor *client = write_after_rst(lab, "tcpcli11");
	expect_signal(client, SIGPIPE, DEFAULT_ACTION);
	expect_killed_by(client, SIGPIPE);
}

static void tell_ignored(struct lab *lab)
{
	struct actor *client = write_after_rst(lab, "tcpcli11_ignore");
	expect_signal(client, SIGPIPE, IGNORED);
	expect_output(client, "Broken pipe");
	expect_exit(client, 1);
}

static void tell_caught(struct lab *lab)
{
	struct actor *client = write_after_rst(lab, "tcpcli11_catch");
	expect_signal(client, SIGPIPE, CAUGHT);
	expect_output(client, "caught SIGPIPE");
	expect_output(client, "Broken pipe");
	expect_exit(client, 1);
}

static const struct variant variants[] = {
	{ "default", "a write to a socket that has received an RST raises SIGPIPE, which kills",
	  tell_default },
	{ "ignored",
	  "with SIGPIPE ignored, a write to a socket that has received an RST returns EPIPE",
	  tell_ignored },
	{ "caught",
	  "with SIGPIPE caught, the handler runs, and the write returns EPIPE all the same",
	  tell_caught },
	{ 0 },
};

const struct story story = {
	.name = "sigpipe",
	.section = "5.13",
	.claim = "a write to a socket that has received an RST raises SIGPIPE",
	.variants = variants,
};

/*
 * half-close: a client that has sent everything and still reads (UNP 6.6).
 *
 * shutdown(SHUT_WR) sends a FIN and keeps the other direction open (RFC 9293 3.6): the server reads
 * end of file, answers, and closes.
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv_count");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli_halfclose", address_of(lab, SERVER));
	type_line(client, "count this");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);

	scene(lab, "the client has no more to send: a FIN, but the client does not close");
	hold(server, "write", 1);
	type_eof(client);
	expect_call(client, .name = "shutdown", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_eof(server);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = EMPTY);
	expect_state(client, TCP_FIN_WAIT2);
	expect_state(server, TCP_CLOSE_WAIT);

	scene(lab, "the answer arrives on the open half; then the server closes, too");
	release(server);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, counted(lab, "", "count this", " bytes"));
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_eof(client);
	expect_state(client, TCP_TIME_WAIT);
	expect_exit(client, 0);
}

static const struct variant variants[] = {
	{ "default", "shutdown sends a FIN; the answer still arrives", tell },
	{ 0 },
};

const struct story story = {
	.name = "half-close",
	.section = "6.6",
	.claim = "shutdown closes one half of the connection",
	.variants = variants,
};

/*
 * server-host-reboot: the server's host reboots and knows nothing of the connection (UNP 5.15).
 *
 * It comes back with the same address. A segment for a connection that does not exist is answered
 * with an RST (RFC 9293 3.10.7.1). In ESTABLISHED that means ECONNRESET (tcp_reset()) for the next
 * call on the socket: the read.
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli_stubborn", address_of(lab, SERVER));
	type_line(client, "hello");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, counted(lab, "read: ", "hello", ""));

	scene(lab, "the host loses power: no FIN; it starts again, and so does the server");
	expect_no_segment(lab, .from = SERVER);
	reboot_host(lab, SERVER);
	expect_killed_by(server, SIGKILL);
	struct actor *restarted = start(lab, SERVER, "tcpserv04");
	expect_blocked(restarted, "accept");

	scene(lab,
	      "the client's next line is sent; the rebooted host does not know the connection");
	type_line(client, "do you remember me?");
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = SERVER, .flags = RST);
	expect_call(client, .name = "read", .error = ECONNRESET);
	expect_state(client, TCP_CLOSE);

	scene(lab, "the error is returned once; then the connection is closed");
	expect_no_segment(lab, .from = CLIENT);
	type_line(client, "hello?");
	expect_call(client, .name = "write", .error = EPIPE);
	expect_eof(client);
}

static const struct variant variants[] = {
	{ "default", "the rebooted host answers with an RST: read ECONNRESET, then write EPIPE",
	  tell },
	{ 0 },
};

const struct story story = {
	.name = "server-host-reboot",
	.section = "5.15",
	.claim = "the server's host crashes and reboots: RST, ECONNRESET",
	.variants = variants,
};

/*
 * close-unread-data: a close with data unread sends an RST (RFC 9293 3.6.1, RFC 2525 2.17).
 *
 * Bytes that have arrived and that nobody will read are lost. A FIN would mean that all data was
 * received, so Linux sends RST,ACK instead (tcp_close()).
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv_unread");
	expect_state(server, TCP_LISTEN);
	struct actor *client = start(lab, CLIENT, "tcpcli_stubborn", address_of(lab, SERVER));
	expect_call(server, .name = "accept", .error = NO_ERROR);

	scene(lab, "the server closes without reading the line");
	expect_no_segment(lab, .from = SERVER, .flags = FIN | ACK);
	type_line(client, "hello");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = SERVER, .flags = RST | ACK);
	expect_call(client, .name = "read", .error = ECONNRESET);

	scene(lab, "the error is returned once; the next write finds no connection");
	type_line(client, "hello?");
	expect_call(client, .name = "write", .error = EPIPE);
}

static const struct variant variants[] = {
	{ "default", "close with unread data sends RST,ACK: read ECONNRESET, then write EPIPE",
	  tell },
	{ 0 },
};

const struct story story = {
	.name = "close-unread-data",
	.section = "7.5",
	.claim = "a close with unread data resets the connection",
	.variants = variants,
};

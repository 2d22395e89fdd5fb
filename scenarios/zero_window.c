/*
 * zero-window: the reader stops reading, and the writer has to wait (RFC 9293 3.8.6).
 *
 * The receiver advertises in each segment how much room it has. If its process does not read, its
 * buffer fills up, and it advertises window 0. Then the sender's buffer fills up, and write sleeps
 * (sk_stream_wait_memory()). The segment that opens the window again might be lost, so the sender
 * sends probes, waiting twice as long each time (tcp_probe_timer()). The RFC would send one byte of
 * data in a probe; Linux sends an empty segment whose sequence number is one too low, which must be
 * answered with an ACK (RFC 9293 3.10.7.4). Linux answers only one such segment in half a second
 * (tcp_invalid_ratelimit).
 *
 *	client                                   server, not reading
 *	   |  ----------- PSH,ACK --------------->  |   data, until there is no room
 *	   |  <---------- ACK win=0 -------------   |
 *	write waits                                  |
 *	   |  ----------- ACK ------------------->  |   a probe, after 200 ms
 *	   |  <---------- ACK win=0 -------------   |
 *	   |  ----------- ACK ------------------->  |   400 ms later
 */
#include "story/story.h"

struct pair {
	struct actor *server, *client;
};

/* Up to the write that waits. */
static struct pair blocked_writer(struct lab *lab)
{
	struct pair pair = { .server = start(lab, SERVER, "tcpserv_noread") };
	expect_state(pair.server, TCP_LISTEN);

	scene(lab, "the client sends and sends; the server does not read");
	pair.client = start(lab, CLIENT, "tcpcli_flood", address_of(lab, SERVER));
	expect_call(pair.server, .name = "accept", .error = NO_ERROR);
	expect_output(pair.server, "connected");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = SERVER, .flags = ACK, .no_window = true);
	expect_output(pair.client, "the next one has to wait");
	expect_blocked(pair.client, "write");
	return pair;
}

/* Both hosts are up; the window is 0. */
static void expect_probe_and_answer(struct lab *lab)
{
	expect_no_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .probe = true);
	expect_segment(lab, .from = SERVER, .flags = ACK, .no_window = true);
}

static void tell(struct lab *lab)
{
	hasten_parameter(lab, SERVER, "net/ipv4/tcp_invalid_ratelimit", "0");
	struct pair pair = blocked_writer(lab);

	scene(lab,
	      "the client's TCP sends a probe: no room yet; the next probe after twice the time");
	expect_probe_and_answer(lab);
	expect_probe_and_answer(lab);
	expect_state(pair.client, TCP_ESTABLISHED);
	expect_blocked(pair.client, "write");

	scene(lab, "the server reads: the window opens, and all data is delivered");
	type_line(pair.server, "");
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(pair.client, "all 65536 bytes taken");
	expect_exit(pair.client, 0);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_output(pair.server, "read: 65536 bytes, and the end");
	expect_exit(pair.server, 0);
}

static void tell_killed(struct lab *lab)
{
	struct pair pair = blocked_writer(lab);

	scene(lab,
	      "the server is killed: an RST, because its kernel has data that nobody will read");
	send_signal(pair.server, SIGKILL);
	expect_killed_by(pair.server, SIGKILL);
	expect_no_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_segment(lab, .from = SERVER, .flags = RST | ACK);
	expect_call(pair.client, .name = "write", .error = ECONNRESET);
	expect_no_signal(pair.client, SIGPIPE); /* only EPIPE raises it */
	expect_exit(pair.client, 1);
}

static void tell_crash(struct lab *lab)
{
	struct pair pair = blocked_writer(lab);

	scene(lab,
	      "the server's host crashes: the probe gets no answer, and write fails with ETIMEDOUT");
	hasten_parameter(lab, CLIENT, "net/ipv4/tcp_retries2", "1");
	crash_host(lab, SERVER);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .probe = true);
	expect_no_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_no_segment(lab, .from = SERVER, .flags = RST | ACK);
	expect_call(pair.client, .name = "write", .error = ETIMEDOUT);
	expect_state(pair.client, TCP_CLOSE);
	expect_exit(pair.client, 1);
}

static const struct variant variants[] = {
	{ "default", "window 0, probes, a write that waits; then the reader goes on reading",
	  tell },
	{ "killed", "the reader is killed with data unread: RST, write ECONNRESET", tell_killed },
	{ "crash", "the reader's host crashes: no answer to the probes, write ETIMEDOUT",
	  tell_crash },
	{ 0 },
};

const struct story story = {
	.name = "zero-window",
	.section = "7.5",
	.claim = "the reader stops: window 0, probes, and a write that waits",
	.variants = variants,
};

/*
 * connect-timeout: the SYN gets no answer, not even an RST (UNP 4.3).
 *
 * A SYN that is lost is sent again, and connect waits in SYN_SENT (RFC 9293 3.8.1, RFC 6298 5.7).
 * The timeout begins at one second and doubles; after tcp_syn_retries more SYNs the kernel gives up
 * with ETIMEDOUT (tcp_write_timeout()). The default is 6, which takes 127 s; since Linux 6.5 four
 * more are sent before these, a second apart (tcp_syn_linear_timeouts): 134 s. The lab sets 1 and
 * 0, which takes 3 s.
 *
 *	client                                   server
 *	   |  ----------- SYN ---------------- x     |   crashed: no answer
 *	   |  ----------- SYN ---------------- x     |   the same, a second later
 *	ETIMEDOUT                                    |   two seconds after that
 */
#include "story/story.h"

static void tell(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);

	scene(lab, "the server's host crashes; then the client connects");
	crash_host(lab, SERVER);
	hasten_parameter(lab, CLIENT, "net/ipv4/tcp_syn_retries", "1");
	hasten_parameter(lab, CLIENT, "net/ipv4/tcp_syn_linear_timeouts", "0");
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_no_segment(lab, .from = SERVER);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_state(client, TCP_SYN_SENT);
	expect_blocked(client, "connect");

	scene(lab, "no answer, not even an RST: the same SYN is sent again");
	expect_no_segment(lab, .from = SERVER);
	expect_segment(lab, .from = CLIENT, .flags = SYN, .again = true);
	expect_backoff(client, 1);

	scene(lab,
	      "TCP gives up: connect fails with ETIMEDOUT; the server's process noticed nothing");
	expect_no_segment(lab, .from = SERVER);
	expect_call(client, .name = "connect", .error = ETIMEDOUT);
	expect_output(client, "Connection timed out");
	expect_exit(client, 1);
	expect_blocked(server, "accept");
}

static const struct variant variants[] = {
	{ "default", "SYNs get no answer: connect waits and fails with ETIMEDOUT", tell },
	{ 0 },
};

const struct story story = {
	.name = "connect-timeout",
	.section = "4.3",
	.claim = "the server's host has crashed: connect returns ETIMEDOUT",
	.variants = variants,
};

/*
 * normal: startup and termination of the echo client and server (UNP 5.6, 5.7).
 *
 * The measure for all that fails: the three-segment handshake, one line echoed, and after the
 * client's end of file the four-segment close. Who closes first ends in TIME_WAIT (RFC 9293 3.6.1).
 * tcpserv01 does not wait for its child, which stays a zombie.
 *
 *	client                                   server
 *	   |  ----------- SYN -------------------->  |
 *	   |  <---------- SYN,ACK -----------------  |   accept, fork
 *	   |  ----------- ACK -------------------->  |
 *	   |  ----------- "hello\n" -------------->  |
 *	   |  <---------- "hello\n" ---------------  |
 *	   |  ----------- FIN,ACK ---------------->  |   CLOSE_WAIT: read returns 0
 *	   |  <---------- ACK ---------------------  |
 *	   |  <---------- FIN,ACK -----------------  |   exit
 *	   |  ----------- ACK -------------------->  |
 *	TIME_WAIT
 *
 * The server's child is held at its close or exit until the client's FIN has been acknowledged. The
 *kernel may delay that ACK by 40 ms (RFC 9293 3.8.6.3); a quick child would send it in its own FIN,
 *and the close would have three segments.
 */
#include "story.h"

/* What ps calls WCHAN is a kernel function; its name is not the same in all kernels from 5.10 on.
 */
#define IN_ACCEPT   "inet_csk_accept|inet_csk_wait_for_connect"
#define IN_READ     "wait_woken|sk_wait_data|tcp_recvmsg_locked"
#define IN_TERMINAL "wait_woken|n_tty_read"

static void tell(struct lab *lab)
{
	scene(lab, "the server waits in accept");
	struct actor *server = start(lab, SERVER, "tcpserv01");
	expect_state(server, TCP_LISTEN);
	expect_process(server, .state = 'S', .in_call = "accept", .wait_channel = IN_ACCEPT);

	scene(lab, "connect: the three-segment handshake");
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_call(client, .name = "connect", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = SYN, .payload_bytes = EMPTY);
	expect_segment(lab, .from = SERVER, .flags = SYN | ACK);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = EMPTY);
	expect_call(server, .name = "accept", .error = NO_ERROR);
	struct actor *child = child_of(server);
	expect_state(client, TCP_ESTABLISHED);
	expect_state(child, TCP_ESTABLISHED);

	scene(lab, "all three wait: at the keyboard, for data, for the next client");
	expect_process(client, .state = 'S', .in_call = "read", .wait_channel = IN_TERMINAL);
	expect_process(child, .state = 'S', .in_call = "read", .wait_channel = IN_READ);
	expect_process(server, .state = 'S', .in_call = "accept", .wait_channel = IN_ACCEPT);

	scene(lab, "a line goes there and back");
	type_line(client, "hello");
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_call(child, .name = "read", .error = NO_ERROR);
	expect_call(child, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_call(client, .name = "read", .error = NO_ERROR);
	expect_output(client, "hello");

	scene(lab, "the client's end of file: its exit sends a FIN");
	hold(child, "close|shutdown|exit", 1);
	type_eof(client);
	expect_exit(client, 0);
	expect_no_segment(lab, .flags = RST);
	expect_no_segment(lab, .flags = RST | ACK);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_eof(child);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = EMPTY);
	expect_state(client, TCP_FIN_WAIT2);
	expect_state(child, TCP_CLOSE_WAIT);

	scene(lab,
	      "the server's child exits: the other FIN, and TIME_WAIT where the first came from");
	expect_no_segment(lab, .flags = RST);
	expect_no_segment(lab, .flags = RST | ACK);
	release(child);
	expect_exit(child, 0);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = EMPTY);
	expect_state(client, TCP_TIME_WAIT);
	expect_state(child, TCP_CLOSE);

	scene(lab, "nobody has waited for the child: it is a zombie, and the server accepts again");
	expect_signal(server, SIGCHLD, DEFAULT_ACTION);
	expect_process(child, .state = 'Z');
	expect_process(server, .state = 'S', .in_call = "accept");
}

static const struct variant variants[] = {
	{ "default",
	  "handshake, echo, four-segment close; TIME_WAIT at the client, a zombie at the server",
	  tell },
	{ 0 },
};

const struct story story = {
	.name = "normal",
	.section = "5.6, 5.7",
	.claim = "the echo client and server start, talk and end as they should",
	.variants = variants,
};

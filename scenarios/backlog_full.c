/*
 * backlog-full: more clients than the queue of a listening socket holds (UNP 4.5).
 *
 * The kernel completes connections without the server; they wait in a queue until accept takes
 * them. The second argument of listen sets its length: with a backlog of N Linux queues N + 1
 * (sk_acceptq_is_full()). A SYN that arrives when the queue is full is dropped without an answer
 * (tcp_conn_request()), because there may be room when it is sent again; an RST would look as if
 * nobody listened. Even tcp_abort_on_overflow sends no RST here: it is for connections whose SYN
 * was answered while there was room, and whose ACK arrives when there is none (tcp_check_req()).
 *
 *	first, second                            server
 *	   |  <--------- handshake -------------->  |   nobody accepts
 *	   |  ----------- "hello\n" ------------->  |
 *	   |  <---------- ACK --------------------  |   by the kernel
 *	third                                        |
 *	   |  ----------- SYN ------------------->  |   the queue is full
 *	   |  ----------- SYN ------------------->  |   the same, a second later
 *	ETIMEDOUT
 */
#include "story/story.h"

#define ABORT_ON_OVERFLOW "net/ipv4/tcp_abort_on_overflow"

/* The ACK of its data shows that the connection is in the queue. */
static struct actor *enter_queue(struct lab *lab)
{
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_call(client, .name = "connect", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_segment(lab, .from = SERVER, .flags = SYN | ACK);
	type_line(client, "hello");
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = EMPTY);
	expect_no_segment(lab, .from = SERVER);
	expect_state(client, TCP_ESTABLISHED);
	expect_blocked(client, "read");
	return client;
}

static void queue_of_two(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv_backlog1");
	expect_state(server, TCP_LISTEN);

	scene(lab, "the server's kernel connects two clients; nobody reads their lines");
	struct actor *first = enter_queue(lab);
	struct actor *second = enter_queue(lab);

	scene(lab, "the queue is full: the third client's SYN gets no answer and is sent again");
	hasten_parameter(lab, CLIENT, "net/ipv4/tcp_syn_retries", "1");
	hasten_parameter(lab, CLIENT, "net/ipv4/tcp_syn_linear_timeouts", "0");
	struct actor *third = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_state(third, TCP_SYN_SENT);
	expect_blocked(third, "connect");
	expect_no_segment(lab, .from = SERVER);
	expect_segment(lab, .from = CLIENT, .flags = SYN, .again = true);
	expect_backoff(third, 1);

	scene(lab, "connect fails with ETIMEDOUT; the two in the queue still wait");
	expect_no_segment(lab, .from = SERVER);
	expect_call(third, .name = "connect", .error = ETIMEDOUT);
	expect_output(third, "Connection timed out");
	expect_exit(third, 1);
	expect_blocked(first, "read");
	expect_blocked(second, "read");
}

static void tell(struct lab *lab)
{
	set_parameter(lab, SERVER, ABORT_ON_OVERFLOW, "0");
	queue_of_two(lab);
}

static void tell_abort(struct lab *lab)
{
	set_parameter(lab, SERVER, ABORT_ON_OVERFLOW, "1");
	queue_of_two(lab);
}

static const struct variant variants[] = {
	{ "default", "a backlog of 1 holds two; the third client's SYN is dropped: ETIMEDOUT",
	  tell },
	{ "abort", "the same with tcp_abort_on_overflow: the SYN is still dropped", tell_abort },
	{ 0 },
};

const struct story story = {
	.name = "backlog-full",
	.section = "4.5",
	.claim = "the queue of a listening socket is full: a SYN gets no answer",
	.variants = variants,
};

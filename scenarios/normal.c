/*
 * normal: startup and termination of the echo client and server (UNP 5.6, 5.7).
 *
 * What the failures are compared with: the three-segment handshake, one line echoed, and after the
 * client's end of file the four-segment close. The end that closes first goes to TIME_WAIT (RFC
 * 9293 3.6.1). On the wire all servers look the same: a child for each client (tcpserv01, 03, 04),
 * a thread for each (UNP 26.4), or one process for all, which waits for them with select, poll or
 * epoll (UNP 6.8, 6.11). They differ in which process reads, and in what is left: tcpserv01 does
 * not wait for its child, which stays a zombie.
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
 * The process that serves the client is held at its close or exit until the client's FIN has been
 * acknowledged. The kernel may delay that ACK by 40 ms (RFC 9293 3.8.6.3); without the hold the
 * server could send it in its own FIN, and the close would have three segments. (tcpserv02 would
 * exit there: accept-eintr.)
 */
#include "story/story.h"

/* What ps calls WCHAN is a kernel function; its name differs between kernels from 5.10 on. */
#define IN_ACCEPT   "inet_csk_accept|inet_csk_wait_for_connect"
#define IN_READ     "wait_woken|sk_wait_data|tcp_recvmsg_locked"
#define IN_TERMINAL "wait_woken|n_tty_read"

struct talk {
	struct actor *server, *client;
	struct actor *serving; /* the child */
};

static struct actor *listening(struct lab *lab, const char *program)
{
	struct actor *server = start(lab, SERVER, program);
	expect_state(server, TCP_LISTEN);
	return server;
}

static struct actor *connected(struct lab *lab, struct actor *server)
{
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_call(client, .name = "connect", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = SYN, .payload_bytes = EMPTY);
	expect_segment(lab, .from = SERVER, .flags = SYN | ACK);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = EMPTY);
	expect_call(server, .name = "accept", .error = NO_ERROR);
	expect_state(client, TCP_ESTABLISHED);
	return client;
}

static void echo(struct lab *lab, struct actor *client, struct actor *serving, const char *line)
{
	type_line(client, line);
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_call(serving, .name = "read", .error = NO_ERROR);
	expect_call(serving, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_call(client, .name = "read", .error = NO_ERROR);
	expect_output(client, line);
}

static void four_segment_close(struct lab *lab, struct actor *client, struct actor *serving)
{
	scene(lab, "the client's end of file: its exit sends a FIN");
	hold(serving, "close|shutdown|exit", 1);
	type_eof(client);
	expect_exit(client, 0);
	expect_no_segment(lab, .flags = RST);
	expect_no_segment(lab, .flags = RST | ACK);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_eof(serving);
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = EMPTY);
	expect_state(client, TCP_FIN_WAIT2);
	expect_state(serving, TCP_CLOSE_WAIT);

	scene(lab,
	      "the server's end closes: the second FIN; the client, which closed first, is in TIME_WAIT");
	expect_no_segment(lab, .flags = RST);
	expect_no_segment(lab, .flags = RST | ACK);
	release(serving);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = EMPTY);
	expect_state(client, TCP_TIME_WAIT);
	expect_state(serving, TCP_CLOSE);
}

/* One child for each client ------------------------------------------------------------- */

static struct talk of_a_child(struct lab *lab, const char *program)
{
	scene(lab, "the server waits in accept");
	struct talk talk = { .server = listening(lab, program) };
	expect_process(talk.server, .state = 'S', .in_call = "accept", .wait_channel = IN_ACCEPT);

	scene(lab, "connect: the three-segment handshake");
	talk.client = connected(lab, talk.server);
	talk.serving = child_of(talk.server);
	expect_state(talk.serving, TCP_ESTABLISHED);

	scene(lab, "all three processes wait: for the keyboard, for data, for the next client");
	expect_process(talk.client, .state = 'S', .in_call = "read", .wait_channel = IN_TERMINAL);
	expect_process(talk.serving, .state = 'S', .in_call = "read", .wait_channel = IN_READ);
	expect_process(talk.server, .state = 'S', .in_call = "accept", .wait_channel = IN_ACCEPT);

	scene(lab, "a line is sent and echoed");
	small_talk(lab, talk.client);
	echo(lab, talk.client, talk.serving, "hello");

	four_segment_close(lab, talk.client, talk.serving);
	expect_exit(talk.serving, 0);
	return talk;
}

static void tell(struct lab *lab)
{
	struct talk talk = of_a_child(lab, "tcpserv01");

	scene(lab,
	      "the server does not wait for the child: it is a zombie, and the server is in accept again");
	expect_signal(talk.server, SIGCHLD, DEFAULT_ACTION);
	expect_process(talk.serving, .state = 'Z');
	expect_blocked(talk.server, "accept");
}

static void reaps(struct lab *lab, const char *program)
{
	struct talk talk = of_a_child(lab, program);

	scene(lab,
	      "the SIGCHLD handler waits for the child: no zombie; the server is in accept again");
	expect_signal(talk.server, SIGCHLD, CAUGHT);
	expect_call(talk.server, .name = "wait", .error = NO_ERROR);
	expect_zombies(talk.server, 0);
	expect_blocked(talk.server, "accept");
}

static void tell_tcpserv03(struct lab *lab)
{
	reaps(lab, "tcpserv03");
}

static void tell_tcpserv04(struct lab *lab)
{
	reaps(lab, "tcpserv04");
}

/* One thread for each client, or one process for all ------------------------------------ */

static void tell_thread(struct lab *lab)
{
	struct actor *server = listening(lab, "tcpserv_thread");

	scene(lab, "connect: a new thread of the server serves the client");
	struct actor *client = connected(lab, server);
	expect_threads(server, 2);

	scene(lab, "a line is sent and echoed");
	small_talk(lab, client);
	echo(lab, client, server, "hello");
	four_segment_close(lab, client, server);
	expect_threads(server, 1);
	expect_blocked(server, "accept");
}

static void multiplexes(struct lab *lab, const char *program, const char *waits_in)
{
	struct actor *server = listening(lab, program);
	expect_blocked(server, waits_in);

	scene(lab, "connect: the server's only process serves the client itself");
	struct actor *client = connected(lab, server);
	struct actor *only = serving(server);
	expect_threads(only, 1);
	expect_blocked(only, waits_in);

	scene(lab, "a line is sent and echoed");
	small_talk(lab, client);
	echo(lab, client, only, "hello");
	four_segment_close(lab, client, only);
	expect_blocked(only, waits_in);
}

static void tell_select(struct lab *lab)
{
	multiplexes(lab, "tcpserv_select", "select");
}

static void tell_poll(struct lab *lab)
{
	multiplexes(lab, "tcpserv_poll", "poll");
}

static void tell_epoll(struct lab *lab)
{
	multiplexes(lab, "tcpserv_epoll", "epoll_wait");
}

/* Many clients at once ------------------------------------------------------------------ */

/* Three are connected, and none waits for another. One of them ends (with SEED, any). */
static void each_is_answered(struct lab *lab, struct actor *const clients[3],
			     struct actor *const serving[3])
{
	static const char *const again[] = { "first again", "second again", "third again" };
	const int gone = choose(lab, 3, 1), one = (gone + 2) % 3, other = (gone + 1) % 3;

	scene(lab, "each client gets its answer, in any order, while the others send nothing");
	echo(lab, clients[2], serving[2], "third");
	echo(lab, clients[0], serving[0], "first");
	echo(lab, clients[1], serving[1], "second");

	scene(lab, "one of them ends; the others go on");
	type_eof(clients[gone]);
	expect_exit(clients[gone], 0);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
	expect_segment(lab, .from = SERVER, .flags = FIN | ACK);
	expect_eof(serving[gone]);
	echo(lab, clients[one], serving[one], again[one]);
	echo(lab, clients[other], serving[other], again[other]);
}

static void tell_many(struct lab *lab)
{
	struct actor *clients[3], *serving[3];
	struct actor *server = listening(lab, "tcpserv04");

	scene(lab, "three clients connect; each gets a child of its own");
	clients[0] = connected(lab, server);
	serving[0] = child_of(server);
	clients[1] = connected(lab, server);
	serving[1] = child_of(server);
	clients[2] = connected(lab, server);
	serving[2] = child_of(server);
	each_is_answered(lab, clients, serving);
	expect_blocked(server, "accept");
}

static void one_for_all(struct lab *lab, const char *program, int threads)
{
	struct actor *clients[3];
	struct actor *server = listening(lab, program);

	scene(lab, "three clients connect; one process serves them all");
	clients[0] = connected(lab, server);
	struct actor *only = serving(server);
	expect_call(only, .name = "accept", .error = NO_ERROR);
	clients[1] = connected(lab, only);
	clients[2] = connected(lab, only);
	expect_threads(only, threads);
	each_is_answered(lab, clients, (struct actor *const[3]){ only, only, only });
}

static void tell_many_thread(struct lab *lab)
{
	one_for_all(lab, "tcpserv_thread", 4);
}

static void tell_many_select(struct lab *lab)
{
	one_for_all(lab, "tcpserv_select", 1);
}

static void tell_many_poll(struct lab *lab)
{
	one_for_all(lab, "tcpserv_poll", 1);
}

static void tell_many_epoll(struct lab *lab)
{
	one_for_all(lab, "tcpserv_epoll", 1);
}

static const struct variant variants[] = {
	{ "default",
	  "handshake, echo, four-segment close; TIME_WAIT at the client, a zombie at the server",
	  tell },
	{ "tcpserv03", "the same with a server that waits for its child", tell_tcpserv03 },
	{ "tcpserv04", "the same with a server that waits for all its children", tell_tcpserv04 },
	{ "thread", "the same with a thread for each client", tell_thread },
	{ "select", "the same with one process for all clients: select", tell_select },
	{ "poll", "the same with one process for all clients: poll", tell_poll },
	{ "epoll", "the same with one process for all clients: epoll", tell_epoll },
	{ "many", "three clients at once, a child for each", tell_many },
	{ "many-thread", "three clients at once, a thread for each", tell_many_thread },
	{ "many-select", "three clients at once, one process for all: select", tell_many_select },
	{ "many-poll", "three clients at once, one process for all: poll", tell_many_poll },
	{ "many-epoll", "three clients at once, one process for all: epoll", tell_many_epoll },
	{ 0 },
};

const struct story story = {
	.name = "normal",
	.section = "5.6, 5.7",
	.claim = "the echo client and server start, exchange data and end normally",
	.variants = variants,
};

/*
 * unmet: what every kind of expectation says when it is not met. Each variant lets something simple
 * happen and expects something else; test_scenarios.py knows the right words.
 */
#include "story/story.h"

/* Nobody listens: SYN, RST,ACK; connect returns ECONNREFUSED, the client says so and exits with 1.
 */
static struct actor *refused(struct lab *lab)
{
	return start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
}

/* Sleeps in accept. */
static struct actor *waiting(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	expect_blocked(server, "accept");
	return server;
}

/* One line has been echoed. */
static struct actor *talking(struct lab *lab, struct actor **server)
{
	*server = waiting(lab);
	struct actor *client = start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	type_line(client, "hi there");
	expect_output(client, "hi there");
	return client;
}

static void tell_segment(struct lab *lab)
{
	expect_exit(refused(lab), 1);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_segment(lab, .from = SERVER, .flags = SYN | ACK);
}

static void tell_payload(struct lab *lab)
{
	struct actor *server;
	talking(lab, &server);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = 8);
}

static void tell_empty(struct lab *lab)
{
	expect_exit(refused(lab), 1);
	expect_segment(lab, .from = SERVER, .payload_bytes = SOME_DATA);
}

static void tell_once(struct lab *lab)
{
	expect_exit(refused(lab), 1);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
}

static void tell_again(struct lab *lab)
{
	expect_exit(refused(lab), 1);
	expect_segment(lab, .from = CLIENT, .flags = SYN, .again = true);
}

static void tell_probe(struct lab *lab)
{
	struct actor *server;
	talking(lab, &server);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .probe = true);
}

static void tell_no_window(struct lab *lab)
{
	expect_exit(refused(lab), 1);
	expect_segment(lab, .from = SERVER, .no_window = true);
}

static void tell_absence(struct lab *lab)
{
	struct actor *client = refused(lab);
	expect_no_segment(lab, .from = SERVER, .flags = RST | ACK);
	expect_exit(client, 1);
}

static void tell_absence_until(struct lab *lab)
{
	struct actor *server;
	struct actor *client = talking(lab, &server);
	type_eof(client);
	expect_no_segment(lab, .flags = SYN | ACK);
	expect_segment(lab, .from = CLIENT, .flags = FIN | ACK);
}

static void tell_icmp(struct lab *lab)
{
	prohibit_route(lab, ROUTER, SERVER);
	start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
	expect_segment(lab, .flags = SYN);
	expect_icmp(lab, .from = ROUTER, .unreachable = NET_UNREACHABLE);
}

static void tell_no_icmp(struct lab *lab)
{
	expect_exit(refused(lab), 1);
	expect_icmp(lab);
}

static void tell_question(struct lab *lab)
{
	expect_exit(refused(lab), 1);
	expect_question(lab, .from = CLIENT, .about = CLIENT);
}

static void tell_errno(struct lab *lab)
{
	expect_call(refused(lab), .name = "connect", .error = ETIMEDOUT);
}

static void tell_success(struct lab *lab)
{
	expect_call(refused(lab), .name = "connect", .error = NO_ERROR);
}

static void tell_result(struct lab *lab)
{
	struct actor *server;
	expect_call(talking(lab, &server), .name = "write", .result = 8);
}

static void tell_eof(struct lab *lab)
{
	struct actor *server;
	struct actor *client = talking(lab, &server);
	type_line(client, "bye");
	expect_eof(client);
}

static void tell_call(struct lab *lab)
{
	expect_call(refused(lab), .name = "shutdown");
}

static void tell_status(struct lab *lab)
{
	expect_exit(refused(lab), 0);
}

static void tell_killed(struct lab *lab)
{
	expect_killed_by(refused(lab), SIGPIPE);
}

static void tell_exited(struct lab *lab)
{
	struct actor *server = waiting(lab);
	send_signal(server, SIGTERM);
	expect_exit(server, 0);
}

static void tell_signal(struct lab *lab)
{
	struct actor *server = waiting(lab);
	send_signal(server, SIGTERM);
	expect_signal(server, SIGHUP, DEFAULT_ACTION);
}

static void tell_disposition(struct lab *lab)
{
	struct actor *server = waiting(lab);
	send_signal(server, SIGTERM);
	expect_signal(server, SIGTERM, CAUGHT);
}

static void tell_no_signal(struct lab *lab)
{
	struct actor *server = waiting(lab);
	expect_no_signal(server, SIGTERM);
	send_signal(server, SIGTERM);
	expect_killed_by(server, SIGTERM);
}

static void tell_state(struct lab *lab)
{
	expect_state(waiting(lab), TCP_ESTABLISHED);
}

static void tell_backoff(struct lab *lab)
{
	struct actor *server;
	expect_backoff(talking(lab, &server), 1);
}

static void tell_persisted(struct lab *lab)
{
	expect_call(refused(lab), .name = "connect", .error = ECONNREFUSED, .persisted_ms = 600);
}

static void tell_process(struct lab *lab)
{
	expect_process(waiting(lab), .state = 'Z');
}

static void tell_stale_look(struct lab *lab)
{
	struct actor *server = waiting(lab);
	send_signal(server, SIGSTOP);
	expect_process(server, .state = 't');
	expect_blocked(server, "accept"); /* it was, before it was stopped */
}

static void tell_wait_channel(struct lab *lab)
{
	expect_process(waiting(lab), .state = 'S', .wait_channel = "wait_woken");
}

static void tell_blocked(struct lab *lab)
{
	expect_blocked(waiting(lab), "read");
}

static void tell_fork(struct lab *lab)
{
	child_of(waiting(lab));
}

static void tell_serving(struct lab *lab)
{
	serving(waiting(lab));
}

static void tell_threads(struct lab *lab)
{
	expect_threads(waiting(lab), 2);
}

static void tell_hold(struct lab *lab)
{
	struct actor *server;
	struct actor *client = talking(lab, &server);
	hold(client, "write", 2);
	type_line(client, "bye");
	release(client);
}

static void tell_output(struct lab *lab)
{
	expect_output(refused(lab), "hi there");
}

static const struct variant variants[] = {
	{ "segment", "another segment comes", tell_segment },
	{ "payload", "as a segment, but longer", tell_payload },
	{ "empty", "a segment without data", tell_empty },
	{ "once", "a segment comes once, and meets one expectation", tell_once },
	{ "again", "a segment comes once, and is no retransmission", tell_again },
	{ "probe", "segments with and without data, but no probe", tell_probe },
	{ "no-window", "a window of 0 that means nothing: of a RST", tell_no_window },
	{ "absence", "the absence is judged at the end", tell_absence },
	{ "absence-until", "the absence is judged at the next segment expected",
	  tell_absence_until },
	{ "icmp", "another reason", tell_icmp, .routed = true },
	{ "no-icmp", "no ICMP at all", tell_no_icmp },
	{ "question", "a question for another address", tell_question },
	{ "errno", "another errno", tell_errno },
	{ "success", "an errno in place of success", tell_success },
	{ "result", "another result", tell_result },
	{ "eof", "data in place of the end of file", tell_eof },
	{ "call", "other calls", tell_call },
	{ "status", "another exit status", tell_status },
	{ "killed", "an exit in place of a kill", tell_killed },
	{ "exited", "a kill in place of an exit", tell_exited },
	{ "signal", "another signal", tell_signal },
	{ "disposition", "another disposition of the same signal", tell_disposition },
	{ "no-signal", "a signal that was not to come", tell_no_signal },
	{ "state", "another TCP state", tell_state },
	{ "backoff", "a retransmission timeout that stays", tell_backoff },
	{ "persisted", "an error that comes at once", tell_persisted },
	{ "process", "another process state", tell_process },
	{ "stale-look", "a state in which the process was before", tell_stale_look },
	{ "wait-channel", "another wait channel", tell_wait_channel },
	{ "blocked", "blocked in another call", tell_blocked },
	{ "fork", "no child", tell_fork },
	{ "serving", "no connection", tell_serving },
	{ "threads", "one thread in place of two", tell_threads },
	{ "hold", "a call that is never made", tell_hold },
	{ "output", "another line", tell_output },
	{ 0 },
};

const struct story story = {
	.name = "unmet",
	.section = "none",
	.claim = "what is not met is told",
	.variants = variants,
};

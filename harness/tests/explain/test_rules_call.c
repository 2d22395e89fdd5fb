/* Why programs call, and why calls return what they return. */
#include "tests/support/made_events.h"

#include <errno.h>

/* Entries --------------------------------------------------------------------------------- */

static void test_a_program_goes_on_from_a_return(void **state)
{
	struct made *made = *state;

	assert_reason(made, made_enter(made, MADE_CLIENT, "socket", "AF_INET, SOCK_STREAM, 0", 0),
		      "call.next");
}

static void test_a_thread_is_in_one_call_at_a_time(void **state)
{
	struct made *made = *state;

	made_enter(made, MADE_CLIENT, "socket", "AF_INET, SOCK_STREAM, 0", 0);
	assert_reason(made, made_enter(made, MADE_CLIENT, "read", "0", 0), "none");
}

static void test_a_descriptor_is_the_process_s_own(void **state)
{
	struct made *made = *state;

	made_connect(made);
	assert_reason(made, made_enter(made, MADE_CLIENT, "read", "3", SERVER_INODE), "none");
}

static void test_who_is_stopped_calls_nothing(void **state)
{
	struct made *made = *state;

	made_kill(made, SIGSTOP, MADE_CLIENT);
	made_signal(made, MADE_CLIENT, SIGSTOP, DEFAULT_ACTION);
	assert_reason(made, made_enter(made, MADE_CLIENT, "read", "0", 0), "none");
	made->timeline.count--;
	made_kill(made, SIGCONT, MADE_CLIENT);
	assert_reason(made, made_signal(made, MADE_CLIENT, SIGCONT, DEFAULT_ACTION), "sig.lab");
	assert_reason(made, made_enter(made, MADE_CLIENT, "read", "0", 0), "call.next");
}

static void test_who_has_ended_calls_nothing(void **state)
{
	struct made *made = *state;

	made_enter(made, MADE_CLIENT, "exit_group", "0", 0);
	made_end(made, MADE_CLIENT, 0, 0);
	assert_reason(made, made_enter(made, MADE_CLIENT, "read", "0", 0), "none");
}

/* Interruptions --------------------------------------------------------------------------- */

/* A read at the terminal, with a handler for SIGTERM that is set so. */
static size_t interrupt_read(struct made *made, const char *action)
{
	size_t read;

	made_call(made, MADE_CLIENT, "rt_sigaction", action, 0, 0);
	read = made_enter(made, MADE_CLIENT, "read", "0", 0);
	made_kill(made, SIGTERM, MADE_CLIENT);
	made_signal(made, MADE_CLIENT, SIGTERM, CAUGHT);
	return read;
}

static void test_a_handler_interrupts_a_call(void **state)
{
	struct made *made = *state;
	const size_t read = interrupt_read(made, "SIGTERM, handler");

	assert_reason(made, made_return(made, read, 0, EINTR), "eintr");
}

static void test_a_call_is_restarted_with_sa_restart(void **state)
{
	struct made *made = *state;
	const size_t read = interrupt_read(made, "SIGTERM, handler, SA_RESTART");
	struct event *event;
	size_t index;

	assert_reason(made, made_return(made, read, 0, EINTR), "none");
	made->timeline.count--;
	index = made_return(made, read, 0, 0);
	event = &made->timeline.events[index];
	event->call.ending = CALL_RESTARTED;
	assert_reason(made, index, "ret.restart");
	assert_reason(made, made_enter(made, MADE_CLIENT, "read", "0", 0), "call.again");
}

static void test_a_handler_may_call_within_the_call_that_it_interrupts(void **state)
{
	struct made *made = *state;
	const size_t read = interrupt_read(made, "SIGTERM, handler");
	const size_t wait = made_enter(made, MADE_CLIENT, "wait4", "-1, WNOHANG", 0);

	assert_reason(made, wait, "call.handler");
	assert_reason(made, made_return(made, wait, 0, ECHILD), "wait.no-child");
	assert_reason(made, made_return(made, read, 0, EINTR), "eintr");
}

static void test_poll_is_never_restarted(void **state)
{
	struct made *made = *state;
	size_t poll;

	made_call(made, MADE_CLIENT, "rt_sigaction", "SIGTERM, handler, SA_RESTART", 0, 0);
	poll = made_enter(made, MADE_CLIENT, "poll", "", 0);
	made_kill(made, SIGTERM, MADE_CLIENT);
	made_signal(made, MADE_CLIENT, SIGTERM, CAUGHT);
	assert_reason(made, made_return(made, poll, 0, EINTR), "eintr.poll");
}

static void test_nothing_is_interrupted_without_a_signal(void **state)
{
	struct made *made = *state;
	const size_t read = made_enter(made, MADE_CLIENT, "read", "0", 0);

	assert_reason(made, made_return(made, read, 0, EINTR), "none");
}

/* The terminal ---------------------------------------------------------------------------- */

static void test_a_line_is_read_as_it_was_typed(void **state)
{
	struct made *made = *state;
	size_t read;

	made_type(made, "hi");
	read = made_enter(made, MADE_CLIENT, "read", "0", 0);
	assert_reason(made, made_return_as(made, read, 3, "0, \"hi\\n\"", 0), "read.line");
	read = made_enter(made, MADE_CLIENT, "read", "0", 0);
	assert_reason(made, made_return_as(made, read, 3, "0, \"hi\\n\"", 0), "none");
}

static void test_another_line_than_typed_has_no_reason(void **state)
{
	struct made *made = *state;
	size_t read;

	made_type(made, "hi");
	read = made_enter(made, MADE_CLIENT, "read", "0", 0);
	assert_reason(made, made_return_as(made, read, 3, "0, \"ho\\n\"", 0), "none");
}

static void test_the_end_of_the_terminal_is_typed(void **state)
{
	struct made *made = *state;
	size_t read = made_enter(made, MADE_CLIENT, "read", "0", 0);

	made_type(made, NULL);
	assert_reason(made, made_return(made, read, 0, 0), "read.typed-end");
	read = made_enter(made, MADE_CLIENT, "read", "0", 0);
	assert_reason(made, made_return(made, read, 0, 0), "none");
}

/* Connections ----------------------------------------------------------------------------- */

static void test_accept_wakes_up_or_finds(void **state)
{
	struct made *made = *state;
	size_t accept, connect;

	made_listen(made);
	accept = made_enter(made, MADE_SERVER, "accept", "3", LISTENER_INODE);
	connect = made_syn(made);
	made_segment(made, SERVER, SYN | ACK, "");
	made_segment(made, CLIENT, ACK, "");
	assert_reason(made, made_return(made, connect, 0, 0), "connect.ok");
	assert_reason(made, made_return_as(made, accept, 4, "3, 192.0.2.1:40000", SERVER_INODE),
		      "accept.woke");
}

static void test_accept_finds_what_waits(void **state)
{
	struct made *made = *state;

	made_connect(made);
	assert_reason(made, made->timeline.count - 1, "accept.queued");
}

static void test_accept_has_nothing_to_accept(void **state)
{
	struct made *made = *state;
	size_t accept;

	made_listen(made);
	accept = made_enter(made, MADE_SERVER, "accept", "3", LISTENER_INODE);
	assert_reason(made, made_return_as(made, accept, 4, "3, 192.0.2.1:40000", SERVER_INODE),
		      "none");
	made->timeline.count--;
	assert_reason(made, made_return(made, accept, 0, EAGAIN), "accept.empty");
}

static void test_a_port_is_taken_once(void **state)
{
	struct made *made = *state;
	size_t bind;

	made_listen(made);
	made_return_as(made, made_enter(made, MADE_SERVER, "socket", "AF_INET, SOCK_STREAM, 0", 0),
		       5, "AF_INET, SOCK_STREAM, 0", 300);
	bind = made_enter(made, MADE_SERVER, "bind", "5, 0.0.0.0:9877", 300);
	assert_reason(made, made_return(made, bind, 0, EADDRINUSE), "bind.in-use");
	made->timeline.count--;
	assert_reason(made, made_return(made, bind, 0, 0), "none");
}

static void test_read_returns_what_has_come(void **state)
{
	struct made *made = *state;
	size_t read;

	made_connect(made);
	read = made_enter(made, MADE_SERVER, "read", "4", SERVER_INODE);
	made_write(made, CLIENT);
	assert_reason(made, made_return_as(made, read, 3, "4, \"abc\"", 0), "read.data");
}

static void test_read_returns_no_more_than_has_come(void **state)
{
	struct made *made = *state;
	size_t read;

	made_connect(made);
	made_write(made, CLIENT);
	read = made_enter(made, MADE_SERVER, "read", "4", SERVER_INODE);
	assert_reason(made, made_return_as(made, read, 4, "4, \"abcd\"", 0), "none");
	made->timeline.count--;
	assert_reason(made, made_return_as(made, read, 3, "4, \"abd\"", 0), "none");
	made->timeline.count--;
	assert_reason(made, made_return(made, read, 0, 0), "none");
}

static void test_read_returns_0_for_a_fin(void **state)
{
	struct made *made = *state;
	size_t read;

	made_connect(made);
	made_close(made, CLIENT);
	made_segment(made, CLIENT, FIN | ACK, "");
	read = made_enter(made, MADE_SERVER, "read", "4", SERVER_INODE);
	assert_reason(made, made_return(made, read, 0, 0), "read.fin");
}

static void test_read_fails_when_tcp_has_given_up(void **state)
{
	struct made *made = *state;
	size_t read;

	made_connect(made);
	made_crash(made, SERVER);
	made_write(made, CLIENT);
	read = made_enter(made, MADE_CLIENT, "read", "3", CLIENT_INODE);
	assert_reason(made, made_return(made, read, 0, ETIMEDOUT), "none");
	made->timeline.count--;
	made_wait(made, 205);
	made_numbered(made, CLIENT, PSH | ACK, 1, 1, "abc");
	assert_reason(made, made_return(made, read, 0, ETIMEDOUT), "none");
	made->timeline.count--;
	made_wait(made, 205);
	assert_reason(made, made_return(made, read, 0, ETIMEDOUT), "read.silence");
}

static void test_poll_tells_the_newest(void **state)
{
	struct made *made = *state;
	size_t poll;

	made_connect(made);
	poll = made_enter(made, MADE_SERVER, "poll", "", 0);
	assert_reason(made, made_return(made, poll, 1, 0), "poll.room");
	poll = made_enter(made, MADE_SERVER, "poll", "", 0);
	made_write(made, CLIENT);
	assert_reason(made, made_return(made, poll, 1, 0), "poll.data");
	made_close(made, CLIENT);
	poll = made_enter(made, MADE_SERVER, "poll", "", 0);
	made_segment(made, CLIENT, FIN | ACK, "");
	assert_reason(made, made_return(made, poll, 1, 0), "poll.end");
}

static void test_an_error_is_told_once(void **state)
{
	struct made *made = *state;
	size_t option, read;

	made_connect(made);
	made_forge(made, 0);
	made_numbered(made, SERVER, RST, 1, 0, "");
	option = made_enter(made, MADE_CLIENT, "getsockopt", "3, SO_ERROR", CLIENT_INODE);
	assert_reason(made, made_return(made, option, 0, 0), "getsockopt.error");
	read = made_enter(made, MADE_CLIENT, "read", "3", CLIENT_INODE);
	assert_reason(made, made_return(made, read, 0, ECONNRESET), "none");
	made->timeline.count--;
	assert_reason(made, made_return(made, read, 0, 0), "read.told");
	option = made_enter(made, MADE_CLIENT, "getsockopt", "3, SO_ERROR", CLIENT_INODE);
	assert_reason(made, made_return(made, option, 0, 0), "getsockopt.ok");
}

/* Whatever happens, these return so; rows that no scenario has. */
static void test_other_returns(void **state)
{
	static const struct {
		const char *name, *args;
		int64_t result;
		int error;
		const char *rule;
	} rows[] = {
		{ "getpeername", "3", 0, 0, "getpeername.ok" },
		{ "shutdown", "3, SHUT_RD", 0, 0, "shutdown.ok" },
		{ "read", "3", 0, EAGAIN, "read.nothing" },
		{ "write", "3, \"abc\", 3", 0, EAGAIN, "write.no-room" },
		{ "write", "3, \"abc\", 3", 0, EPIPE, "none" },
		{ "nanosleep", "1 s", 0, 0, "sleep.over" },
		{ "execve", "\"nothing\"", 0, ENOENT, "exec.none" },
		{ "kill", "10, SIGTERM", 0, 0, "kill.ok" },
		{ "listen", "3, 5", 0, EINVAL, "none" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made *made;
		size_t entered;
		bool on_socket = rows[i].args[0] == '3';

		made_close_all(state);
		made_open(state);
		made = *state;
		made_connect(made);
		entered = made_enter(made, MADE_CLIENT, rows[i].name, rows[i].args,
				     on_socket ? CLIENT_INODE : 0);
		assert_reason(made, made_return(made, entered, rows[i].result, rows[i].error),
			      rows[i].rule);
	}
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_program_goes_on_from_a_return),
		cmocka_unit_test(test_a_thread_is_in_one_call_at_a_time),
		cmocka_unit_test(test_a_descriptor_is_the_process_s_own),
		cmocka_unit_test(test_who_is_stopped_calls_nothing),
		cmocka_unit_test(test_who_has_ended_calls_nothing),
		cmocka_unit_test(test_a_handler_interrupts_a_call),
		cmocka_unit_test(test_a_call_is_restarted_with_sa_restart),
		cmocka_unit_test(test_a_handler_may_call_within_the_call_that_it_interrupts),
		cmocka_unit_test(test_poll_is_never_restarted),
		cmocka_unit_test(test_nothing_is_interrupted_without_a_signal),
		cmocka_unit_test(test_a_line_is_read_as_it_was_typed),
		cmocka_unit_test(test_another_line_than_typed_has_no_reason),
		cmocka_unit_test(test_the_end_of_the_terminal_is_typed),
		cmocka_unit_test(test_accept_wakes_up_or_finds),
		cmocka_unit_test(test_accept_finds_what_waits),
		cmocka_unit_test(test_accept_has_nothing_to_accept),
		cmocka_unit_test(test_a_port_is_taken_once),
		cmocka_unit_test(test_read_returns_what_has_come),
		cmocka_unit_test(test_read_returns_no_more_than_has_come),
		cmocka_unit_test(test_read_returns_0_for_a_fin),
		cmocka_unit_test(test_read_fails_when_tcp_has_given_up),
		cmocka_unit_test(test_poll_tells_the_newest),
		cmocka_unit_test(test_an_error_is_told_once),
		cmocka_unit_test(test_other_returns),
	};

	return RUN_NAMED(tests, argc, argv, made_open, made_close_all);
}

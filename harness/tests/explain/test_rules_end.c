/* Why connections end: FIN, RST, and the states that follow. */
#include "tests/support/made_events.h"

#include <errno.h>

static void test_close_sends_a_fin(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_close(made, CLIENT);
	assert_reason(made, made_segment(made, CLIENT, FIN | ACK, ""), "fin.close");
}

static void test_a_fin_without_close_has_no_reason(void **state)
{
	struct made *made = *state;

	made_connect(made);
	assert_reason(made, made_segment(made, CLIENT, FIN | ACK, ""), "none");
}

static void test_a_fin_does_not_come_long_after_close(void **state)
{
	struct made *made = *state;
	size_t close;

	made_connect(made);
	close = made_close(made, CLIENT);
	made_return(made, close, 0, 0);
	assert_reason(made, made_segment(made, CLIENT, FIN | ACK, ""), "none");
}

static void test_a_child_holds_the_connection_on(void **state)
{
	struct made *made = *state;
	size_t clone;

	made_connect(made);
	clone = made_enter(made, MADE_SERVER, "clone", "", 0);
	made_add(made,
		 (struct event){ .kind = EVENT_FORK, .pid = MADE_SERVER, .child = MADE_CHILD });
	made_return(made, clone, MADE_CHILD, 0);
	made_return(made, made_close(made, SERVER), 0, 0);
	assert_reason(made, made_segment(made, SERVER, FIN | ACK, ""), "none");
	made->timeline.count--;
	made->next[SERVER]--;
	made_enter(made, MADE_CHILD, "exit_group", "0", 0);
	assert_reason(made, made_segment(made, SERVER, FIN | ACK, ""), "fin.exit");
}

static void test_who_is_killed_sends_a_fin(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_kill(made, SIGTERM, MADE_SERVER);
	assert_reason(made, made_signal(made, MADE_SERVER, SIGTERM, DEFAULT_ACTION), "sig.lab");
	assert_reason(made, made_segment(made, SERVER, FIN | ACK, ""), "fin.killed");
	assert_reason(made, made_end(made, MADE_SERVER, 0, SIGTERM), "end.signal");
}

static void test_shutdown_sends_a_fin(void **state)
{
	struct made *made = *state;
	size_t shutdown;

	made_connect(made);
	shutdown = made_enter(made, MADE_CLIENT, "shutdown", "3, SHUT_WR", CLIENT_INODE);
	assert_reason(made, made_segment(made, CLIENT, FIN | ACK, ""), "fin.shutdown");
	assert_reason(made, made_return(made, shutdown, 0, 0), "shutdown.ok");
}

static void test_write_after_shutdown_is_epipe(void **state)
{
	struct made *made = *state;
	size_t shutdown, write;

	made_connect(made);
	shutdown = made_enter(made, MADE_CLIENT, "shutdown", "3, SHUT_WR", CLIENT_INODE);
	made_segment(made, CLIENT, FIN | ACK, "");
	made_return(made, shutdown, 0, 0);
	write = made_enter(made, MADE_CLIENT, "write", "3, \"abc\", 3", CLIENT_INODE);
	assert_reason(made, made_return(made, write, 0, EPIPE), "write.closed-here");
	assert_reason(made, made_signal(made, MADE_CLIENT, SIGPIPE, DEFAULT_ACTION), "sig.pipe");
}

static void test_unread_data_makes_close_an_rst(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_write(made, CLIENT);
	made_close(made, SERVER);
	assert_reason(made, made_segment(made, SERVER, RST | ACK, ""), "rst.unread");
}

static void test_all_was_read_and_close_is_no_rst(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_close(made, SERVER);
	assert_reason(made, made_segment(made, SERVER, RST | ACK, ""), "none");
}

static void test_linger_makes_close_an_rst(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_call(made, MADE_CLIENT, "setsockopt", "3, SO_LINGER", CLIENT_INODE, 0);
	made_close(made, CLIENT);
	assert_reason(made, made_segment(made, CLIENT, RST | ACK, ""), "rst.linger");
	assert_reason(made, made_state(made, CLIENT, TCP_CLOSE, TCP_ESTABLISHED),
		      "state.established-active");
	assert_reason(made, made_state(made, CLIENT, TCP_ESTABLISHED, TCP_CLOSE),
		      "state.closed-linger");
}

/* The server's child is killed, and the client writes: UNP 5.12, 5.13. */
static void kill_server(struct made *made)
{
	made_connect(made);
	made_kill(made, SIGTERM, MADE_SERVER);
	made_signal(made, MADE_SERVER, SIGTERM, DEFAULT_ACTION);
	made_segment(made, SERVER, FIN | ACK, "");
	made_end(made, MADE_SERVER, 0, SIGTERM);
}

static void test_data_for_a_killed_process_draws_an_rst(void **state)
{
	struct made *made = *state;
	size_t write;

	kill_server(made);
	made_write(made, CLIENT);
	assert_reason(made, made_numbered(made, SERVER, RST, 2, 0, ""), "rst.data");
	write = made_enter(made, MADE_CLIENT, "write", "3, \"def\", 3", CLIENT_INODE);
	assert_reason(made, made_return(made, write, 0, EPIPE), "write.reset-after-fin");
	assert_reason(made, made_signal(made, MADE_CLIENT, SIGPIPE, DEFAULT_ACTION), "sig.pipe");
	assert_reason(made, made_end(made, MADE_CLIENT, 0, SIGPIPE), "end.signal");
}

static void test_a_kernel_that_waits_for_the_fin_only_says_so(void **state)
{
	struct made *made = *state;

	kill_server(made);
	assert_reason(made, made_segment(made, CLIENT, ACK, ""), "ack.first-fin");
	made_write(made, CLIENT);
	assert_reason(made, made_numbered(made, SERVER, RST, 2, 0, ""), "rst.data-orphan");
}

static void test_an_rst_has_the_number_that_was_acknowledged(void **state)
{
	struct made *made = *state;

	kill_server(made);
	made_write(made, CLIENT);
	assert_reason(made, made_numbered(made, SERVER, RST, 3, 0, ""), "none");
}

static void test_a_host_without_memory_answers_with_an_rst(void **state)
{
	struct made *made = *state;
	size_t read;

	made_connect(made);
	made_reboot(made, SERVER);
	made_write(made, CLIENT);
	assert_reason(made, made_numbered(made, SERVER, RST, 1, 0, ""), "rst.unknown");
	read = made_enter(made, MADE_CLIENT, "read", "3", CLIENT_INODE);
	assert_reason(made, made_return(made, read, 0, ECONNRESET), "read.reset");
	read = made_enter(made, MADE_CLIENT, "read", "3", CLIENT_INODE);
	assert_reason(made, made_return(made, read, 0, 0), "read.told");
}

static void test_a_listener_takes_its_queue_along(void **state)
{
	struct made *made = *state;
	size_t connect;

	made_listen(made);
	connect = made_syn(made);
	made_segment(made, SERVER, SYN | ACK, "");
	made_segment(made, CLIENT, ACK, "");
	made_return(made, connect, 0, 0);
	made_enter(made, MADE_SERVER, "close", "3", LISTENER_INODE);
	assert_reason(made, made_segment(made, SERVER, RST | ACK, ""), "rst.listener");
}

static void test_a_forged_rst_is_the_outsiders(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_forge(made, 99);
	assert_reason(made, made_numbered(made, SERVER, RST, 100, 0, ""), "rst.forged");
	assert_reason(made, made_segment(made, CLIENT, ACK, ""), "ack.challenge");
	assert_reason(made, made_numbered(made, SERVER, RST, 100, 0, ""), "none");
}

/* States ---------------------------------------------------------------------------------- */

static void test_a_normal_end_has_its_states(void **state)
{
	struct made *made = *state;
	size_t close;

	made_connect(made);
	made_state(made, CLIENT, TCP_CLOSE, TCP_ESTABLISHED);
	made_state(made, SERVER, TCP_CLOSE, TCP_ESTABLISHED);
	close = made_close(made, CLIENT);
	made_segment(made, CLIENT, FIN | ACK, "");
	made_return(made, close, 0, 0);
	assert_reason(made, made_state(made, CLIENT, TCP_ESTABLISHED, TCP_FIN_WAIT1),
		      "state.fin-wait-1");
	assert_reason(made, made_state(made, SERVER, TCP_ESTABLISHED, TCP_CLOSE_WAIT),
		      "state.close-wait");
	made_segment(made, SERVER, ACK, "");
	assert_reason(made, made_state(made, CLIENT, TCP_FIN_WAIT1, TCP_FIN_WAIT2),
		      "state.fin-wait-2");
	made_close(made, SERVER);
	assert_reason(made, made_state(made, SERVER, TCP_CLOSE_WAIT, TCP_LAST_ACK),
		      "state.last-ack");
	made_segment(made, SERVER, FIN | ACK, "");
	assert_reason(made, made_state(made, CLIENT, TCP_FIN_WAIT2, TCP_TIME_WAIT),
		      "state.time-wait");
	assert_reason(made, made_segment(made, CLIENT, ACK, ""), "ack.fin");
	assert_reason(made, made_state(made, SERVER, TCP_LAST_ACK, TCP_CLOSE),
		      "state.closed-last-ack");
}

static void test_fins_may_cross(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_state(made, CLIENT, TCP_CLOSE, TCP_ESTABLISHED);
	made_close(made, CLIENT);
	made_close(made, SERVER);
	made_numbered(made, CLIENT, FIN | ACK, 1, 1, "");
	made_numbered(made, SERVER, FIN | ACK, 1, 1, "");
	assert_reason(made, made_state(made, CLIENT, TCP_ESTABLISHED, TCP_CLOSING),
		      "state.closing");
	made_numbered(made, SERVER, ACK, 2, 2, "");
	assert_reason(made, made_state(made, CLIENT, TCP_CLOSING, TCP_TIME_WAIT),
		      "state.time-wait-crossed");
}

static void test_a_state_that_the_end_was_never_in_has_no_reason(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_state(made, CLIENT, TCP_CLOSE, TCP_ESTABLISHED);
	assert_reason(made, made_state(made, CLIENT, TCP_ESTABLISHED, TCP_CLOSE_WAIT), "none");
}

static void test_a_passing_state_may_be_seen_late(void **state)
{
	struct made *made = *state;

	made_listen(made);
	made_syn(made);
	made_segment(made, SERVER, SYN | ACK, "");
	made_segment(made, CLIENT, ACK, "");
	assert_reason(made, made_state(made, SERVER, TCP_CLOSE, TCP_SYN_RECV),
		      "state.syn-received");
	assert_reason(made, made_state(made, SERVER, TCP_SYN_RECV, TCP_ESTABLISHED),
		      "state.established-passive");
}

static void test_a_state_goes_on_from_the_one_told_last(void **state)
{
	struct made *made = *state;

	made_connect(made);
	assert_reason(made, made_state(made, CLIENT, TCP_SYN_SENT, TCP_ESTABLISHED), "none");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_close_sends_a_fin),
		cmocka_unit_test(test_a_fin_without_close_has_no_reason),
		cmocka_unit_test(test_a_fin_does_not_come_long_after_close),
		cmocka_unit_test(test_a_child_holds_the_connection_on),
		cmocka_unit_test(test_who_is_killed_sends_a_fin),
		cmocka_unit_test(test_shutdown_sends_a_fin),
		cmocka_unit_test(test_write_after_shutdown_is_epipe),
		cmocka_unit_test(test_unread_data_makes_close_an_rst),
		cmocka_unit_test(test_all_was_read_and_close_is_no_rst),
		cmocka_unit_test(test_linger_makes_close_an_rst),
		cmocka_unit_test(test_data_for_a_killed_process_draws_an_rst),
		cmocka_unit_test(test_a_kernel_that_waits_for_the_fin_only_says_so),
		cmocka_unit_test(test_an_rst_has_the_number_that_was_acknowledged),
		cmocka_unit_test(test_a_host_without_memory_answers_with_an_rst),
		cmocka_unit_test(test_a_listener_takes_its_queue_along),
		cmocka_unit_test(test_a_forged_rst_is_the_outsiders),
		cmocka_unit_test(test_a_normal_end_has_its_states),
		cmocka_unit_test(test_fins_may_cross),
		cmocka_unit_test(test_a_state_that_the_end_was_never_in_has_no_reason),
		cmocka_unit_test(test_a_passing_state_may_be_seen_late),
		cmocka_unit_test(test_a_state_goes_on_from_the_one_told_last),
	};

	return RUN_NAMED(tests, argc, argv, made_open, made_close_all);
}

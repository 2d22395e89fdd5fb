/* What must follow, and when it is owed. */
#include "tests/support/made_events.h"

#include "explain/duty.h"

#include <errno.h>

/* The duty that is not met, and the event that something is owed to; "none". */
static const char *debt(struct made *made, size_t event)
{
	struct explanation explanation;
	const char *id = "none";

	explain_open(&explanation, &made->timeline);
	if (explanation.unexplained > 0)
		fail_msg("%zu events have no reason", explanation.unexplained);
	for (size_t i = 0; i < explanation.debt_count; i++)
		if (explanation.debts[i].event == event)
			id = explanation.debts[i].duty->id;
	if (explanation.debt_count > 1)
		fail_msg("%zu duties are not met", explanation.debt_count);
	explain_close(&explanation);
	return id;
}

static void assert_debt(struct made *made, size_t event, const char *id)
{
	assert_string_equal(debt(made, event), id);
}

/* The record goes on: somebody looks. */
static void go_on(struct made *made, int64_t ms)
{
	made_wait(made, ms);
	made_add(made, (struct event){ .kind = EVENT_SCENE, .host = ANY_HOST, .text = "later" });
}

static size_t kill_server_and_write(struct made *made)
{
	size_t write;

	made_connect(made);
	made_kill(made, SIGTERM, MADE_SERVER);
	made_signal(made, MADE_SERVER, SIGTERM, DEFAULT_ACTION);
	made_segment(made, SERVER, FIN | ACK, "");
	made_end(made, MADE_SERVER, 0, SIGTERM);
	made_write(made, CLIENT);
	made_numbered(made, SERVER, RST, 2, 0, "");
	write = made_enter(made, MADE_CLIENT, "write", "3, \"abc\", 3", CLIENT_INODE);
	return made_return(made, write, 0, EPIPE);
}

static void test_epipe_is_followed_by_sigpipe(void **state)
{
	struct made *made = *state;
	const size_t write = kill_server_and_write(made);

	assert_debt(made, write, "none"); /* it may come yet */
	made_enter(made, MADE_CLIENT, "read", "0", 0);
	assert_debt(made, write, "due.sigpipe");
}

static void test_who_ignores_sigpipe_is_not_told(void **state)
{
	struct made *made = *state;
	size_t write;

	made_call(made, MADE_CLIENT, "rt_sigaction", "SIGPIPE, SIG_IGN", 0, 0);
	write = kill_server_and_write(made);
	made_enter(made, MADE_CLIENT, "read", "0", 0);
	assert_debt(made, write, "none");
}

static void test_a_parent_is_told_of_an_end(void **state)
{
	struct made *made = *state;
	const size_t clone = made_enter(made, MADE_SERVER, "clone", "", 0);
	size_t end;

	made_add(made,
		 (struct event){ .kind = EVENT_FORK, .pid = MADE_SERVER, .child = MADE_CHILD });
	made_return(made, clone, MADE_CHILD, 0);
	made_enter(made, MADE_CHILD, "exit_group", "0", 0);
	end = made_end(made, MADE_CHILD, 0, 0);
	made_call(made, MADE_SERVER, "rt_sigaction", "SIGPIPE, SIG_DFL", 0, 0);
	assert_debt(made, end, "none");
	made_call(made, MADE_SERVER, "rt_sigaction", "SIGPIPE, SIG_DFL", 0, 0);
	assert_debt(made, end, "due.sigchld");
}

static void test_a_call_wakes_up(void **state)
{
	struct made *made = *state;
	size_t read;

	made_connect(made);
	read = made_enter(made, MADE_SERVER, "read", "4", SERVER_INODE);
	made_write(made, CLIENT);
	made_segment(made, SERVER, ACK, "");
	assert_debt(made, read, "none");
	go_on(made, 1000);
	assert_debt(made, read, "due.wake");
}

static void test_who_is_stopped_does_not_wake_up(void **state)
{
	struct made *made = *state;
	size_t read;

	made_connect(made);
	read = made_enter(made, MADE_SERVER, "read", "4", SERVER_INODE);
	made_kill(made, SIGSTOP, MADE_SERVER);
	made_signal(made, MADE_SERVER, SIGSTOP, DEFAULT_ACTION);
	made_write(made, CLIENT);
	made_segment(made, SERVER, ACK, "");
	go_on(made, 1000);
	assert_debt(made, read, "none");
}

static void test_data_is_acknowledged(void **state)
{
	struct made *made = *state;
	size_t data;

	made_connect(made);
	data = made_write(made, CLIENT);
	go_on(made, 100);
	assert_debt(made, data, "none");
	go_on(made, 500);
	assert_debt(made, data, "due.ack");
}

static void test_data_is_sent(void **state)
{
	struct made *made = *state;
	size_t write;

	made_connect(made);
	write = made_enter(made, MADE_CLIENT, "write", "3, \"abc\", 3", CLIENT_INODE);
	made_return(made, write, 3, 0);
	go_on(made, 1000);
	assert_debt(made, write, "due.data");
}

static void test_a_closed_end_sends_a_fin(void **state)
{
	struct made *made = *state;
	size_t close;

	made_connect(made);
	close = made_close(made, CLIENT);
	made_return(made, close, 0, 0);
	go_on(made, 1000);
	assert_debt(made, close, "due.fin");
}

static void test_nothing_is_owed_by_a_host_that_is_cut_off(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_crash(made, CLIENT);
	made_return(made, made_close(made, CLIENT), 0, 0);
	go_on(made, 1000);
	assert_debt(made, 0, "none");
}

static void test_a_syn_is_answered(void **state)
{
	struct made *made = *state;
	const size_t connect = made_syn(made);

	assert_debt(made, connect + 1, "none");
	go_on(made, 1000);
	assert_debt(made, connect + 1, "due.answer");
}

static void test_syn_ack_is_acknowledged(void **state)
{
	struct made *made = *state;
	size_t syn_ack, connect;

	made_listen(made);
	connect = made_syn(made);
	syn_ack = made_segment(made, SERVER, SYN | ACK, "");
	made_return(made, connect, 0, 0);
	assert_debt(made, syn_ack, "none");
	go_on(made, 1000);
	assert_debt(made, syn_ack, "due.third");
}

static void test_what_is_unknown_draws_an_rst(void **state)
{
	struct made *made = *state;
	size_t data;

	made_connect(made);
	made_reboot(made, SERVER);
	made_end(made, MADE_SERVER, 0, SIGKILL);
	data = made_write(made, CLIENT);
	go_on(made, 300);
	assert_debt(made, data, "due.answer");
}

static void test_a_signal_is_delivered(void **state)
{
	struct made *made = *state;
	const size_t kill = made_kill(made, SIGTERM, MADE_CLIENT);

	assert_debt(made, kill, "none");
	go_on(made, 1000);
	assert_debt(made, kill, "due.signal");
}

static void test_who_is_killed_ends(void **state)
{
	struct made *made = *state;
	const size_t kill = made_kill(made, SIGKILL, MADE_CLIENT);

	go_on(made, 1000);
	assert_debt(made, kill, "due.end");
}

static void test_what_is_started_does_something(void **state)
{
	struct made *made = *state;
	const size_t start = made_act(made, SERVER, 12, (struct action){ .verb = VERB_START });

	go_on(made, 1000);
	assert_debt(made, start, "due.begin");
}

static void test_a_state_that_lasts_is_seen(void **state)
{
	struct made *made = *state;
	size_t close, fin;

	made_connect(made);
	made_state(made, CLIENT, TCP_CLOSE, TCP_ESTABLISHED);
	made_state(made, SERVER, TCP_CLOSE, TCP_ESTABLISHED);
	close = made_close(made, CLIENT);
	fin = made_segment(made, CLIENT, FIN | ACK, "");
	made_return(made, close, 0, 0);
	made_segment(made, SERVER, ACK, "");
	made_state(made, CLIENT, TCP_ESTABLISHED, TCP_FIN_WAIT2);
	go_on(made, 1000);
	assert_debt(made, fin, "due.state");
	made_state(made, SERVER, TCP_ESTABLISHED, TCP_CLOSE_WAIT);
	assert_debt(made, fin, "none");
}

static void test_a_timeout_doubles_the_timer(void **state)
{
	struct made *made = *state;
	size_t again;

	made_connect(made);
	made_crash(made, SERVER);
	made_write(made, CLIENT);
	made_wait(made, 205);
	made_numbered(made, CLIENT, PSH | ACK, 1, 1, "abc");
	made_wait(made, 205);
	again = made_numbered(made, CLIENT, PSH | ACK, 1, 1, "abc");
	assert_debt(made, again, "none");
	go_on(made, 300);
	assert_debt(made, again, "due.doubled");
	made_backoff(made, CLIENT, 0, 1, 408000);
	assert_debt(made, again, "none");
}

static void test_what_is_not_acknowledged_is_sent_again(void **state)
{
	struct made *made = *state;
	size_t data;

	made_connect(made);
	made_crash(made, SERVER);
	data = made_write(made, CLIENT);
	go_on(made, 1000);
	assert_debt(made, data, "none");
	go_on(made, 10000);
	assert_debt(made, data, "due.again");
}

static void test_an_outsiders_segment_is_seen(void **state)
{
	struct made *made = *state;
	const size_t forge = made_forge(made, 0);

	go_on(made, 1000);
	assert_debt(made, forge, "due.forged");
}

static void test_a_call_that_does_not_wait_returns(void **state)
{
	struct made *made = *state;
	const size_t call = made_enter(made, MADE_CLIENT, "socket", "AF_INET, SOCK_STREAM, 0", 0);

	go_on(made, 1000);
	assert_debt(made, call, "due.return");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_epipe_is_followed_by_sigpipe),
		cmocka_unit_test(test_who_ignores_sigpipe_is_not_told),
		cmocka_unit_test(test_a_parent_is_told_of_an_end),
		cmocka_unit_test(test_a_call_wakes_up),
		cmocka_unit_test(test_who_is_stopped_does_not_wake_up),
		cmocka_unit_test(test_data_is_acknowledged),
		cmocka_unit_test(test_data_is_sent),
		cmocka_unit_test(test_a_closed_end_sends_a_fin),
		cmocka_unit_test(test_nothing_is_owed_by_a_host_that_is_cut_off),
		cmocka_unit_test(test_a_syn_is_answered),
		cmocka_unit_test(test_syn_ack_is_acknowledged),
		cmocka_unit_test(test_what_is_unknown_draws_an_rst),
		cmocka_unit_test(test_a_signal_is_delivered),
		cmocka_unit_test(test_who_is_killed_ends),
		cmocka_unit_test(test_what_is_started_does_something),
		cmocka_unit_test(test_a_state_that_lasts_is_seen),
		cmocka_unit_test(test_a_timeout_doubles_the_timer),
		cmocka_unit_test(test_what_is_not_acknowledged_is_sent_again),
		cmocka_unit_test(test_an_outsiders_segment_is_seen),
		cmocka_unit_test(test_a_call_that_does_not_wait_returns),
	};

	return RUN_NAMED(tests, argc, argv, made_open, made_close_all);
}

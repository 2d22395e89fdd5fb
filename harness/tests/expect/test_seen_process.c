/* Expectations of what happens to a process fail, and say what was wanted and seen. */
#include "tests/support/run.h"

#include "tests/support/unmet.h"

#include <netinet/tcp.h>
#include <signal.h>

static void test_an_unmet_fork_shows_the_end(void **state)
{
	const struct expectation fork = { .kind = &kind_fork, .who = THE_SERVER };
	struct timeline *timeline = *state;
	char out[64];

	assert_unmet(timeline, fork, 0, "server: forks a child", "nothing similar");
	add(timeline, (struct event){ .kind = EVENT_FORK, .pid = CLIENT_PID, .child = 21 });
	add_end(timeline, SERVER_PID, -1, SIGKILL);
	assert_unmet(timeline, fork, 0, "server: forks a child", "killed by SIGKILL");
	add_end(timeline, CHILD_PID, 3, 0); /* the last end is enough */
	assert_unmet(timeline, fork, 0, "server: forks a child", "exited with status 3");
	add(timeline, (struct event){ .kind = EVENT_FORK, .pid = SERVER_PID, .child = 12 });
	expectation_seen(out, sizeof(out), &fork, timeline, 3);
	assert_string_equal(out, "forks a child");
}

static void test_an_unmet_signal_shows_other_signals(void **state)
{
	const struct expectation sigpipe = { .kind = &kind_signal,
					     .who = THE_CLIENT,
					     .signal = { SIGPIPE, DEFAULT_ACTION } };
	struct timeline *timeline = *state;

	add_signal(timeline, SERVER_PID, SIGPIPE, DEFAULT_ACTION);
	add_signal(timeline, CLIENT_PID, SIGCHLD, DEFAULT_ACTION);
	add_signal(timeline, CLIENT_PID, SIGPIPE, IGNORED);
	add_end(timeline, CLIENT_PID, 1, 0);
	assert_unmet(timeline, sigpipe, 0, "client: SIGPIPE, default action",
		     "SIGCHLD, default action; SIGPIPE, ignored; exited with status 1");
}

static void test_an_unmet_end_shows_the_other_end(void **state)
{
	const struct expectation killed = { .kind = &kind_end,
					    .who = THE_CLIENT,
					    .end.signal = SIGPIPE };
	const struct expectation exited = { .kind = &kind_end,
					    .who = THE_CHILD,
					    .end.exited = true };
	struct timeline *timeline = *state;

	add_enter(timeline, CLIENT_PID, (struct call){ .name = "read", .args = "0" });
	assert_unmet(timeline, killed, 0, "client: killed by SIGPIPE", "still in read(0)");
	add_end(timeline, CLIENT_PID, 1, 0);
	add_end(timeline, CHILD_PID, -1, SIGTERM);
	assert_unmet(timeline, killed, 0, "client: killed by SIGPIPE", "exited with status 1");
	assert_unmet(timeline, exited, 0, "server child: exited with status 0",
		     "killed by SIGTERM");
}

static void test_an_unmet_state_shows_the_states_of_its_sockets(void **state)
{
	const struct expectation close_wait = { .kind = &kind_state,
						.who = THE_CLIENT,
						.state = TCP_CLOSE_WAIT };
	struct timeline *timeline = *state;

	add_call(timeline, CLIENT_PID, (struct call){ .name = "connect", .inode = CLIENT_INODE });
	add_state(timeline, SERVER, 9, SERVER_INODE, TCP_LISTEN);
	assert_unmet(timeline, close_wait, 0, "client: socket in CLOSE_WAIT", "nothing similar");
	add_state(timeline, CLIENT, 1, CLIENT_INODE, TCP_ESTABLISHED);
	add_state(timeline, CLIENT, 1, 0, TCP_CLOSE);
	assert_unmet(timeline, close_wait, 0, "client: socket in CLOSE_WAIT",
		     "socket in ESTABLISHED; socket in CLOSED");
}

static void test_an_unmet_process_shows_how_it_looks(void **state)
{
	const struct expectation blocked = { .kind = &kind_process,
					     .who = THE_SERVER,
					     .process = { .state = 'S', .in_call = "accept" } };
	struct timeline *timeline = *state;

	add_enter(timeline, SERVER_PID, (struct call){ .name = "read", .args = "0" });
	add_look(timeline, SERVER_PID, 'S', "n_tty_read");
	add_look(timeline, CHILD_PID, 'Z', "");
	assert_unmet(timeline, blocked, 0, "server: process in state S, blocked in accept",
		     "process in state S, wait channel n_tty_read; "
		     "process in state Z, wait channel unknown; still in read(0)");
}

static void test_an_unmet_output_shows_what_was_printed(void **state)
{
	const struct expectation prints = { .kind = &kind_output,
					    .who = THE_CLIENT,
					    .output = "Broken pipe" };
	struct timeline *timeline = *state;

	add_output(timeline, SERVER_PID, "Broken pipe");
	add_output(timeline, CLIENT_PID, "hi there");
	add_output(timeline, CLIENT_PID, "\x1b[1m파이프\x1b[0m");
	assert_unmet(timeline, prints, 0, "client: prints \"Broken pipe\"",
		     "\"hi there\"; \"\\x1b[1m파이프\\x1b[0m\"");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_unmet_fork_shows_the_end),
		cmocka_unit_test(test_an_unmet_signal_shows_other_signals),
		cmocka_unit_test(test_an_unmet_end_shows_the_other_end),
		cmocka_unit_test(test_an_unmet_state_shows_the_states_of_its_sockets),
		cmocka_unit_test(test_an_unmet_process_shows_how_it_looks),
		cmocka_unit_test(test_an_unmet_output_shows_what_was_printed),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

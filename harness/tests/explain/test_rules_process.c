/* Signals, children, ends, and the lab's looks at them. */
#include "tests/support/made_events.h"

#include <errno.h>

/* The server makes a child; clone() has returned. */
static size_t make_child(struct made *made)
{
	const size_t clone = made_enter(made, MADE_SERVER, "clone", "", 0);
	const size_t fork = made_add(
		made,
		(struct event){ .kind = EVENT_FORK, .pid = MADE_SERVER, .child = MADE_CHILD });

	made_return(made, clone, MADE_CHILD, 0);
	return fork;
}

static size_t end_child(struct made *made)
{
	made_enter(made, MADE_CHILD, "exit_group", "1", 0);
	return made_end(made, MADE_CHILD, 1, 0);
}

static size_t look(struct made *made, pid_t pid, char process_state)
{
	struct event event = { .kind = EVENT_PROCESS, .pid = pid };

	event.process.state = process_state;
	return made_add(made, event);
}

static void test_a_child_is_made_by_fork(void **state)
{
	struct made *made = *state;
	const size_t fork = make_child(made);

	assert_reason(made, fork, "fork");
	assert_reason(made, fork + 1, "fork.child");
	assert_reason(made, made_enter(made, MADE_CHILD, "read", "0", 0), "call.child");
}

static void test_a_parent_learns_of_an_end(void **state)
{
	struct made *made = *state;
	size_t wait;

	make_child(made);
	wait = made_enter(made, MADE_SERVER, "wait4", "-1, 0", 0);
	assert_reason(made, end_child(made), "end.exit");
	assert_reason(made, made_return_as(made, wait, MADE_CHILD, "-1, [exit 0], 0", 0), "none");
	made->timeline.count--;
	assert_reason(made, made_return_as(made, wait, MADE_CHILD, "-1, [exit 1], 0", 0),
		      "wait.child");
	assert_reason(made, made_signal(made, MADE_SERVER, SIGCHLD, DEFAULT_ACTION), "sig.child");
	assert_reason(made, made_signal(made, MADE_SERVER, SIGCHLD, DEFAULT_ACTION), "none");
	made->timeline.count--;
	wait = made_enter(made, MADE_SERVER, "wait4", "-1, 0", 0);
	assert_reason(made, made_return(made, wait, 0, ECHILD), "wait.no-child");
}

static void test_a_living_child_is_waited_for(void **state)
{
	struct made *made = *state;
	size_t wait;

	make_child(made);
	wait = made_enter(made, MADE_SERVER, "wait4", "-1, WNOHANG", 0);
	assert_reason(made, made_return(made, wait, 0, ECHILD), "none");
	made->timeline.count--;
	assert_reason(made, made_return(made, wait, 0, 0), "wait.none");
	wait = made_enter(made, MADE_SERVER, "wait4", "-1, 0", 0);
	assert_reason(made, made_return(made, wait, MADE_CHILD, 0), "none");
}

static void test_a_zombie_has_ended_and_was_not_waited_for(void **state)
{
	struct made *made = *state;
	size_t wait;

	make_child(made);
	assert_reason(made, look(made, MADE_CHILD, 'Z'), "none");
	made->timeline.count--;
	end_child(made);
	assert_reason(made, look(made, MADE_CHILD, 'Z'), "look.zombie");
	made_signal(made, MADE_SERVER, SIGCHLD, DEFAULT_ACTION);
	wait = made_enter(made, MADE_SERVER, "wait4", "-1, 0", 0);
	made_return(made, wait, MADE_CHILD, 0);
	assert_reason(made, look(made, MADE_CHILD, 'Z'), "none");
}

static void test_who_sleeps_is_in_a_call(void **state)
{
	struct made *made = *state;

	assert_reason(made, look(made, MADE_SERVER, 'R'), "look.runs");
	assert_reason(made, look(made, MADE_SERVER, 'S'), "none");
	made->timeline.count--;
	made_enter(made, MADE_SERVER, "read", "0", 0);
	assert_reason(made, look(made, MADE_SERVER, 'S'), "look.sleeps");
	assert_reason(made, look(made, MADE_SERVER, 'T'), "none");
	made->timeline.count--;
	made_kill(made, SIGSTOP, MADE_SERVER);
	assert_reason(made, look(made, MADE_SERVER, 'T'), "look.stopped");
}

static void test_a_signal_is_sent_by_somebody(void **state)
{
	struct made *made = *state;
	size_t kill;

	made_enter(made, MADE_CLIENT, "read", "0", 0);
	assert_reason(made, made_signal(made, MADE_CLIENT, SIGTERM, DEFAULT_ACTION), "none");
	made->timeline.count--;
	kill = made_enter(made, MADE_SERVER, "kill", "20, SIGTERM", 0);
	assert_reason(made, made_signal(made, MADE_CLIENT, SIGTERM, DEFAULT_ACTION), "sig.kill");
	assert_reason(made, made_return(made, kill, 0, 0), "kill.ok");
	assert_reason(made, made_end(made, MADE_CLIENT, 0, SIGTERM), "end.signal");
}

static void test_a_signal_has_the_disposition_that_was_set(void **state)
{
	struct made *made = *state;

	made_call(made, MADE_CLIENT, "rt_sigaction", "SIGTERM, SIG_IGN", 0, 0);
	made_kill(made, SIGTERM, MADE_CLIENT);
	assert_reason(made, made_signal(made, MADE_CLIENT, SIGTERM, DEFAULT_ACTION), "none");
	made->timeline.count--;
	assert_reason(made, made_signal(made, MADE_CLIENT, SIGTERM, IGNORED), "sig.lab");
}

static void test_sigkill_cannot_be_ignored(void **state)
{
	struct made *made = *state;
	const size_t action = made_enter(made, MADE_CLIENT, "rt_sigaction", "SIGKILL, SIG_IGN", 0);

	assert_reason(made, made_return(made, action, 0, 0), "none");
	made->timeline.count--;
	assert_reason(made, made_return(made, action, 0, EINVAL), "sigaction.fixed");
}

static void test_who_is_killed_ends(void **state)
{
	struct made *made = *state;
	size_t kill;

	kill = made_enter(made, MADE_SERVER, "kill", "20, SIGKILL", 0);
	assert_reason(made, made_end(made, MADE_CLIENT, 0, SIGKILL), "end.killed-by-process");
	made_return(made, kill, 0, 0);
	made_kill(made, SIGKILL, MADE_SERVER);
	assert_reason(made, made_end(made, MADE_SERVER, 0, SIGKILL), "end.killed");
}

static void test_an_end_tells_the_status_of_exit(void **state)
{
	struct made *made = *state;

	made_enter(made, MADE_CLIENT, "exit_group", "3", 0);
	assert_reason(made, made_end(made, MADE_CLIENT, 4, 0), "none");
	made->timeline.count--;
	assert_reason(made, made_end(made, MADE_CLIENT, 0, SIGTERM), "none");
	made->timeline.count--;
	assert_reason(made, made_end(made, MADE_CLIENT, 3, 0), "end.exit");
}

static void test_an_end_ends_once(void **state)
{
	struct made *made = *state;

	made_enter(made, MADE_CLIENT, "exit_group", "3", 0);
	made_end(made, MADE_CLIENT, 3, 0);
	assert_reason(made, made_end(made, MADE_CLIENT, 3, 0), "none");
}

static void test_nobody_outlives_the_power(void **state)
{
	struct made *made = *state;

	made_reboot(made, SERVER);
	assert_reason(made, made_end(made, MADE_SERVER, 0, SIGKILL), "end.power");
	assert_reason(made, made_end(made, MADE_CLIENT, 0, SIGTERM), "none");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_child_is_made_by_fork),
		cmocka_unit_test(test_a_parent_learns_of_an_end),
		cmocka_unit_test(test_a_living_child_is_waited_for),
		cmocka_unit_test(test_a_zombie_has_ended_and_was_not_waited_for),
		cmocka_unit_test(test_who_sleeps_is_in_a_call),
		cmocka_unit_test(test_a_signal_is_sent_by_somebody),
		cmocka_unit_test(test_a_signal_has_the_disposition_that_was_set),
		cmocka_unit_test(test_sigkill_cannot_be_ignored),
		cmocka_unit_test(test_who_is_killed_ends),
		cmocka_unit_test(test_an_end_tells_the_status_of_exit),
		cmocka_unit_test(test_an_end_ends_once),
		cmocka_unit_test(test_nobody_outlives_the_power),
	};

	return RUN_NAMED(tests, argc, argv, made_open, made_close_all);
}

/* What meets an expectation of a process, its signals, its end, its sockets; and whose it is. */
#include "tests/support/run.h"

#include "tests/support/events.h"

#include <netinet/tcp.h>
#include <signal.h>

/* One expectation held against one event. */
static void check(const struct timeline *timeline, size_t row, struct expectation want,
		  size_t event, bool matches)
{
	if (expectation_matches(&want, timeline, event) != matches)
		fail_msg("row %zu is %s", row, matches ? "not matched" : "matched");
}

static void test_a_signal_is_compared_in_number_and_disposition(void **state)
{
	static const struct {
		struct signalled want, seen;
		bool matches;
	} rows[] = {
		{ { 0, 0 }, { SIGPIPE, IGNORED }, true },
		{ { SIGPIPE, 0 }, { SIGPIPE, DEFAULT_ACTION }, true },
		{ { SIGPIPE, 0 }, { SIGCHLD, DEFAULT_ACTION }, false },
		{ { SIGPIPE, CAUGHT }, { SIGPIPE, CAUGHT }, true },
		{ { SIGPIPE, CAUGHT }, { SIGPIPE, IGNORED }, false },
		{ { SIGPIPE, DEFAULT_ACTION }, { SIGPIPE, CAUGHT }, false },
		{ { 0, IGNORED }, { SIGCHLD, IGNORED }, true },
		{ { 0, IGNORED }, { SIGCHLD, CAUGHT }, false },
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(timeline, i,
		      (struct expectation){
			      .kind = &kind_signal, .who = THE_CLIENT, .signal = rows[i].want },
		      add_signal(timeline, CLIENT_PID, rows[i].seen.number,
				 rows[i].seen.disposition),
		      rows[i].matches);
}

static void test_an_exit_is_no_kill(void **state)
{
	static const struct {
		struct end want;
		int status, signal;
		bool matches;
	} rows[] = {
		{ { .exited = true, .status = 0 }, 0, 0, true },
		{ { .exited = true, .status = 0 }, 1, 0, false },
		{ { .exited = true, .status = 1 }, 1, 0, true },
		{ { .exited = true, .status = 0 }, 0, SIGPIPE, false },
		{ { .exited = true, .status = -1 }, -1, SIGPIPE, false },
		{ { .signal = SIGPIPE }, -1, SIGPIPE, true },
		{ { .signal = SIGPIPE }, -1, SIGTERM, false },
		{ { .signal = SIGPIPE }, SIGPIPE, 0, false },
		{ { 0 }, -1, SIGTERM, true },
		{ { 0 }, 3, 0, true },
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(timeline, i,
		      (struct expectation){
			      .kind = &kind_end, .who = THE_CLIENT, .end = rows[i].want },
		      add_end(timeline, CLIENT_PID, rows[i].status, rows[i].signal),
		      rows[i].matches);
}

static void test_a_process_is_compared_in_state_and_wait_channel(void **state)
{
	static const struct {
		struct process_look want;
		const char *channel;
		char state;
		bool matches;
	} rows[] = {
		{ { 0 }, "pipe_read", 'S', true },
		{ { .state = 'Z' }, "", 'Z', true },
		{ { .state = 'Z' }, "", 'S', false },
		{ { .wait_channel = "pipe_read" }, "pipe_read", 'S', true },
		{ { .wait_channel = "pipe_read" }, "pipe_write", 'S', false },
		{ { .wait_channel = "a|pipe_read" }, "pipe_read", 'S', true },
		{ { .wait_channel = "pipe_read" },
		  "",
		  'S',
		  true }, /* a kernel that does not tell */
		{ { .state = 'S', .wait_channel = "pipe_read" }, "pipe_read", 'R', false },
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(timeline, i,
		      (struct expectation){
			      .kind = &kind_process, .who = THE_CLIENT, .process = rows[i].want },
		      add_look(timeline, CLIENT_PID, rows[i].state, rows[i].channel),
		      rows[i].matches);
}

static void check_in_call(struct timeline *timeline, struct who who, pid_t pid, const char *call,
			  bool matches)
{
	const struct expectation want = { .kind = &kind_process,
					  .who = who,
					  .process.in_call = call };

	assert_int_equal(expectation_matches(&want, timeline, add_look(timeline, pid, 'S', "")),
			 matches);
}

static void test_a_thread_is_in_its_own_call(void **state)
{
	enum { WORKER = SERVER_PID + 5 };
	static const struct expectation want = { .kind = &kind_process,
						 .who = THE_SERVER,
						 .process.in_call = "accept" };
	struct timeline *timeline = *state;

	add(timeline, (struct event){ .kind = EVENT_ENTER,
				      .pid = SERVER_PID,
				      .tid = WORKER,
				      .call = completed((struct call){ .name = "accept" }) });
	add(timeline, (struct event){ .kind = EVENT_ENTER,
				      .pid = SERVER_PID,
				      .tid = SERVER_PID,
				      .call = completed((struct call){ .name = "poll" }) });
	check(timeline, 0, want,
	      add(timeline, (struct event){ .kind = EVENT_PROCESS,
					    .pid = SERVER_PID,
					    .tid = WORKER,
					    .process.state = 'S' }),
	      true);
	check(timeline, 1, want,
	      add(timeline, (struct event){ .kind = EVENT_PROCESS,
					    .pid = SERVER_PID,
					    .tid = SERVER_PID,
					    .process.state = 'S' }),
	      false);
}

static void test_a_process_is_in_the_call_it_has_entered_last(void **state)
{
	struct timeline *timeline = *state;
	size_t entered;

	add_enter(timeline, CHILD_PID, (struct call){ .name = "close" });
	check_in_call(timeline, THE_CHILD, CHILD_PID, "close", true);
	check_in_call(timeline, THE_CLIENT, CLIENT_PID, "read", false);
	add_call(timeline, CLIENT_PID, (struct call){ .name = "write" });
	check_in_call(timeline, THE_CLIENT, CLIENT_PID, "write", false);
	entered = add_enter(timeline, CLIENT_PID,
			    (struct call){ .name = "recvfrom", .family = "read" });
	add_enter(timeline, SERVER_PID, (struct call){ .name = "accept" }); /* another's */
	check_in_call(timeline, THE_CLIENT, CLIENT_PID, "read", true);
	check_in_call(timeline, THE_CLIENT, CLIENT_PID, "recvfrom", true);
	check_in_call(timeline, THE_CLIENT, CLIENT_PID, "accept", false);
	check_in_call(timeline, THE_SERVER, SERVER_PID, "accept|read", true);
	check_in_call(timeline, THE_SERVER, CHILD_PID, "accept", false);
	add(timeline,
	    (struct event){ .kind = EVENT_RETURN,
			    .pid = CLIENT_PID,
			    .call = completed((struct call){
				    .name = "recvfrom", .family = "read", .entered = entered }) });
	check_in_call(timeline, THE_CLIENT, CLIENT_PID, "read", false);
}

static void test_output_contains_the_text(void **state)
{
	static const struct {
		const char *want, *seen;
		bool matches;
	} rows[] = {
		{ "hi", "hi there", true },      { "there", "hi there", true },
		{ "hi there", "hi the", false }, { "", "anything", true },
		{ "Hi", "hi", false },           { "파", "파이프", true },
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(timeline, i,
		      (struct expectation){
			      .kind = &kind_output, .who = THE_CLIENT, .output = rows[i].want },
		      add_output(timeline, CLIENT_PID, rows[i].seen), rows[i].matches);
}

/* TCP states: of the actor's sockets only --------------------------------------------- */

static bool state_matches(const struct timeline *timeline, struct who who, int to, size_t event)
{
	const struct expectation want = { .kind = &kind_state, .who = who, .state = to };

	return expectation_matches(&want, timeline, event);
}

static void test_a_state_is_compared_with_the_new_one(void **state)
{
	struct timeline *timeline = *state;
	size_t event;

	add_call(timeline, CLIENT_PID, (struct call){ .name = "connect", .inode = CLIENT_INODE });
	event = add_state(timeline, CLIENT, 1, CLIENT_INODE, TCP_ESTABLISHED);
	assert_true(state_matches(timeline, THE_CLIENT, TCP_ESTABLISHED, event));
	assert_true(state_matches(timeline, THE_CLIENT, 0, event));
	assert_false(state_matches(timeline, THE_CLIENT, TCP_CLOSE_WAIT, event));
	assert_false(
		state_matches(timeline, THE_CLIENT, TCP_CLOSE, event)); /* where it came from */
}

static void test_a_state_is_an_actor_s_through_inode_and_host(void **state)
{
	struct timeline *timeline = *state;
	size_t unknown, orphan, child, same_inode_elsewhere;

	add_enter(timeline, CHILD_PID, (struct call){ .name = "read", .inode = CHILD_INODE });
	add_call(timeline, SERVER_PID, (struct call){ .name = "write" }); /* not on a socket */
	unknown = add_state(timeline, SERVER, 1, SERVER_INODE, TCP_LISTEN);
	orphan = add_state(timeline, SERVER, 2, 0, TCP_FIN_WAIT2);
	child = add_state(timeline, SERVER, 3, CHILD_INODE, TCP_ESTABLISHED);
	same_inode_elsewhere = add_state(timeline, CLIENT, 3, CHILD_INODE, TCP_ESTABLISHED);
	assert_false(state_matches(timeline, THE_SERVER, 0, unknown));
	assert_false(state_matches(timeline, THE_SERVER, 0, orphan));
	assert_false(state_matches(timeline, THE_CLIENT, 0, orphan));
	assert_true(state_matches(timeline, THE_SERVER, 0, child));
	assert_true(state_matches(timeline, THE_CHILD, 0, child));
	assert_false(state_matches(timeline, THE_CLIENT, 0, child));
	assert_false(state_matches(timeline, THE_SERVER, 0, same_inode_elsewhere));
	assert_false(state_matches(timeline, THE_CLIENT, 0, same_inode_elsewhere));
	/* a call that comes to be known later ties it, too */
	add_call(timeline, SERVER_PID, (struct call){ .name = "listen", .inode = SERVER_INODE });
	assert_true(state_matches(timeline, THE_SERVER, TCP_LISTEN, unknown));
	assert_false(state_matches(timeline, THE_CHILD, TCP_LISTEN, unknown));
}

static void test_a_socket_that_a_call_returned_is_its_process_s(void **state)
{
	struct timeline *timeline = *state;
	const size_t event = add_state(timeline, SERVER, 3, CHILD_INODE, TCP_ESTABLISHED);

	assert_false(state_matches(timeline, THE_SERVER, 0, event));
	add(timeline, (struct event){ .kind = EVENT_RETURN,
				      .pid = SERVER_PID,
				      .call = { .name = "accept", .inode = CHILD_INODE } });
	assert_true(state_matches(timeline, THE_SERVER, 0, event));
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_signal_is_compared_in_number_and_disposition),
		cmocka_unit_test(test_an_exit_is_no_kill),
		cmocka_unit_test(test_a_process_is_compared_in_state_and_wait_channel),
		cmocka_unit_test(test_a_thread_is_in_its_own_call),
		cmocka_unit_test(test_a_process_is_in_the_call_it_has_entered_last),
		cmocka_unit_test(test_output_contains_the_text),
		cmocka_unit_test(test_a_state_is_compared_with_the_new_one),
		cmocka_unit_test(test_a_state_is_an_actor_s_through_inode_and_host),
		cmocka_unit_test(test_a_socket_that_a_call_returned_is_its_process_s),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

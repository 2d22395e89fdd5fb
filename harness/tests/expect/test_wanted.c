/* The words of expectations: what was wanted. */
#include "tests/support/run.h"

#include "tests/support/events.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>

struct worded {
	struct expectation expectation;
	const char *text;
};

static void check_wanted(const struct worded *rows, size_t count)
{
	char out[256];

	for (size_t i = 0; i < count; i++) {
		expectation_wanted(out, sizeof(out), &rows[i].expectation);
		assert_text(rows[i].text, out, rows[i].text);
	}
}

#define CHECK_WANTED(rows) check_wanted(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_a_wanted_segment(void **state)
{
#define SEGMENT(...)                                              \
	{                                                         \
		.kind = &kind_segment, .segment = { __VA_ARGS__ } \
	}
#define NO_SEGMENT(...)                                              \
	{                                                            \
		.kind = &kind_no_segment, .segment = { __VA_ARGS__ } \
	}
	static const struct worded rows[] = {
		{ SEGMENT(0), "segment" },
		{ SEGMENT(.from = SERVER), "segment from server" },
		{ SEGMENT(.flags = RST), "RST" },
		{ SEGMENT(.from = SERVER, .flags = RST), "RST from server" },
		{ SEGMENT(.from = SERVER, .flags = FIN | ACK), "FIN,ACK from server" },
		{ SEGMENT(.from = CLIENT, .flags = ACK, .payload_bytes = 1),
		  "ACK len=1 from client" },
		{ SEGMENT(.from = CLIENT, .payload_bytes = 1448), "segment len=1448 from client" },
		{ SEGMENT(.payload_bytes = SOME_DATA), "segment with data" },
		{ SEGMENT(.flags = ACK, .payload_bytes = EMPTY), "ACK without data" },
		{ SEGMENT(.flags = ACK, .payload_bytes = SOME_DATA, .again = true),
		  "retransmission of ACK with data" },
		{ SEGMENT(.from = CLIENT, .flags = ACK, .probe = true), "probe ACK from client" },
		{ SEGMENT(.from = SERVER, .flags = ACK, .payload_bytes = EMPTY, .no_window = true),
		  "ACK without data win=0 from server" },
		{ NO_SEGMENT(.no_window = true), "no segment win=0" },
		{ NO_SEGMENT(0), "no segment" },
		{ NO_SEGMENT(.from = CLIENT), "no segment from client" },
		{ NO_SEGMENT(.from = SERVER, .flags = RST | ACK), "no RST,ACK from server" },
	};

	(void)state;
	CHECK_WANTED(rows);
}

static void test_a_wanted_call(void **state)
{
#define CALL(...)                                                                 \
	{                                                                         \
		.kind = &kind_call, .who.name = "client", .call = { __VA_ARGS__ } \
	}
	static const struct worded rows[] = {
		{ CALL(.name = "write", .error = EPIPE), "client: write() = -1 EPIPE" },
		{ CALL(.error = ECONNRESET), "client: any call() = -1 ECONNRESET" },
		{ CALL(.name = "kill", .error = EPERM), "client: kill() = -1 EPERM" },
		{ CALL(.name = "write", .result = 9), "client: write() = 9" },
		{ CALL(.name = "connect", .error = NO_ERROR), "client: connect() succeeds" },
		{ CALL(.name = "write", .error = NO_ERROR, .result = 9), "client: write() = 9" },
		{ CALL(.name = "close"), "client: close() returns" },
		{ CALL(.name = "read", .eof = true), "client: read() = 0, end of file" },
		{ CALL(0), "client: any call() returns" },
	};

	(void)state;
	CHECK_WANTED(rows);
}

static void test_a_wanted_signal_or_end(void **state)
{
#define SIGNAL(...)                                                                   \
	{                                                                             \
		.kind = &kind_signal, .who.name = "client", .signal = { __VA_ARGS__ } \
	}
#define END(...)                                                                      \
	{                                                                             \
		.kind = &kind_end, .who.name = "server child", .end = { __VA_ARGS__ } \
	}
	static const struct worded rows[] = {
		{ SIGNAL(SIGPIPE), "client: SIGPIPE" },
		{ SIGNAL(SIGPIPE, DEFAULT_ACTION), "client: SIGPIPE, default action" },
		{ SIGNAL(SIGPIPE, IGNORED), "client: SIGPIPE, ignored" },
		{ SIGNAL(SIGPIPE, CAUGHT), "client: SIGPIPE, caught" },
		{ { .kind = &kind_no_signal, .who.name = "client", .signal = { SIGPIPE } },
		  "client: no SIGPIPE" },
		{ END(.exited = true), "server child: exited with status 0" },
		{ END(.exited = true, .status = 1), "server child: exited with status 1" },
		{ END(.exited = true, .signal = SIGPIPE), "server child: exited with status 0" },
		{ END(.signal = SIGTERM), "server child: killed by SIGTERM" },
	};

	(void)state;
	CHECK_WANTED(rows);
}

static void test_a_wanted_process(void **state)
{
#define LOOK(...)                                                                       \
	{                                                                               \
		.kind = &kind_process, .who.name = "server", .process = { __VA_ARGS__ } \
	}
	static const struct worded rows[] = {
		{ LOOK(.state = 'Z'), "server: process in state Z" },
		{ LOOK(.state = 'S', .in_call = "accept"),
		  "server: process in state S, blocked in accept" },
		{ LOOK(.state = 'S', .wait_channel = "a|b"),
		  "server: process in state S, wait channel a|b" },
		{ LOOK(.state = 'S', .in_call = "read", .wait_channel = "a"),
		  "server: process in state S, blocked in read, wait channel a" },
		{ { .kind = &kind_fork, .who.name = "server" }, "server: forks a child" },
	};

	(void)state;
	CHECK_WANTED(rows);
}

static void test_a_process_wanted_in_no_certain_state(void **state)
{
	static const struct worded rows[] = {
		{ LOOK(.in_call = "accept"), "server: process, blocked in accept" },
		{ LOOK(.wait_channel = "a"), "server: process, wait channel a" },
		{ LOOK(0), "server: process" },
	};

	(void)state;
	CHECK_WANTED(rows);
}

static void test_a_wanted_state_output_or_condition(void **state)
{
#define STATE(to)                                                        \
	{                                                                \
		.kind = &kind_state, .who.name = "client", .state = (to) \
	}
#define OUTPUT(what)                                                         \
	{                                                                    \
		.kind = &kind_output, .who.name = "client", .output = (what) \
	}
#define CONDITION(...)                                                                      \
	{                                                                                   \
		.kind = &kind_condition, .who.name = "server", .condition = { __VA_ARGS__ } \
	}
	static const struct worded rows[] = {
		{ STATE(TCP_CLOSE_WAIT), "client: socket in CLOSE_WAIT" },
		{ STATE(TCP_CLOSE), "client: socket in CLOSED" },
		{ { .kind = &kind_backoff, .who.name = "client", .backoff = 1 },
		  "client: retransmission timeout doubled once" },
		{ { .kind = &kind_backoff, .who.name = "client", .backoff = 9 },
		  "client: retransmission timeout doubled 9 times" },
		{ OUTPUT("hi there"), "client: prints \"hi there\"" },
		{ CONDITION(CONDITION_HELD), "server: reaches the call where the lab pauses it" },
		{ CONDITION(CONDITION_SERVING), "server: exactly one process has the connection open" },
		{ CONDITION(CONDITION_ZOMBIES, 1), "server: has 1 zombie" },
		{ CONDITION(CONDITION_ZOMBIES, 3), "server: has 3 zombies" },
		{ CONDITION(CONDITION_THREADS, 0), "server: has 0 threads" },
	};

	(void)state;
	CHECK_WANTED(rows);
}

static void test_what_is_left_out_is_called_any(void **state)
{
	static const struct worded rows[] = {
		{ SIGNAL(0), "client: a signal" },
		{ SIGNAL(0, IGNORED), "client: a signal, ignored" },
		{ STATE(0), "client: socket in any state" },
	};

	(void)state;
	CHECK_WANTED(rows);
}

static void test_a_long_wanted_text_stays_within_its_buffer(void **state)
{
	static const struct expectation expectation = OUTPUT("a text longer than its room");
	static const struct expectation segment = NO_SEGMENT(.flags = RST | ACK);
	char out[24];

	(void)state;
	memset(out, '#', sizeof(out));
	expectation_wanted(out, 20, &expectation);
	assert_string_equal(out, "client: prints \"a t");
	assert_int_equal(out[20], '#');
	expectation_wanted(out, 10, &segment);
	assert_string_equal(out, "no RST,AC");
	assert_int_equal(out[10], 'i');
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_wanted_segment),
		cmocka_unit_test(test_a_wanted_call),
		cmocka_unit_test(test_a_wanted_signal_or_end),
		cmocka_unit_test(test_a_wanted_process),
		cmocka_unit_test(test_a_process_wanted_in_no_certain_state),
		cmocka_unit_test(test_a_wanted_state_output_or_condition),
		cmocka_unit_test(test_what_is_left_out_is_called_any),
		cmocka_unit_test(test_a_long_wanted_text_stays_within_its_buffer),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

/* Events in words: calls, ends and retransmission timeouts. */
#include "tests/support/run.h"

#include "record/event_words.h"
#include "tests/support/events.h"

#include <errno.h>
#include <signal.h>

static void test_a_call_reads_as_in_strace(void **state)
{
	static const struct {
		struct call call;
		const char *text;
	} rows[] = {
		{ { .name = "write", .args = "3, \"b\", 1", .result = 1 },
		  "write(3, \"b\", 1) = 1" },
		{ { .name = "recvfrom", .family = "read", .args = "3" }, "recvfrom(3) = 0" },
		{ { .name = "write", .args = "3", .result = -1, .error = EPIPE },
		  "write(3) = -1 EPIPE" },
		{ { .name = "read", .args = "3", .result = -1, .error = 4321 },
		  "read(3) = -1 E4321" },
		{ { .name = "mmap", .args = "", .result = INT64_C(0x7fffffffffffffff) },
		  "mmap() = 9223372036854775807" },
		{ { .name = "nanosleep", .args = "1 s", .by_lab = true },
		  "nanosleep(1 s) = 0 (ended by the lab)" },
		{ { .name = "accept", .args = "3", .error = ECONNABORTED, .by_lab = true },
		  "accept(3) = -1 ECONNABORTED (ended by the lab)" },
		{ { .name = "accept", .args = "3", .ending = CALL_RESTARTED },
		  "accept(3) interrupted, restarted by the kernel" },
	};
	char out[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call_text(out, sizeof(out), &rows[i].call);
		assert_text(rows[i].text, out, rows[i].text);
	}
}

static void test_an_end_tells_the_status_or_the_signal(void **state)
{
	char out[64];

	(void)state;
	end_text(out, sizeof(out), &(struct event){ .end = { .status = 0 } });
	assert_string_equal(out, "exited with status 0");
	end_text(out, sizeof(out), &(struct event){ .end = { .status = 255 } });
	assert_string_equal(out, "exited with status 255");
	end_text(out, sizeof(out), &(struct event){ .end = { .status = -1, .signal = SIGKILL } });
	assert_string_equal(out, "killed by SIGKILL");
}

static void test_a_backoff_is_of_the_timeout_or_of_probes(void **state)
{
	static const struct {
		int from_times, times;
		uint32_t from_us, to_us;
		const char *text;
	} rows[] = {
		{ 0, 1, 204000, 408000, "retransmission timeout 408 ms, doubled once" },
		{ 4, 0, 3264000, 204000, "retransmission timeout back to 204 ms" },
		{ 0, 1, 204000, 204000, "wait for the next probe doubled once" },
		{ 1, 2, 204000, 204000, "wait for the next probe doubled 2 times" },
		{ 11, 12, 120000000, 120000000, "retransmission timeout 120 s, doubled 12 times" },
		{ 2, 1, 204000, 204000, "retransmission timeout 204 ms, doubled once" },
	};
	struct timeline *timeline = *state;
	char out[96];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t event = add_backoff(timeline, CLIENT, 1, rows[i].from_times,
						 rows[i].from_us, rows[i].times, rows[i].to_us);

		backoff_text(out, sizeof(out), &timeline->events[event]);
		assert_text(rows[i].text, out, rows[i].text);
	}
}

static void test_long_arguments_are_cut(void **state)
{
	char out[16];

	(void)state;
	memset(out, '#', sizeof(out));
	call_text(out, 12, &(struct call){ .name = "write", .args = "3, \"abcdef\"", .result = 6 });
	assert_string_equal(out, "write(3, \"a");
	assert_int_equal(out[12], '#');
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_call_reads_as_in_strace),
		cmocka_unit_test(test_an_end_tells_the_status_or_the_signal),
		cmocka_unit_test(test_a_backoff_is_of_the_timeout_or_of_probes),
		cmocka_unit_test(test_long_arguments_are_cut),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

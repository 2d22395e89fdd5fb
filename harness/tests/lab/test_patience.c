/* How long the lab waits, and the progress that it prints with PACE=real. */
#include "tests/support/run.h"

#include "base/clock.h"
#include "lab/patience.h"

#include <fcntl.h>
#include <unistd.h>

#define SECOND_NS INT64_C(1000000000)

/* From now to the deadline, to the nearest second. */
static int deadline_s(struct patience patience)
{
	return (int)((patience_deadline_ns(&patience) - monotonic_ns() + SECOND_NS / 2) /
		     SECOND_NS);
}

static void test_a_deadline_is_of_the_pace_and_the_factor(void **state)
{
	(void)state;
	assert_int_equal(deadline_s((struct patience){ .factor = 1 }), 5);
	assert_int_equal(deadline_s((struct patience){ .factor = 3 }), 15);
	assert_int_equal(deadline_s((struct patience){ PACE_REAL, .factor = 1 }), 20 * 60);
	assert_int_equal(deadline_s((struct patience){ PACE_REAL, .factor = 0.5 }), 10 * 60);
}

static void test_a_turn_lasts_to_the_deadline_or_a_second(void **state)
{
	struct patience lab = { .factor = 1 }, real = { PACE_REAL, .factor = 1 };
	const int64_t in_a_minute = monotonic_ns() + 60 * SECOND_NS;

	(void)state;
	assert_true(patience_turn_ns(&lab, in_a_minute) > 50 * SECOND_NS);
	assert_true(patience_turn_ns(&real, in_a_minute) == SECOND_NS);
	assert_true(patience_turn_ns(&lab, monotonic_ns() - 1) < 0);
	assert_true(patience_turn_ns(&real, monotonic_ns() - 1) < 0);
}

/* What two turns print on standard error, which is no terminal here. */
static void two_turns(struct patience *patience, char text[static 256])
{
	const int before = dup(STDERR_FILENO);
	int ends[2];
	ssize_t n;

	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	dup2(ends[1], STDERR_FILENO);
	for (int turn = 0; turn < 2; turn++)
		patience_turn_ns(patience, monotonic_ns() + SECOND_NS);
	dup2(before, STDERR_FILENO);
	n = read(ends[0], text, 255);
	text[n > 0 ? n : 0] = '\0';
	close(before);
	close(ends[0]);
	close(ends[1]);
}

static void test_progress_is_printed_once_a_minute_in_a_log(void **state)
{
	struct patience patience = { PACE_REAL, .factor = 1, .takes_ns = 125 * SECOND_NS };
	char text[256];

	(void)state;
	two_turns(&patience, text);
	assert_string_equal(text, ""); /* nothing has crashed yet */
	patience.crashed_ns = monotonic_ns() + SECOND_NS / 2;
	two_turns(&patience, text);
	assert_string_equal(text, "brokenpipe: TCP gives up in about 2 min 05 s\n");
	two_turns(&patience, text);
	assert_string_equal(text, "");
	patience.progress_ns -= 61 * SECOND_NS;
	patience.crashed_ns -= 200 * SECOND_NS;
	two_turns(&patience, text);
	assert_string_equal(text, "brokenpipe: TCP gives up when its timer expires next\n");
}

static void test_without_pace_real_no_progress_is_printed(void **state)
{
	struct patience patience = { .factor = 1, .takes_ns = SECOND_NS, .crashed_ns = 1 };
	char text[256];

	(void)state;
	two_turns(&patience, text);
	assert_string_equal(text, "");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_deadline_is_of_the_pace_and_the_factor),
		cmocka_unit_test(test_a_turn_lasts_to_the_deadline_or_a_second),
		cmocka_unit_test(test_progress_is_printed_once_a_minute_in_a_log),
		cmocka_unit_test(test_without_pace_real_no_progress_is_printed),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

/* What a user reads when the harness cannot go on. */
#include "tests/support/ending.h"

#include <errno.h>

static void test_errnos_have_their_symbol_or_their_number(void **state)
{
	char buf[16];

	(void)state;
	assert_string_equal(errno_name(EPIPE, buf), "EPIPE");
	assert_string_equal(errno_name(ECONNRESET, buf), "ECONNRESET");
	assert_string_equal(errno_name(1234, buf), "E1234");
	assert_string_equal(errno_name(-2147483647 - 1, buf), "E-2147483648");
}

static void break_down(void)
{
	errno = ENOENT;
	broken("open", "/proc/self/nothing");
}

static void test_what_is_broken_is_named_with_its_errno(void **state)
{
	(void)state;
	check_ending(break_down, ENDING_BROKEN,
		     "brokenpipe: cannot open /proc/self/nothing: ENOENT, No such file or "
		     "directory\n");
}

static void refuse(void)
{
	give_up(ENDING_CANNOT_RUN, "no %s here.\n  Try: %s", "veth", "modprobe veth");
}

static void test_a_message_of_its_own_is_printed_as_it_is(void **state)
{
	(void)state;
	check_ending(refuse, ENDING_CANNOT_RUN,
		     "brokenpipe: no veth here.\n  Try: modprobe veth\n");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_errnos_have_their_symbol_or_their_number),
		cmocka_unit_test(test_what_is_broken_is_named_with_its_errno),
		cmocka_unit_test(test_a_message_of_its_own_is_printed_as_it_is),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

/* The search for an expectation's event, which goes on where it came to. */
#include "tests/support/ending.h"
#include "tests/support/events.h"

#include <netinet/tcp.h>

static void test_a_search_looks_once_at_each_event(void **state)
{
	const struct expectation wanted = { .kind = &kind_segment, .segment.flags = RST };
	struct search search = { 0 };
	size_t found;

	for (int i = 0; i < 100; i++) {
		add_segment(*state, CLIENT, ACK, 1);
		assert_int_equal(expectation_search(&wanted, *state, &search), NOT_FOUND);
	}
	assert_int_equal(search.looks, 100);
	found = add_segment(*state, SERVER, RST, 0);
	add_segment(*state, CLIENT, ACK, 0);
	assert_int_equal(expectation_search(&wanted, *state, &search), found);
	assert_int_equal(search.looks, 101);
}

/* A connection is established before accept returns: then nobody knows yet whose it is. */
static void test_a_state_matches_when_its_owner_is_learned(void **state)
{
	const struct expectation wanted = { .kind = &kind_state,
					    .who = THE_CHILD,
					    .state = TCP_ESTABLISHED };
	struct search search = { 0 };
	const size_t established = add_state(*state, SERVER, 1, 0, TCP_ESTABLISHED);

	add_call(*state, CLIENT_PID, (struct call){ .name = "write", .inode = CLIENT_INODE });
	assert_int_equal(expectation_search(&wanted, *state, &search), NOT_FOUND);
	add_state(*state, SERVER, 1, CHILD_INODE, TCP_CLOSE_WAIT);
	assert_int_equal(expectation_search(&wanted, *state, &search), NOT_FOUND);
	add_call(*state, CHILD_PID, (struct call){ .name = "read", .inode = CHILD_INODE });
	assert_int_equal(expectation_search(&wanted, *state, &search), established);
}

static void test_a_state_is_looked_at_once_while_nothing_is_learned(void **state)
{
	const struct expectation wanted = { .kind = &kind_state,
					    .who = THE_CLIENT,
					    .state = TCP_CLOSE };
	struct search search = { 0 };

	add_call(*state, CLIENT_PID, (struct call){ .name = "read", .inode = CLIENT_INODE });
	expectation_search(&wanted, *state, &search);
	for (int i = 0; i < 100; i++) {
		add_call(*state, CLIENT_PID,
			 (struct call){ .name = "read", .inode = CLIENT_INODE });
		assert_int_equal(expectation_search(&wanted, *state, &search), NOT_FOUND);
	}
	assert_int_equal(search.looks, 202);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_search_looks_once_at_each_event),
		cmocka_unit_test(test_a_state_matches_when_its_owner_is_learned),
		cmocka_unit_test(test_a_state_is_looked_at_once_while_nothing_is_learned),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

/* The places where sockets are looked up, and going round them. */
#include "tests/support/ending.h"

#include "observe/watches.h"

#include <string.h>

enum { CONNECTIONS = 300, SERVER_PORT = 9877, FIRST_PORT = 40000 };

static struct address address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(&address, text), 0);
	return address;
}

static struct socket_name name_of(int connection)
{
	return (struct socket_name){ .local = address_of("192.0.2.1"),
				     .remote = address_of("192.0.2.2"),
				     .local_port = (uint16_t)(FIRST_PORT + connection),
				     .remote_port = SERVER_PORT };
}

static int open_watches(void **state)
{
	static struct watches watches;

	for (int i = 0; i < CONNECTIONS; i++)
		watches_add(&watches, CLIENT, &(struct socket_name[]){ name_of(i) }[0]);
	*state = &watches;
	return 0;
}

static int close_watches(void **state)
{
	watches_close(*state);
	return 0;
}

static void test_each_socket_has_one_watch(void **state)
{
	struct watches *watches = *state;
	struct socket_name name = name_of(17);

	assert_int_equal(watches_find(watches, CLIENT, &name), 17);
	assert_int_equal(watches_add(watches, CLIENT, &name), 17);
	assert_int_equal(watches->live.count, CONNECTIONS);
	assert_int_equal(watches_find(watches, SERVER, &name), LOOKUP_NONE);
	name.remote_port++;
	assert_int_equal(watches_find(watches, CLIENT, &name), LOOKUP_NONE);
}

static void test_ports_may_be_those_of_another_peer(void **state)
{
	struct watches *watches = *state;
	struct socket_name name = name_of(17);
	size_t other;

	name.remote = address_of("192.0.2.3");
	assert_int_equal(watches_find(watches, CLIENT, &name), LOOKUP_NONE);
	other = watches_add(watches, CLIENT, &name);
	assert_int_equal(other, CONNECTIONS);
	assert_int_equal(watches_find(watches, CLIENT, &name), other);
	name = name_of(17);
	assert_int_equal(watches_find(watches, CLIENT, &name), 17);
}

static void test_a_watch_that_was_over_is_live_again(void **state)
{
	struct watches *watches = *state;
	const struct socket_name name = name_of(3);

	watches_move(watches, 3, NULL);
	assert_null(watches->rows[3].ring);
	assert_int_equal(watches_add(watches, CLIENT, &name), 3);
	assert_ptr_equal(watches->rows[3].ring, &watches->live);
}

/* Every third one leaves when it is come to, and so does one that has been passed. */
static void test_a_round_comes_to_all_though_others_leave(void **state)
{
	struct watches *watches = *state;
	bool came_to[CONNECTIONS] = { 0 };
	int count = 0;

	while (count < CONNECTIONS) {
		const size_t index = ring_next(&watches->live);

		assert_false(came_to[index]);
		came_to[index] = true;
		count++;
		if (index % 3 == 0)
			watches_move(watches, index, &watches->resting);
		if (index % 3 == 2 && came_to[index - 1])
			watches_move(watches, index - 1, NULL);
	}
	assert_int_equal(watches->resting.count, CONNECTIONS / 3);
	for (size_t i = 0; i < watches->live.count; i++)
		assert_int_equal(watches->rows[watches->live.watches[i]].place, i);
}

static void test_a_round_begins_anew(void **state)
{
	struct watches *watches = *state;

	for (int i = 0; i < CONNECTIONS; i++)
		assert_int_equal(ring_next(&watches->live), i);
	assert_int_equal(ring_next(&watches->live), 0);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_socket_has_one_watch),
		cmocka_unit_test(test_ports_may_be_those_of_another_peer),
		cmocka_unit_test(test_a_watch_that_was_over_is_live_again),
		cmocka_unit_test(test_a_round_comes_to_all_though_others_leave),
		cmocka_unit_test(test_a_round_begins_anew),
	};

	return RUN_NAMED(tests, argc, argv, open_watches, close_watches);
}

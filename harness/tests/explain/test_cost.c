/* What explaining costs grows with the number of events, not with its square. */
#include "tests/support/made_events.h"

#include <time.h>

enum { FEW = 6000, MANY = 8 * FEW };

static const char data[] = "abc";

/* A client that writes, a server that reads, until there are so many events. */
static void fill_with_data(struct made *made, size_t count)
{
	made_connect(made);
	while (made->timeline.count < count) {
		size_t read = made_enter(made, MADE_SERVER, "read", "4", SERVER_INODE);

		made_write(made, CLIENT);
		made_segment(made, SERVER, ACK, "");
		made_return_as(made, read, sizeof(data) - 1, "4, \"abc\"", 0);
	}
}

/* A server that makes children, which end and are waited for. */
static void fill_with_children(struct made *made, size_t count)
{
	for (pid_t child = 100; made->timeline.count < count; child++) {
		const size_t clone = made_enter(made, MADE_SERVER, "clone", "", 0);
		size_t wait;

		made_add(made,
			 (struct event){ .kind = EVENT_FORK, .pid = MADE_SERVER, .child = child });
		made_return(made, clone, child, 0);
		made_enter(made, child, "exit_group", "0", 0);
		made_end(made, child, 0, 0);
		made_signal(made, MADE_SERVER, SIGCHLD, DEFAULT_ACTION);
		wait = made_enter(made, MADE_SERVER, "wait4", "-1, 0", 0);
		made_return(made, wait, child, 0);
	}
}

static double seconds(void (*fill)(struct made *made, size_t count), void **state, size_t count)
{
	struct explanation explanation;
	clock_t began;
	double took;

	made_close_all(state);
	made_open(state);
	fill(*state, count);
	began = clock(); /* of this process: others do not count */
	explain_open(&explanation, &((struct made *)*state)->timeline);
	took = (double)(clock() - began) / CLOCKS_PER_SEC;
	assert_int_equal(explanation.unexplained, 0);
	assert_int_equal(explanation.debt_count, 0);
	explain_close(&explanation);
	return took;
}

static void check_growth(void (*fill)(struct made *made, size_t count), void **state)
{
	const double few = seconds(fill, state, FEW), many = seconds(fill, state, MANY);

	print_message("%d events: %.1f ms, %d: %.1f ms\n", FEW, few * 1e3, MANY, many * 1e3);
	assert_true(many < few * 8 * 3 + 0.01); /* the square would be 64 times as much */
}

static void test_data_costs_what_it_is(void **state)
{
	check_growth(fill_with_data, state);
}

static void test_children_cost_what_they_are(void **state)
{
	check_growth(fill_with_children, state);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_data_costs_what_it_is),
		cmocka_unit_test(test_children_cost_what_they_are),
	};

	return RUN_NAMED(tests, argc, argv, made_open, made_close_all);
}

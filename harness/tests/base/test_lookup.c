/* Rows that are found by their numbers. */
#include "tests/support/ending.h"

#include "base/lookup.h"

enum { ROWS = 3000 };

/* Neighbours, and numbers that differ in their high bits only. */
static uint64_t number_of(size_t row)
{
	return row % 2 ? row : (uint64_t)row << 40;
}

static void test_an_empty_one_has_nothing(void **state)
{
	struct lookup lookup = { 0 };

	(void)state;
	assert_int_equal(lookup_find(&lookup, 0), LOOKUP_NONE);
	lookup_remove(&lookup, 0);
	lookup_close(&lookup);
}

static void test_each_number_has_its_row(void **state)
{
	struct lookup lookup = { 0 };

	(void)state;
	for (size_t row = 0; row < ROWS; row++) {
		assert_int_equal(lookup_find(&lookup, number_of(row)), LOOKUP_NONE);
		lookup_put(&lookup, number_of(row), row);
	}
	for (size_t row = 0; row < ROWS; row++)
		assert_int_equal(lookup_find(&lookup, number_of(row)), row);
	lookup_put(&lookup, number_of(7), 70);
	assert_int_equal(lookup_find(&lookup, number_of(7)), 70);
	assert_int_equal(lookup.count, ROWS);
	lookup_close(&lookup);
}

static void test_a_removed_number_leaves_the_others(void **state)
{
	struct lookup lookup = { 0 };

	(void)state;
	for (size_t row = 0; row < ROWS; row++)
		lookup_put(&lookup, number_of(row), row);
	for (size_t row = 0; row < ROWS; row += 3)
		lookup_remove(&lookup, number_of(row));
	for (size_t row = 0; row < ROWS; row++)
		assert_int_equal(lookup_find(&lookup, number_of(row)),
				 row % 3 ? (ptrdiff_t)row : LOOKUP_NONE);
	lookup_remove(&lookup, number_of(0));
	assert_int_equal(lookup.count, ROWS - ROWS / 3);
	lookup_close(&lookup);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_empty_one_has_nothing),
		cmocka_unit_test(test_each_number_has_its_row),
		cmocka_unit_test(test_a_removed_number_leaves_the_others),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

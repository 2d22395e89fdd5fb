/* Memory that is there, or ends the run. */
#include "tests/support/ending.h"

#include "base/memory.h"

#include <stdlib.h>

static void test_an_array_keeps_its_rows_while_it_grows(void **state)
{
	enum { ROWS = 1000 };
	int *rows = NULL;

	(void)state;
	for (int i = 0; i < ROWS; i++) {
		rows = xgrow(rows, (size_t)i, sizeof(*rows));
		rows[i] = i; /* under ASan: the room is there */
	}
	for (int i = 0; i < ROWS; i++)
		assert_int_equal(rows[i], i);
	free(rows);
}

static void test_new_memory_is_zero(void **state)
{
	unsigned char *bytes = xcalloc(100, 7);

	(void)state;
	for (int i = 0; i < 700; i++)
		assert_int_equal(bytes[i], 0);
	free(bytes);
}

static void test_texts_are_copies(void **state)
{
	char text[] = "EPIPE", *copy = xstrdup(text), *printed = xasprintf("%s=%d", text, 32);

	(void)state;
	*text = 'x';
	assert_string_equal(copy, "EPIPE");
	assert_string_equal(printed, "EPIPE=32");
	free(copy);
	free(printed);
}

/* ASan: as without it, return NULL; with a warning. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void no_array(void)
{
	xcalloc(SIZE_MAX, 2);
}

static void no_row(void)
{
	xgrow(NULL, SIZE_MAX / 4 + 1, 16);
}

static void test_without_memory_the_run_ends(void **state)
{
	(void)state;
	check_ending(no_array, ENDING_BROKEN, "brokenpipe: out of memory\n");
	check_ending(no_row, ENDING_BROKEN, "brokenpipe: out of memory\n");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_array_keeps_its_rows_while_it_grows),
		cmocka_unit_test(test_new_memory_is_zero),
		cmocka_unit_test(test_texts_are_copies),
		cmocka_unit_test(test_without_memory_the_run_ends),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

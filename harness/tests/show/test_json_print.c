/* Values are printed as jansson prints them, and read back by it as they were. */
#include "tests/support/run.h"

#include "show/json_print.h"

#include <stdlib.h>

static void assert_printed(json_t *value)
{
	char *wanted = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT), *got;
	json_t *again;
	size_t bytes;
	FILE *file = open_memstream(&got, &bytes);

	json_print(file, value);
	fclose(file);
	assert_text("printed", got, wanted);
	again = json_loadb(got, bytes, JSON_DECODE_ANY, NULL);
	assert_non_null(again);
	assert_true(json_equal(again, value));
	json_decref(again);
	json_decref(value);
	free(wanted);
	free(got);
}

static void test_integers_up_to_both_ends(void **state)
{
	static const json_int_t numbers[] = { 0, 7, -1, 10, 4294967296, INT64_MAX, INT64_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_printed(json_integer(numbers[i]));
}

static void test_strings_with_what_json_does_not_allow(void **state)
{
	static const char *const texts[] = { "",         "plain",  "\"",           "\\",
					     "a\"b\\c",  "\n\r\t", "\b\f\x01\x1f", "\x7f",
					     "파이프 →", "a\nb",   "\"quoted\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_printed(json_string(texts[i]));
}

static void test_objects_and_arrays_in_each_other(void **state)
{
	static const char *const texts[] = {
		"{}",
		"[]",
		"[[]]",
		"{\"a\":{}}",
		"[1,\"two\",true,false,{\"three\":[3,3]}]",
		"{\"z\":1,\"a\":2,\"m\":{\"y\":[],\"b\":\"\\n\"}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_printed(json_loads(texts[i], 0, NULL));
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers_up_to_both_ends),
		cmocka_unit_test(test_strings_with_what_json_does_not_allow),
		cmocka_unit_test(test_objects_and_arrays_in_each_other),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

/* Lists of names, and bytes as C writes them. */
#include "tests/support/run.h"

#include "base/text.h"

#include <stdlib.h>

static void test_a_name_matches_one_whole_alternative(void **state)
{
	static const struct {
		const char *alternatives, *name;
		bool matches;
	} rows[] = {
		{ "read", "read", true },        { "read|write", "read", true },
		{ "read|write", "write", true }, { "a|read|b", "read", true },
		{ "read", "rea", false },        { "read", "readv", false },
		{ "readv", "read", false },      { "readv|x", "read", false },
		{ "x|readv", "read", false },    { "pread", "read", false },
		{ "readv|read", "read", true },  { "rea|dread", "read", false },
		{ "read|write", "ead", false },  { "read|write", "read|write", true },
		{ "", "read", false },           { "|read", "read", true },
	};
	char row[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(row, sizeof(row), "%s in %s", rows[i].name, rows[i].alternatives);
		if (name_matches(rows[i].alternatives, rows[i].name) != rows[i].matches)
			fail_msg("%s: %s", row, rows[i].matches ? "is not found" : "is found");
	}
}

/* Bytes that may hold a NUL or go on after their count, and the text they are shown as. */
struct quoted {
	const char *bytes;
	size_t count;
	const char *text;
};

#define BYTES(literal) literal, sizeof(literal) - 1

static void check_quoted(const struct quoted *rows, size_t count)
{
	char out[64];

	for (size_t i = 0; i < count; i++) {
		quote_bytes(out, sizeof(out), (const uint8_t *)rows[i].bytes, rows[i].count, 32);
		assert_text(rows[i].text, out, rows[i].text);
	}
}

static void test_bytes_are_quoted_as_c_writes_them(void **state)
{
	static const struct quoted rows[] = {
		{ BYTES(""), "\"\"" },
		{ BYTES("hi there\n"), "\"hi there\\n\"" },
		{ BYTES("\r\t"), "\"\\r\\t\"" },
		{ BYTES("a\"b\\c"), "\"a\\\"b\\\\c\"" },
		{ BYTES("\0\1\x1b\x7f"), "\"\\x00\\x01\\x1b\\x7f\"" },
		{ BYTES(" ~"), "\" ~\"" },
		{ BYTES("100%s"), "\"100%s\"" },
	};

	(void)state;
	check_quoted(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_utf8_stays_readable(void **state)
{
	static const struct quoted rows[] = {
		{ BYTES("파이프"), "\"파이프\"" },
		{ BYTES("é"), "\"é\"" },
		{ BYTES("\xc2\xa0"), "\"\xc2\xa0\"" }, /* U+00A0 */
		{ BYTES("😀!"), "\"😀!\"" },
		{ BYTES("\xdf\xbf"), "\"\xdf\xbf\"" },                 /* U+07FF */
		{ BYTES("\xe0\xa0\x80"), "\"\xe0\xa0\x80\"" },         /* U+0800 */
		{ BYTES("\xed\x9f\xbf"), "\"\xed\x9f\xbf\"" },         /* U+D7FF */
		{ BYTES("\xef\xbf\xbd"), "\"\xef\xbf\xbd\"" },         /* U+FFFD */
		{ BYTES("\xf0\x90\x80\x80"), "\"\xf0\x90\x80\x80\"" }, /* U+10000 */
		{ BYTES("\xf4\x8f\xbf\xbf"), "\"\xf4\x8f\xbf\xbf\"" }, /* U+10FFFF */
	};

	(void)state;
	check_quoted(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_what_is_not_utf8_is_shown_in_hex(void **state)
{
	static const struct quoted rows[] = {
		{ BYTES("\x80"), "\"\\x80\"" },                   /* continues nothing */
		{ BYTES("\xbf!"), "\"\\xbf!\"" },                 /* continues nothing */
		{ BYTES("\xc3"), "\"\\xc3\"" },                   /* cut short */
		{ BYTES("\xed\x95"), "\"\\xed\\x95\"" },          /* cut short */
		{ BYTES("\xf0\x9f\x98"), "\"\\xf0\\x9f\\x98\"" }, /* cut short */
		{ "파", 2, "\"\\xed\\x8c\"" }, /* its last byte is not ours to look at */
		{ "a파", 3, "\"a\\xed\\x8c\"" },
		{ BYTES("\xc3("), "\"\\xc3(\"" },                 /* not continued */
		{ BYTES("\xed\x95("), "\"\\xed\\x95(\"" },        /* not continued */
		{ BYTES("\xc3\xc3"), "\"\\xc3\\xc3\"" },          /* not continued */
		{ BYTES("\xc0\xaf"), "\"\\xc0\\xaf\"" },          /* overlong: "/" in two bytes */
		{ BYTES("\xc1\xbf"), "\"\\xc1\\xbf\"" },          /* overlong */
		{ BYTES("\xe0\x9f\xbf"), "\"\\xe0\\x9f\\xbf\"" }, /* overlong */
		{ BYTES("\xf0\x8f\xbf\xbf"), "\"\\xf0\\x8f\\xbf\\xbf\"" }, /* overlong */
		{ BYTES("\xed\xa0\x80"), "\"\\xed\\xa0\\x80\"" },          /* a surrogate */
		{ BYTES("\xf4\x90\x80\x80"), "\"\\xf4\\x90\\x80\\x80\"" }, /* above U+10FFFF */
		{ BYTES("\xf5\x80\x80\x80"), "\"\\xf5\\x80\\x80\\x80\"" }, /* above U+10FFFF */
		{ BYTES("\xff\xfe"), "\"\\xff\\xfe\"" },
	};

	(void)state;
	check_quoted(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_no_more_than_the_given_number_of_bytes_is_shown(void **state)
{
	static const struct {
		size_t most;
		const char *text;
	} rows[] = {
		{ 0, "\"\"..." },         { 1, "\"h\"..." },         { 8, "\"hi there\"..." },
		{ 9, "\"hi there\\n\"" }, { 10, "\"hi there\\n\"" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		quote_bytes(out, sizeof(out), (const uint8_t *)"hi there\n", 9, rows[i].most);
		assert_text(rows[i].text, out, rows[i].text);
	}
	quote_bytes(out, sizeof(out), (const uint8_t *)"", 0, 0);
	assert_string_equal(out, "\"\"");
}

/* A heap block of the exact size, so that a byte too many is found by ASan. */
static void check_bounds(const char *text, size_t room, const char *wanted)
{
	char *out = malloc(room), row[32];

	snprintf(row, sizeof(row), "%zu bytes of room", room);
	quote_bytes(out, room, (const uint8_t *)text, strlen(text), 100);
	assert_text(row, out, wanted);
	free(out);
}

static void test_the_buffer_is_filled_to_its_end_and_not_beyond(void **state)
{
	(void)state;
	check_bounds("abcdefgh", 7, "\"a\"...");
	check_bounds("abcdefgh", 8, "\"ab\"...");
	check_bounds("abcdefgh", 13, "\"abcdefg\"...");
	check_bounds("abcdefgh", 14, "\"abcdefgh\"");
	/* an escape or a character is shown whole or not at all */
	check_bounds("ab\x01", 11, "\"ab\"...");
	check_bounds("ab\x01", 12, "\"ab\\x01\"");
	check_bounds("a파", 9, "\"a\"...");
	check_bounds("a파", 10, "\"a파\"");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_matches_one_whole_alternative),
		cmocka_unit_test(test_bytes_are_quoted_as_c_writes_them),
		cmocka_unit_test(test_utf8_stays_readable),
		cmocka_unit_test(test_what_is_not_utf8_is_shown_in_hex),
		cmocka_unit_test(test_no_more_than_the_given_number_of_bytes_is_shown),
		cmocka_unit_test(test_the_buffer_is_filled_to_its_end_and_not_beyond),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

/* The blocks of a pcapng file, byte by byte: the lengths, what is padded, what Wireshark splits. */
#include "tests/support/run.h"

#include "show/pcapng.h"

#include <stdlib.h>

struct written {
	FILE *file;
	uint8_t *bytes;
	size_t count;
};

static int open_file(void **state)
{
	static struct written written;

	written = (struct written){ 0 };
	written.file = open_memstream((char **)&written.bytes, &written.count);
	*state = &written;
	return 0;
}

static int close_file(void **state)
{
	struct written *written = *state;

	fclose(written->file);
	free(written->bytes);
	return 0;
}

static uint32_t number_at(const struct written *written, size_t at)
{
	uint32_t number;

	assert_true(at + sizeof(number) <= written->count);
	memcpy(&number, written->bytes + at, sizeof(number));
	return number;
}

/* That there is one block of the type, whole, with zeros behind its body; returns the body. */
static const uint8_t *body_of(struct written *written, uint32_t type, size_t body_bytes)
{
	const size_t padded = (body_bytes + 3) / 4 * 4;

	fflush(written->file);
	assert_int_equal(written->count, padded + 12);
	assert_int_equal(number_at(written, 0), type);
	assert_int_equal(number_at(written, 4), padded + 12);
	assert_int_equal(number_at(written, padded + 8), padded + 12);
	for (size_t i = body_bytes; i < padded; i++)
		assert_int_equal(written->bytes[8 + i], 0);
	return written->bytes + 8;
}

#define assert_body(written, type, text) \
	assert_memory_equal(body_of(written, type, sizeof(text) - 1), text, sizeof(text) - 1)

static void test_a_journal_entry_is_lines_of_text_padded_to_four(void **state)
{
	static const char *const values[] = { "", "a", "ab", "abc", "파이프 → EPIPE\t=x=" };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct written *written = *state;
		char text[128];

		snprintf(text, sizeof(text),
			 "__REALTIME_TIMESTAMP=1700000000123456\nMESSAGE=%s\n_PID=7\n", values[i]);
		pcapng_journal(written->file, INT64_C(1700000000123456),
			       (struct pcapng_field[]){ { "MESSAGE", values[i] }, { "_PID", "7" } },
			       2);
		assert_memory_equal(body_of(written, 9, strlen(text)), text, strlen(text));
		close_file(state);
		open_file(state);
	}
}

static void test_a_value_of_several_lines_is_preceded_by_its_length(void **state)
{
	struct written *written = *state;

	pcapng_journal(written->file, 1, &(struct pcapng_field){ "MESSAGE", "two\nlines" }, 1);
	assert_body(written, 9, "__REALTIME_TIMESTAMP=1\nMESSAGE\n\x09\0\0\0\0\0\0\0two\nlines\n");
}

static void test_a_value_with_a_control_character_is_too(void **state)
{
	struct written *written = *state;

	pcapng_journal(written->file, 1, &(struct pcapng_field){ "A", "\033[31m" }, 1);
	assert_body(written, 9, "__REALTIME_TIMESTAMP=1\nA\n\x05\0\0\0\0\0\0\0\033[31m\n");
}

static void test_a_long_value_is_whole(void **state)
{
	struct written *written = *state;
	static char value[100000 + 1];
	const uint8_t *body;

	memset(value, 'x', sizeof(value) - 1);
	pcapng_journal(written->file, 1, &(struct pcapng_field){ "A", value }, 1);
	body = body_of(written, 9, strlen("__REALTIME_TIMESTAMP=1\nA=\n") + 100000);
	assert_memory_equal(body + strlen("__REALTIME_TIMESTAMP=1\nA="), value, 100000);
}

static void test_a_packet_keeps_its_bytes_its_lengths_and_its_microsecond(void **state)
{
	struct written *written = *state;
	const int64_t time_us = INT64_C(0x123456789abcd);
	const uint8_t *body;

	pcapng_packet(written->file, &(struct pcapng_packet){ .time_us = time_us,
							      .frame = (const uint8_t *)"12345",
							      .frame_bytes = 5,
							      .wire_bytes = 60,
							      .comment = "" });
	body = body_of(written, 6, 28);
	assert_memory_equal(body + 20, "12345\0\0\0", 8);
	assert_int_equal(number_at(written, 8), 0);
	assert_int_equal(number_at(written, 12), time_us >> 32);
	assert_int_equal(number_at(written, 16), (uint32_t)time_us);
	assert_int_equal(number_at(written, 20), 5);
	assert_int_equal(number_at(written, 24), 60);
}

static void test_a_comment_is_an_option_that_is_padded_and_ended(void **state)
{
	static const char options[] = "\x01\0\x05\0hello\0\0\0\0\0\0";
	struct written *written = *state;
	const uint8_t *body;

	pcapng_packet(written->file, &(struct pcapng_packet){ .frame = (const uint8_t *)"1234",
							      .frame_bytes = 4,
							      .wire_bytes = 4,
							      .comment = "hello" });
	body = body_of(written, 6, 24 + sizeof(options));
	assert_memory_equal(body + 24, options, sizeof(options));
}

/* A comment cannot be longer than its 16-bit length says. */
static void test_a_comment_that_is_too_long_is_cut(void **state)
{
	struct written *written = *state;
	static char comment[70000 + 1];

	memset(comment, 'x', sizeof(comment) - 1);
	pcapng_section(written->file, comment);
	body_of(written, 0x0a0d0d0a, 16 + 4 + 65536 + 4 + 12 + 4);
}

static void test_names_of_both_families_end_with_a_zero(void **state)
{
	struct written *written = *state;
	struct pcapng_name names[] = { { .name = "client" },
				       { .name = "no address" },
				       { .name = "six" } };
	const uint8_t *body;

	address_parse(&names[0].address, "192.0.2.1");
	address_parse(&names[2].address, "2001:db8::2");
	pcapng_names(written->file, names, 3);
	body = body_of(written, 4, 4 + 12 + 4 + 20 + 4);
	assert_memory_equal(body + 4,
			    "\xc0\x00\x02\x01"
			    "client\0\0",
			    12);
	assert_memory_equal(body + 20, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02six\0", 20);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_journal_entry_is_lines_of_text_padded_to_four),
		cmocka_unit_test(test_a_value_of_several_lines_is_preceded_by_its_length),
		cmocka_unit_test(test_a_value_with_a_control_character_is_too),
		cmocka_unit_test(test_a_long_value_is_whole),
		cmocka_unit_test(test_a_packet_keeps_its_bytes_its_lengths_and_its_microsecond),
		cmocka_unit_test(test_a_comment_is_an_option_that_is_padded_and_ended),
		cmocka_unit_test(test_a_comment_that_is_too_long_is_cut),
		cmocka_unit_test(test_names_of_both_families_end_with_a_zero),
	};

	return RUN_NAMED(tests, argc, argv, open_file, close_file);
}

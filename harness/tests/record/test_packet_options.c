/* The options of a segment, and what an ICMP error quotes. */
#include "tests/support/run.h"

#include "tests/support/frames.h"

#include <arpa/inet.h>
#include <stdlib.h>

/* Decoded from a block of exactly its size: ASan finds a byte read after it. */
static struct packet decoded(const struct frame *frame, size_t bytes)
{
	uint8_t *exact = malloc(bytes);
	struct packet packet;

	memcpy(exact, frame->bytes, bytes);
	packet_decode(&packet, exact, bytes);
	packet.payload = NULL;
	free(exact);
	return packet;
}

static struct tcp_options options_of(const char *options, size_t bytes)
{
	const struct frame frame = tcp_frame(
		(struct tcp_of){ .flags = SYN, .option_bytes = bytes, .options = options });
	const struct packet packet = decoded(&frame, frame.count);

	assert_int_equal(packet.kind, PACKET_TCP);
	return packet.options;
}

#define OPTIONS_OF(text) options_of(text, sizeof(text) - 1)

static void test_the_options_of_a_syn_are_read(void **state)
{
	const struct tcp_options options = OPTIONS_OF(
		"\x02\x04\x05\xb4\x04\x02\x08\x0a\xf7\0\0\x01\0\0\0\x02\x01\x03\x03\x07");

	(void)state;
	assert_true(options.has_mss);
	assert_int_equal(options.mss, 1460);
	assert_true(options.sack_permitted);
	assert_true(options.has_timestamps);
	assert_int_equal(options.timestamp, 0xf7000001);
	assert_int_equal(options.timestamp_echo, 2);
	assert_true(options.has_window_scale);
	assert_int_equal(options.window_scale, 7);
	assert_int_equal(options.sack_count, 0);
}

static void test_a_window_scale_of_0_is_one(void **state)
{
	(void)state;
	assert_true(OPTIONS_OF("\x03\x03\0\x01").has_window_scale);
	assert_false(OPTIONS_OF("\x01\x01\x01\x01").has_window_scale);
}

static void test_blocks_of_a_sack_are_read(void **state)
{
	const struct tcp_options options =
		OPTIONS_OF("\x01\x01\x05\x12\0\0\0\x0a\0\0\0\x14\xff\xff\xff\xff\0\0\0\x05");

	(void)state;
	assert_int_equal(options.sack_count, 2);
	assert_int_equal(options.sack[0].left, 10);
	assert_int_equal(options.sack[0].right, 20);
	assert_int_equal(options.sack[1].left, UINT32_MAX);
	assert_int_equal(options.sack[1].right, 5);
}

/* What is behind the end of the list, or behind a length that cannot be, is not read. */
static void test_the_list_of_options_ends_where_it_says(void **state)
{
	static const struct {
		const char *what, *options;
		bool has_mss;
	} rows[] = {
		{ "an option before the end", "\x02\x04\x05\xb4\0\x01\x01\x01", true },
		{ "the end before an option", "\0\x01\x01\x01\x02\x04\x05\xb4", false },
		{ "an unknown option before it", "\xfe\x04\x01\x02\x02\x04\x05\xb4", true },
		{ "a length of 0", "\xfe\0\x01\x01\x02\x04\x05\xb4", false },
		{ "a length of 1", "\xfe\x01\x01\x01\x02\x04\x05\xb4", false },
		{ "a length beyond the header", "\x01\x01\x01\x01\x02\x05\x05\xb4", false },
		{ "a MSS of three bytes", "\x01\x01\x01\x02\x05\x05\xb4\0", false },
		{ "no length at all", "\x01\x01\x01\x01\x01\x01\x01\x02", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (options_of(rows[i].options, 8).has_mss != rows[i].has_mss)
			fail_msg("%s", rows[i].what);
}

/* Quoted segments ---------------------------------------------------------------------- */

/* An error from the server's side about a segment of the client's, of which so much is quoted. */
static struct frame error_frame(int family, const char *type_and_code, size_t quoted_bytes)
{
	const size_t ip_bytes = family == AF_INET6 ? 40 : 20;
	const struct frame quoted = tcp_frame((struct tcp_of){
		.family = family, .from = CLIENT, .seq = 0x89abcdef, .payload = "hi" });
	struct frame frame = { .count = 0 };

	put_ip(&frame, &(struct tcp_of){ .family = family, .from = SERVER }, 8 + quoted_bytes);
	frame.bytes[14 + (family == AF_INET6 ? 6 : 9)] = family == AF_INET6 ? 58 : 1;
	assert_int_equal(frame.count, 14 + ip_bytes);
	put(&frame, type_and_code, 2);
	put_number(&frame, 0, 6);
	put(&frame, quoted.bytes + 14, quoted_bytes);
	return frame;
}

static void assert_quoted(const struct packet *packet, const char *from, const char *to)
{
	char text[INET6_ADDRSTRLEN];

	assert_int_equal(packet->kind, PACKET_ICMP);
	assert_string_equal(address_text(&packet->quoted.from, text), from);
	assert_string_equal(address_text(&packet->quoted.to, text), to);
	assert_int_equal(packet->quoted.from_port, 40000);
	assert_int_equal(packet->quoted.to_port, 9877);
	assert_int_equal(packet->quoted.seq, 0x89abcdef);
}

static void test_an_error_quotes_the_segment_it_is_about(void **state)
{
	static const char *const types[] = { "\3\1", "\3\4", "\x0b\0", "\x0c\0", "\5\0" };
	static const char *const types6[] = { "\1\3", "\2\0", "\3\0", "\4\0" };

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct frame frame = error_frame(0, types[i], 28);
		const struct packet packet = decoded(&frame, frame.count);

		assert_quoted(&packet, "192.0.2.1", "192.0.2.2");
	}
	for (size_t i = 0; i < sizeof(types6) / sizeof(types6[0]); i++) {
		const struct frame frame = error_frame(AF_INET6, types6[i], 48);
		const struct packet packet = decoded(&frame, frame.count);

		assert_quoted(&packet, "2001:db8::1", "2001:db8::2");
	}
}

static void test_a_message_that_is_no_error_quotes_nothing(void **state)
{
	const struct frame echo = error_frame(0, "\x08\0", 28);
	const struct frame echo6 = error_frame(AF_INET6, "\x80\0", 48);
	struct frame udp = error_frame(0, "\3\3", 28);

	(void)state;
	udp.bytes[14 + 20 + 8 + 9] = 17;
	assert_int_equal(decoded(&echo, echo.count).quoted.from.family, 0);
	assert_int_equal(decoded(&echo6, echo6.count).quoted.from.family, 0);
	assert_int_equal(decoded(&udp, udp.count).quoted.from.family, 0);
}

/* RFC 792 has at least the header and 8 bytes quoted; with less there is nothing to be said. */
static void test_a_quotation_cut_short_anywhere_is_none(void **state)
{
	(void)state;
	for (size_t quoted = 0; quoted <= 40; quoted++) {
		const struct frame frame = error_frame(0, "\3\1", quoted);

		assert_int_equal(decoded(&frame, frame.count).kind, PACKET_ICMP);
		assert_int_equal(decoded(&frame, frame.count).quoted.from.family,
				 quoted >= 28 ? AF_INET : 0);
	}
	for (size_t quoted = 0; quoted <= 60; quoted++) {
		const struct frame frame = error_frame(AF_INET6, "\1\0", quoted);

		assert_int_equal(decoded(&frame, frame.count).quoted.from.family,
				 quoted >= 48 ? AF_INET6 : 0);
	}
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_options_of_a_syn_are_read),
		cmocka_unit_test(test_a_window_scale_of_0_is_one),
		cmocka_unit_test(test_blocks_of_a_sack_are_read),
		cmocka_unit_test(test_the_list_of_options_ends_where_it_says),
		cmocka_unit_test(test_an_error_quotes_the_segment_it_is_about),
		cmocka_unit_test(test_a_message_that_is_no_error_quotes_nothing),
		cmocka_unit_test(test_a_quotation_cut_short_anywhere_is_none),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

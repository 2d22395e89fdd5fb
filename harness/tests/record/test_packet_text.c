/* Packets as lines of a ladder, and addresses as text. */
#include "tests/support/run.h"

#include "record/packet.h"

#include <arpa/inet.h>

static void test_a_segment_reads_like_a_line_of_wireshark(void **state)
{
	static const struct {
		struct packet packet;
		uint32_t first_seq, first_ack;
		const char *text;
	} rows[] = {
		{ { .flags = SYN, .seq = 1000, .window = 9 }, 1000, 0, "SYN seq=0" },
		{ { .flags = SYN | ACK, .seq = 500, .ack = 1001, .window = 9 },
		  500,
		  1000,
		  "SYN,ACK seq=0 ack=1" },
		{ { .flags = PSH | ACK, .seq = 1001, .ack = 501, .window = 9, .payload_bytes = 9 },
		  1000,
		  500,
		  "PSH,ACK seq=1 ack=1 len=9" },
		{ { .flags = RST, .seq = 1011, .ack = 7 }, 1000, 500, "RST seq=11" },
		{ { .flags = RST | ACK, .seq = 1, .ack = 1001 }, 0, 1000, "RST,ACK seq=1 ack=1" },
		{ { .flags = ACK, .seq = 1001, .ack = 501 }, 1000, 500, "ACK seq=1 ack=1 win=0" },
		{ { .flags = ACK, .seq = 1001, .ack = 501, .window = 1 },
		  1000,
		  500,
		  "ACK seq=1 ack=1" },
		{ { .flags = FIN | ACK, .seq = 2, .ack = 501, .window = 9 },
		  0xfffffffe,
		  500,
		  "FIN,ACK seq=4 ack=1" }, /* the numbers wrap around */
		{ { .seq = 5, .window = 9 }, 5, 0, "none seq=0" },
	};
	char out[96];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet packet = rows[i].packet;

		packet.kind = PACKET_TCP;
		packet_text(out, sizeof(out), &packet, rows[i].first_seq, rows[i].first_ack);
		assert_text(rows[i].text, out, rows[i].text);
	}
}

static void test_what_is_no_segment_has_a_text_too(void **state)
{
	static const struct {
		struct packet packet;
		const char *text;
	} rows[] = {
		{ { .kind = PACKET_ICMP, .from.family = AF_INET, .icmp_type = 3, .icmp_code = 1 },
		  "ICMP type=3 code=1" },
		{ { .kind = PACKET_ICMP, .from.family = AF_INET6, .icmp_type = 133 },
		  "ICMPv6 type=133 code=0" },
		{ { .kind = PACKET_ICMP,
		    .from.family = AF_INET,
		    .icmp_type = 3,
		    .icmp_code = 1,
		    .unreachable = HOST_UNREACHABLE },
		  "ICMP host unreachable (3/1)" },
		{ { .kind = PACKET_ICMP,
		    .from.family = AF_INET6,
		    .icmp_type = 1,
		    .icmp_code = 1,
		    .unreachable = PROHIBITED },
		  "ICMPv6 prohibited (1/1)" },
		{ { .kind = PACKET_NEIGHBOUR, .is_question = true }, "ARP who has 192.0.2.2?" },
		{ { .kind = PACKET_NEIGHBOUR }, "ARP reply to 192.0.2.2" },
		{ { .kind = PACKET_NEIGHBOUR, .from.family = AF_INET6, .is_question = true },
		  "ND who has 192.0.2.2?" },
		{ { .kind = PACKET_OTHER }, "other" },
	};
	char out[96];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct packet packet = rows[i].packet;

		address_parse(&packet.to, "192.0.2.2");
		packet_text(out, sizeof(out), &packet, 0, 0);
		assert_text(rows[i].text, out, rows[i].text);
	}
}

static void test_a_text_stays_within_its_buffer(void **state)
{
	const struct packet packet = { .kind = PACKET_TCP, .flags = SYN };
	char out[8] = "1234567";

	(void)state;
	packet_text(out, 6, &packet, 0, 0);
	assert_string_equal(out, "SYN s");
	assert_int_equal(out[6], '7');
}

static void test_addresses_are_parsed_and_written_back(void **state)
{
	static const char *const rows[] = { "192.0.2.1", "255.255.255.255", "2001:db8::1", "::" };
	char buf[INET6_ADDRSTRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address;

		assert_int_equal(address_parse(&address, rows[i]), 0);
		assert_int_equal(address.family, strchr(rows[i], ':') ? AF_INET6 : AF_INET);
		assert_text(rows[i], address_text(&address, buf), rows[i]);
	}
}

static void test_what_is_no_address_is_refused(void **state)
{
	static const char *const rows[] = { "",        "localhost", "192.0.2", "192.0.2.256",
					    "1::2::3", "192.0.2.1 " };
	char buf[INET6_ADDRSTRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address address;

		assert_int_equal(address_parse(&address, rows[i]), -1);
		assert_int_equal(address.family, 0);
		assert_text(rows[i], address_text(&address, buf), "?");
	}
}

static void test_addresses_are_equal_in_family_and_every_byte(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "193.0.2.1", "192.0.2.1", false },
		{ "2001:db8::1", "2001:db8::1", true },
		{ "2001:db8::1", "2001:db8::2", false },
		{ "2001:db9::1", "2001:db8::1", false },
		{ "2001:db8::1", "2001:db8:0:1::1", false },
		{ "192.0.2.1", "c000:201::", false }, /* the same four bytes */
		{ "none", "192.0.2.1", false },
		{ "none", "none", false }, /* no address is nobody's */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address a, b;

		memset(&a, 0, sizeof(a));
		memset(&b, 0, sizeof(b));
		address_parse(&a, rows[i].a);
		address_parse(&b, rows[i].b);
		if (address_equal(&a, &b) != rows[i].equal)
			fail_msg("%s and %s", rows[i].a, rows[i].b);
	}
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_segment_reads_like_a_line_of_wireshark),
		cmocka_unit_test(test_what_is_no_segment_has_a_text_too),
		cmocka_unit_test(test_a_text_stays_within_its_buffer),
		cmocka_unit_test(test_addresses_are_parsed_and_written_back),
		cmocka_unit_test(test_what_is_no_address_is_refused),
		cmocka_unit_test(test_addresses_are_equal_in_family_and_every_byte),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

/* Frames, decoded and as text. */
#include "tests/support/run.h"

#include "tests/support/frames.h"

#include <arpa/inet.h>
#include <stdlib.h>

static struct packet decoded(const struct frame *frame)
{
	struct packet packet;

	packet_decode(&packet, frame->bytes, frame->count);
	return packet;
}

static void assert_address(struct address address, const char *wanted)
{
	char buf[INET6_ADDRSTRLEN];

	assert_string_equal(address_text(&address, buf), wanted);
}

static void test_every_field_of_a_segment_is_read(void **state)
{
	const struct frame frame = tcp_frame((struct tcp_of){ .from = SERVER,
							      .seq = 0x89abcdef,
							      .ack = 0xfedcba98,
							      .flags = PSH | ACK,
							      .window = 0x1234,
							      .payload = "hi\n" });
	const struct packet packet = decoded(&frame);

	(void)state;
	assert_int_equal(packet.kind, PACKET_TCP);
	assert_address(packet.from, "192.0.2.2");
	assert_address(packet.to, "192.0.2.1");
	assert_int_equal(packet.from_port, 9877);
	assert_int_equal(packet.to_port, 40000);
	assert_int_equal(packet.seq, 0x89abcdef);
	assert_int_equal(packet.ack, 0xfedcba98);
	assert_int_equal(packet.flags, PSH | ACK);
	assert_int_equal(packet.window, 0x1234);
	assert_int_equal(packet.payload_bytes, 3);
	assert_memory_equal(packet.payload, "hi\n", 3);
}

static void test_ipv6_is_read_like_ipv4(void **state)
{
	const struct frame frame = tcp_frame((struct tcp_of){
		.family = AF_INET6, .from = CLIENT, .flags = SYN, .option_bytes = 20 });
	const struct packet packet = decoded(&frame);

	(void)state;
	assert_int_equal(packet.kind, PACKET_TCP);
	assert_address(packet.from, "2001:db8::1");
	assert_address(packet.to, "2001:db8::2");
	assert_int_equal(packet.to_port, 9877);
	assert_int_equal(packet.flags, SYN);
	assert_int_equal(packet.payload_bytes, 0);
}

/* Neither options nor what Ethernet adds to a short frame are payload. */
static void test_the_payload_is_neither_options_nor_padding(void **state)
{
	static const struct tcp_of rows[] = {
		{ .payload = "" },
		{ .payload = "", .padding_bytes = 6 },
		{ .payload = "h", .padding_bytes = 5 },
		{ .payload = "hi", .option_bytes = 12 },
		{ .payload = "hi", .option_bytes = 40 },
		{ .payload = "hi", .ip_option_bytes = 4 },
		{ .payload = "hi", .ip_option_bytes = 40, .option_bytes = 40, .padding_bytes = 9 },
		{ .payload = "", .family = AF_INET6, .padding_bytes = 2 },
		{ .payload = "hi", .family = AF_INET6, .option_bytes = 12, .padding_bytes = 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct frame frame = tcp_frame(rows[i]);
		const struct packet packet = decoded(&frame);

		assert_int_equal(packet.kind, PACKET_TCP);
		assert_int_equal(packet.to_port, 9877);
		assert_int_equal(packet.payload_bytes, strlen(rows[i].payload));
		assert_memory_equal(packet.payload, rows[i].payload, packet.payload_bytes);
	}
}

static void test_only_the_six_flags_are_kept(void **state)
{
	(void)state;
	for (unsigned int flags = 0; flags < 0x100; flags++) {
		const struct frame frame = tcp_frame((struct tcp_of){ .flags = flags });

		assert_int_equal(decoded(&frame).flags, flags & 0x3f);
	}
}

/* Replaces one byte of a good segment. */
static struct frame spoilt(struct tcp_of of, size_t at, uint8_t byte)
{
	struct frame frame = tcp_frame(of);

	frame.bytes[at] = byte;
	return frame;
}

static void test_a_broken_header_makes_no_segment(void **state)
{
	static const struct {
		const char *what;
		struct tcp_of of;
		size_t at;
		uint8_t byte;
	} rows[] = {
		{ "IP version 6 in an IPv4 frame", { .flags = ACK }, 14, 0x65 },
		{ "IP header of 4 words", { .flags = ACK }, 14, 0x44 },
		{ "IP header beyond the datagram", { .flags = ACK }, 14, 0x4f },
		{ "datagram longer than the frame", { .flags = ACK }, 17, 41 },
		{ "datagram shorter than its header", { .flags = ACK }, 17, 19 },
		{ "datagram that ends in the TCP header",
		  { .flags = ACK, .padding_bytes = 9 },
		  17,
		  39 },
		{ "UDP", { .flags = ACK }, 23, 17 },
		{ "TCP header of 4 words", { .flags = ACK }, 46, 0x40 },
		{ "TCP header beyond the datagram",
		  { .flags = ACK, .padding_bytes = 9 },
		  46,
		  0x60 },
		{ "an unknown EtherType", { .flags = ACK }, 12, 0x18 },
		{ "IPv6 longer than the frame", { .family = AF_INET6 }, 19, 21 },
		{ "IPv6 with UDP", { .family = AF_INET6 }, 20, 17 },
		{ "IPv6 with an extension header", { .family = AF_INET6 }, 20, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct frame frame = spoilt(rows[i].of, rows[i].at, rows[i].byte);

		if (decoded(&frame).kind != PACKET_OTHER)
			fail_msg("%s is taken for a segment", rows[i].what);
	}
}

static void test_a_fragment_is_no_segment_but_has_addresses(void **state)
{
	static const uint16_t rows[] = { 0x2000, 0x0001, 0x1fff, 0x2001 };
	struct frame frame = tcp_frame((struct tcp_of){ .flags = ACK, .fragment = 0x4000 });

	(void)state;
	assert_int_equal(decoded(&frame).kind, PACKET_TCP); /* "don't fragment" is none */
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		frame = tcp_frame((struct tcp_of){ .flags = ACK, .fragment = rows[i] });
		assert_int_equal(decoded(&frame).kind, PACKET_OTHER);
		assert_address(decoded(&frame).to, "192.0.2.2");
	}
}

static struct frame icmp_frame(int family)
{
	struct frame frame = tcp_frame((struct tcp_of){ .family = family });

	frame.bytes[family == AF_INET6 ? 20 : 23] = family == AF_INET6 ? 58 : 1;
	memcpy(frame.bytes + (family == AF_INET6 ? 54 : 34), "\3\1", 2);
	return frame;
}

static struct frame arp_frame(uint16_t operation)
{
	struct frame frame = { .count = 0 };

	put_ethernet(&frame, 0x0806);
	put(&frame, "\0\1\x08\0\6\4", 6);
	put_number(&frame, operation, 2);
	put(&frame, "\x02\0\0\0\0\x01\xc0\0\2\1\0\0\0\0\0\0\xc0\0\2\2", 20);
	return frame;
}

static void test_icmp_and_arp_are_read(void **state)
{
	const struct frame icmp = icmp_frame(0), icmp6 = icmp_frame(AF_INET6), arp = arp_frame(2);
	const struct frame question = arp_frame(1);
	struct frame arp_of_other = arp_frame(1), icmp_cut = icmp_frame(0);

	(void)state;
	assert_int_equal(decoded(&icmp).kind, PACKET_ICMP);
	assert_int_equal(decoded(&icmp).icmp_type, 3);
	assert_int_equal(decoded(&icmp).icmp_code, 1);
	assert_int_equal(decoded(&icmp6).kind, PACKET_ICMP);
	assert_int_equal(decoded(&icmp6).icmp_type, 3);
	icmp_cut.bytes[17] = 21;
	assert_int_equal(decoded(&icmp_cut).kind, PACKET_OTHER);
	assert_int_equal(decoded(&arp).kind, PACKET_NEIGHBOUR);
	assert_false(decoded(&arp).is_question);
	assert_true(decoded(&question).is_question);
	assert_address(decoded(&arp).from, "192.0.2.1");
	assert_address(decoded(&arp).to, "192.0.2.2");
	arp_of_other.bytes[16] = 0x86; /* asks for no IPv4 address */
	assert_int_equal(decoded(&arp_of_other).kind, PACKET_OTHER);
}

static void test_the_codes_of_unreachable_have_one_meaning_in_both_families(void **state)
{
	static const struct {
		uint8_t type, code, type6, code6;
		enum unreachable meaning;
	} rows[] = {
		{ 3, 0, 1, 0, NET_UNREACHABLE },  { 3, 1, 1, 3, HOST_UNREACHABLE },
		{ 3, 3, 1, 4, PORT_UNREACHABLE }, { 3, 13, 1, 1, PROHIBITED },
		{ 3, 4, 2, 0, ANY_REASON },       { 11, 0, 3, 0, ANY_REASON },
		{ 3, 14, 1, 5, ANY_REASON },      { 3, 255, 1, 255, ANY_REASON },
		{ 1, 0, 3, 1, ANY_REASON }, /* the other family's numbers */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct frame icmp = icmp_frame(0), icmp6 = icmp_frame(AF_INET6);

		memcpy(icmp.bytes + 34, &rows[i].type, 2);
		memcpy(icmp6.bytes + 54, &rows[i].type6, 2);
		assert_int_equal(decoded(&icmp).unreachable, rows[i].meaning);
		assert_int_equal(decoded(&icmp6).unreachable, rows[i].meaning);
		assert_int_equal(decoded(&icmp6).kind, PACKET_ICMP);
	}
}

static void test_neighbour_discovery_is_read_like_arp(void **state)
{
	struct frame asks = icmp_frame(AF_INET6), answers = icmp_frame(AF_INET6);

	(void)state;
	memcpy(asks.bytes + 54, "\x87\0", 2);
	memcpy(answers.bytes + 54, "\x88\0", 2);
	assert_int_equal(decoded(&asks).kind, PACKET_ICMP); /* without a target: cut short */
	put(&asks, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09", 16);
	memmove(asks.bytes + 62, asks.bytes + 74, 16);
	asks.bytes[19] = 24;
	assert_int_equal(decoded(&asks).kind, PACKET_NEIGHBOUR);
	assert_true(decoded(&asks).is_question);
	assert_address(decoded(&asks).to, "2001:db8::9");
	assert_int_equal(decoded(&answers).kind, PACKET_NEIGHBOUR);
	assert_false(decoded(&answers).is_question);
	assert_address(decoded(&answers).to, "2001:db8::2");
}

/* The frame's beginning in a block of exactly its size: ASan finds a byte read behind it. */
static void check_prefix(const struct frame *frame, size_t bytes, size_t with_addresses,
			 enum packet_kind kind)
{
	uint8_t *prefix = malloc(bytes + (bytes == 0));
	struct packet packet;

	memcpy(prefix, frame->bytes, bytes);
	packet_decode(&packet, prefix, bytes);
	if (packet.kind != kind || (packet.from.family != 0) != (bytes >= with_addresses))
		fail_msg("cut to %zu bytes: kind %d", bytes, packet.kind);
	if (kind == PACKET_TCP)
		assert_true(packet.payload + packet.payload_bytes <= prefix + bytes);
	free(prefix);
}

static void test_a_frame_cut_short_anywhere_is_other(void **state)
{
	const struct {
		struct frame frame;
		size_t with_addresses; /* so many bytes tell whose it is */
		size_t complete;       /* and so many what it is */
		enum packet_kind kind;
	} rows[] = {
		{ tcp_frame((struct tcp_of){ .payload = "hi there\n" }), 34, 63, PACKET_TCP },
		{ tcp_frame((struct tcp_of){ .option_bytes = 40, .ip_option_bytes = 40 }), 34, 134,
		  PACKET_TCP },
		{ tcp_frame((struct tcp_of){ .padding_bytes = 6 }), 34, 54, PACKET_TCP },
		{ tcp_frame((struct tcp_of){ .family = AF_INET6, .payload = "hi" }), 54, 76,
		  PACKET_TCP },
		{ icmp_frame(0), 34, 54, PACKET_ICMP },
		{ icmp_frame(AF_INET6), 54, 74, PACKET_ICMP },
		{ arp_frame(1), 42, 42, PACKET_NEIGHBOUR },
		{ tcp_frame((struct tcp_of){ .fragment = 0x2000 }), 34, 1000, PACKET_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t bytes = 0; bytes <= rows[i].frame.count; bytes++)
			check_prefix(&rows[i].frame, bytes, rows[i].with_addresses,
				     bytes < rows[i].complete ? PACKET_OTHER : rows[i].kind);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field_of_a_segment_is_read),
		cmocka_unit_test(test_ipv6_is_read_like_ipv4),
		cmocka_unit_test(test_the_payload_is_neither_options_nor_padding),
		cmocka_unit_test(test_only_the_six_flags_are_kept),
		cmocka_unit_test(test_a_broken_header_makes_no_segment),
		cmocka_unit_test(test_a_fragment_is_no_segment_but_has_addresses),
		cmocka_unit_test(test_icmp_and_arp_are_read),
		cmocka_unit_test(test_the_codes_of_unreachable_have_one_meaning_in_both_families),
		cmocka_unit_test(test_neighbour_discovery_is_read_like_arp),
		cmocka_unit_test(test_a_frame_cut_short_anywhere_is_other),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

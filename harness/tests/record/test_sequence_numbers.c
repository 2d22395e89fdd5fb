/* Sequence numbers of the timeline: relative to the first ones of their connection. */
#include "tests/support/run.h"

#include "tests/support/events.h"
#include "tests/support/frames.h"

static const struct wire *append(struct timeline *timeline, struct tcp_of of)
{
	const struct frame frame = tcp_frame(of);
	const size_t index =
		timeline_append_frame(timeline, STARTED_NS, frame.bytes, frame.count, frame.count);

	return &timeline->events[index].wire;
}

/* A frame and how its numbers are to be shown; what the flags leave out is not looked at. */
struct numbered {
	struct tcp_of of;
	const char *text;
};

static void check_numbers(struct timeline *timeline, const struct numbered *rows, size_t count)
{
	char text[96], row[32];

	for (size_t i = 0; i < count; i++) {
		struct tcp_of of = rows[i].of;
		const struct wire *wire;

		of.window = 512;
		wire = append(timeline, of);
		packet_text(text, sizeof(text), &wire->packet, wire->first_seq, wire->first_ack);
		snprintf(row, sizeof(row), "frame %zu", i + 1);
		assert_text(row, text, rows[i].text);
	}
}

static void test_numbers_are_relative_to_the_handshake(void **state)
{
	static const struct numbered rows[] = {
		{ { .from = CLIENT, .flags = SYN, .seq = 1000 }, "SYN seq=0" },
		{ { .from = SERVER, .flags = SYN | ACK, .seq = 5000, .ack = 1001 },
		  "SYN,ACK seq=0 ack=1" },
		{ { .from = CLIENT, .flags = ACK, .seq = 1001, .ack = 5001 }, "ACK seq=1 ack=1" },
		{ { .from = CLIENT, .flags = PSH | ACK, .seq = 1001, .ack = 5001, .payload = "h" },
		  "PSH,ACK seq=1 ack=1 len=1" },
		{ { .from = SERVER, .flags = FIN | ACK, .seq = 5001, .ack = 1002 },
		  "FIN,ACK seq=1 ack=2" },
		{ { .from = CLIENT, .flags = PSH | ACK, .seq = 1002, .ack = 5002, .payload = "i" },
		  "PSH,ACK seq=2 ack=2 len=1" },
		{ { .from = SERVER, .flags = RST, .seq = 5002 }, "RST seq=2" },
	};

	check_numbers(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_a_handshake_that_was_not_answered_at_first(void **state)
{
	static const struct numbered rows[] = {
		{ { .from = CLIENT, .flags = SYN, .seq = 1000 }, "SYN seq=0" },
		{ { .from = CLIENT, .flags = SYN, .seq = 1000 }, "SYN seq=0" },
		{ { .from = SERVER, .flags = SYN | ACK, .seq = 5000, .ack = 1001 },
		  "SYN,ACK seq=0 ack=1" },
		{ { .from = SERVER, .flags = SYN | ACK, .seq = 5000, .ack = 1001 },
		  "SYN,ACK seq=0 ack=1" },
		{ { .from = CLIENT, .flags = ACK, .seq = 1001, .ack = 5001 }, "ACK seq=1 ack=1" },
	};

	check_numbers(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_a_refused_syn_is_answered_with_ack_1(void **state)
{
	static const struct numbered rows[] = {
		{ { .from = CLIENT, .flags = SYN, .seq = 1000 }, "SYN seq=0" },
		{ { .from = SERVER, .flags = RST | ACK, .seq = 0, .ack = 1001 },
		  "RST,ACK seq=1 ack=1" },
	};

	check_numbers(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_a_capture_without_the_syn_begins_with_1(void **state)
{
	static const struct numbered rows[] = {
		{ { .from = CLIENT, .flags = ACK, .seq = 1000, .ack = 5000, .payload = "hi" },
		  "ACK seq=1 ack=1 len=2" },
		{ { .from = SERVER, .flags = ACK, .seq = 5000, .ack = 1002 }, "ACK seq=1 ack=3" },
		{ { .from = CLIENT, .flags = FIN | ACK, .seq = 1002, .ack = 5000 },
		  "FIN,ACK seq=3 ack=1" },
		{ { .from = CLIENT, .flags = ACK, .seq = 1003, .ack = 5010 }, "ACK seq=4 ack=11" },
	};

	check_numbers(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_numbers_go_on_behind_an_rst_without_ack(void **state)
{
	static const struct numbered rows[] = {
		{ { .from = CLIENT, .flags = SYN, .seq = 1000 }, "SYN seq=0" },
		{ { .from = SERVER, .flags = SYN | ACK, .seq = 5000, .ack = 1001 },
		  "SYN,ACK seq=0 ack=1" },
		{ { .from = CLIENT, .flags = ACK, .seq = 1011, .ack = 5011, .payload = "b" },
		  "ACK seq=11 ack=11 len=1" },
		{ { .from = SERVER, .flags = RST, .seq = 5011 }, "RST seq=11" },
		{ { .from = CLIENT, .flags = ACK, .seq = 1012, .ack = 5011, .payload = "ye" },
		  "ACK seq=12 ack=11 len=2" }, /* was on its way already */
		{ { .from = SERVER, .flags = RST, .seq = 5011 }, "RST seq=11" },
		{ { .from = SERVER, .flags = RST, .seq = 5011 }, "RST seq=11" },
		{ { .from = CLIENT, .flags = ACK, .seq = 1014, .ack = 5011 }, "ACK seq=14 ack=11" },
		{ { .from = SERVER, .flags = RST | ACK, .seq = 5011, .ack = 1012 },
		  "RST,ACK seq=11 ack=12" },
	};

	check_numbers(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_connections_do_not_mix_their_numbers(void **state)
{
	static const struct numbered rows[] = {
		{ { .from = CLIENT, .client_port = 40000, .flags = SYN, .seq = 1000 },
		  "SYN seq=0" },
		{ { .from = CLIENT, .client_port = 40001, .flags = SYN, .seq = 2000 },
		  "SYN seq=0" },
		{ { .from = SERVER,
		    .client_port = 40000,
		    .flags = SYN | ACK,
		    .seq = 5000,
		    .ack = 1001 },
		  "SYN,ACK seq=0 ack=1" },
		{ { .from = SERVER,
		    .client_port = 40001,
		    .flags = SYN | ACK,
		    .seq = 7000,
		    .ack = 2001 },
		  "SYN,ACK seq=0 ack=1" },
		{ { .from = CLIENT, .client_port = 40000, .flags = ACK, .seq = 1001, .ack = 5001 },
		  "ACK seq=1 ack=1" },
		{ { .from = CLIENT, .client_port = 40001, .flags = ACK, .seq = 2003, .ack = 7001 },
		  "ACK seq=3 ack=1" },
		{ { .family = AF_INET6, .from = CLIENT, .flags = ACK, .seq = 900, .ack = 800 },
		  "ACK seq=1 ack=1" },
	};

	check_numbers(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_with_equal_ports_the_addresses_tell_the_direction(void **state)
{
	static const struct numbered rows[] = {
		{ { .from = CLIENT, .client_port = 9877, .flags = SYN, .seq = 1000 }, "SYN seq=0" },
		{ { .from = SERVER,
		    .client_port = 9877,
		    .flags = SYN | ACK,
		    .seq = 5000,
		    .ack = 1001 },
		  "SYN,ACK seq=0 ack=1" },
		{ { .from = SERVER, .client_port = 9877, .flags = ACK, .seq = 5003, .ack = 1001 },
		  "ACK seq=3 ack=1" },
		{ { .from = CLIENT, .client_port = 9877, .flags = ACK, .seq = 1001, .ack = 5004 },
		  "ACK seq=1 ack=4" },
	};

	check_numbers(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_a_new_syn_on_the_same_ports_begins_anew(void **state)
{
	static const struct numbered rows[] = {
		{ { .from = CLIENT, .flags = SYN, .seq = 1000 }, "SYN seq=0" },
		{ { .from = SERVER, .flags = SYN | ACK, .seq = 5000, .ack = 1001 },
		  "SYN,ACK seq=0 ack=1" },
		{ { .from = CLIENT, .flags = ACK, .seq = 1001, .ack = 5001 }, "ACK seq=1 ack=1" },
		{ { .from = CLIENT, .flags = SYN, .seq = 80000 }, "SYN seq=0" },
		{ { .from = SERVER, .flags = SYN | ACK, .seq = 90000, .ack = 80001 },
		  "SYN,ACK seq=0 ack=1" },
		{ { .from = CLIENT, .flags = ACK, .seq = 80002, .ack = 90003 }, "ACK seq=2 ack=3" },
		{ { .from = SERVER, .flags = ACK, .seq = 90003, .ack = 80002 }, "ACK seq=3 ack=2" },
	};

	check_numbers(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_an_answer_that_the_capture_has_missed(void **state)
{
	static const struct numbered rows[] = {
		{ { .from = CLIENT, .flags = ACK, .seq = 7000, .ack = 7000 }, "ACK seq=1 ack=1" },
		{ { .from = CLIENT, .flags = SYN, .seq = 1000 }, "SYN seq=0" },
		{ { .from = CLIENT, .flags = ACK, .seq = 1001, .ack = 5001 }, "ACK seq=1 ack=1" },
		{ { .from = CLIENT, .flags = ACK, .seq = 1002, .ack = 5003 }, "ACK seq=2 ack=3" },
	};

	check_numbers(*state, rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_other_events_between_do_not_matter(void **state)
{
	struct timeline *timeline = *state;
	const struct wire *wire;
	struct event alike;
	struct frame icmp = tcp_frame((struct tcp_of){ .from = SERVER, .seq = 9, .ack = 9 });

	icmp.bytes[23] = 1;
	append(timeline, (struct tcp_of){ .from = CLIENT, .flags = SYN, .seq = 1000 });
	timeline_append_frame(timeline, STARTED_NS, icmp.bytes, icmp.count, icmp.count);
	/* what is no frame may look like one in the union's bytes */
	alike = timeline->events[0];
	alike.kind = EVENT_STATE;
	alike.wire.first_seq = 77;
	timeline_append(timeline, &alike);
	wire = append(
		timeline,
		(struct tcp_of){ .from = SERVER, .flags = SYN | ACK, .seq = 5000, .ack = 1001 });
	assert_int_equal(wire->first_seq, 5000);
	assert_int_equal(wire->first_ack, 1000);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_relative_to_the_handshake),
		cmocka_unit_test(test_a_handshake_that_was_not_answered_at_first),
		cmocka_unit_test(test_a_refused_syn_is_answered_with_ack_1),
		cmocka_unit_test(test_a_capture_without_the_syn_begins_with_1),
		cmocka_unit_test(test_numbers_go_on_behind_an_rst_without_ack),
		cmocka_unit_test(test_connections_do_not_mix_their_numbers),
		cmocka_unit_test(test_with_equal_ports_the_addresses_tell_the_direction),
		cmocka_unit_test(test_a_new_syn_on_the_same_ports_begins_anew),
		cmocka_unit_test(test_an_answer_that_the_capture_has_missed),
		cmocka_unit_test(test_other_events_between_do_not_matter),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

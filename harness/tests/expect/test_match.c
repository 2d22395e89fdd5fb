/* What meets an expectation: the fields of each kind. What is left out means "any". */
#include "tests/support/run.h"

#include "tests/support/events.h"

#include <errno.h>
#include <signal.h>

static void check(const char *row, bool got, bool wanted)
{
	if (got != wanted)
		fail_msg("%s: %s", row, got ? "is matched" : "is not matched");
}

/* Segments ---------------------------------------------------------------------------- */

static bool segment_matches(struct timeline *timeline, struct segment want, size_t event)
{
	const struct expectation present = { .kind = &kind_segment, .segment = want };
	const struct expectation absent = { .kind = &kind_no_segment, .segment = want };
	const bool matches = expectation_matches(&present, timeline, event);

	assert_int_equal(expectation_matches(&absent, timeline, event), matches);
	return matches;
}

static void test_rst_without_ack_is_matched(void **state)
{
	struct timeline *timeline = *state;
	const size_t rst = add_segment(timeline, SERVER, RST, 0);

	assert_true(segment_matches(timeline, (struct segment){ .flags = RST }, rst));
	assert_false(segment_matches(timeline, (struct segment){ .flags = RST | ACK }, rst));
}

static void test_rst_ack_is_no_rst(void **state)
{
	struct timeline *timeline = *state;
	const size_t rst_ack = add_segment(timeline, SERVER, RST | ACK, 0);

	assert_true(segment_matches(timeline, (struct segment){ .flags = RST | ACK }, rst_ack));
	assert_false(segment_matches(timeline, (struct segment){ .flags = RST }, rst_ack));
}

static void test_psh_is_ignored(void **state)
{
	struct timeline *timeline = *state;
	const size_t ack = add_segment(timeline, CLIENT, ACK, 1);
	const size_t psh_ack = add_segment(timeline, CLIENT, PSH | ACK, 1);

	assert_true(segment_matches(timeline, (struct segment){ .flags = ACK }, psh_ack));
	assert_true(segment_matches(timeline, (struct segment){ .flags = PSH | ACK }, ack));
	assert_false(segment_matches(timeline, (struct segment){ .flags = PSH | FIN | ACK }, ack));
}

static void test_exactly_syn_fin_rst_and_ack_are_compared(void **state)
{
	struct timeline *timeline = *state;
	char row[64];

	for (unsigned int seen = 0; seen < 0x40; seen++)
		add_segment(timeline, CLIENT, seen, 0);
	for (unsigned int wanted = 1; wanted < 0x40; wanted++)
		for (unsigned int seen = 0; seen < 0x40; seen++) {
			snprintf(row, sizeof(row), "flags %02x by %02x", seen, wanted);
			check(row,
			      segment_matches(timeline, (struct segment){ .flags = wanted }, seen),
			      (wanted & ~(PSH | URG)) == (seen & ~(PSH | URG)));
		}
}

static void test_sender_and_payload_are_compared_when_given(void **state)
{
	static const struct {
		struct segment want;
		enum host from;
		size_t bytes;
		bool matches;
	} rows[] = {
		{ { 0 }, CLIENT, 0, true },
		{ { 0 }, SERVER, 9, true },
		{ { 0 }, ANY_HOST, 9, true },
		{ { .from = CLIENT }, CLIENT, 0, true },
		{ { .from = CLIENT }, SERVER, 0, false },
		{ { .from = SERVER }, ANY_HOST, 0, false },
		{ { .payload_bytes = 1 }, CLIENT, 1, true },
		{ { .payload_bytes = 1 }, CLIENT, 0, false },
		{ { .payload_bytes = 1 }, CLIENT, 2, false },
		{ { .payload_bytes = SOME_DATA }, CLIENT, 1, true },
		{ { .payload_bytes = SOME_DATA }, CLIENT, 1448, true },
		{ { .payload_bytes = SOME_DATA }, CLIENT, 0, false },
		{ { .payload_bytes = EMPTY }, CLIENT, 0, true },
		{ { .payload_bytes = EMPTY }, CLIENT, 1, false },
		{ { .from = CLIENT, .payload_bytes = 1 }, SERVER, 1, false },
		{ { .from = CLIENT, .flags = FIN | ACK }, CLIENT, 1, false },
	};
	struct timeline *timeline = *state;
	char row[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const size_t event = add_segment(timeline, rows[i].from, ACK, rows[i].bytes);

		snprintf(row, sizeof(row), "row %zu", i);
		check(row, segment_matches(timeline, rows[i].want, event), rows[i].matches);
	}
}

static void test_only_tcp_is_a_segment(void **state)
{
	static const enum packet_kind kinds[] = { PACKET_OTHER, PACKET_ICMP, PACKET_NEIGHBOUR };
	struct timeline *timeline = *state;

	for (size_t i = 0; i < 3; i++) {
		const size_t event = add_segment(timeline, CLIENT, 0, 0);

		assert_true(segment_matches(timeline, (struct segment){ 0 }, event));
		timeline->events[event].wire.packet.kind = kinds[i];
		assert_false(segment_matches(timeline, (struct segment){ 0 }, event));
	}
}

/* What a segment is in its connection is found when it is noted (record/connection.h). */
static void test_again_and_probe_are_those_of_the_record(void **state)
{
	const struct segment again = { .again = true }, probe = { .probe = true };
	struct timeline *timeline = *state;
	const size_t event = add_segment(timeline, CLIENT, ACK, 9);
	struct wire *wire = &timeline->events[event].wire;

	for (int bits = 0; bits < 4; bits++) {
		wire->again = bits & 1;
		wire->probe = bits & 2;
		check("again", segment_matches(timeline, again, event), wire->again);
		check("probe", segment_matches(timeline, probe, event), wire->probe);
	}
}

static void test_no_window_is_a_window_of_0(void **state)
{
	const struct segment want = { .no_window = true };
	struct timeline *timeline = *state;
	const size_t ack = add_segment(timeline, SERVER, ACK, 0);
	const size_t rst = add_segment(timeline, SERVER, RST, 0);

	assert_false(segment_matches(timeline, want, ack));
	timeline->events[ack].wire.packet.window = 0;
	timeline->events[rst].wire.packet.window = 0; /* always; it means nothing */
	assert_true(segment_matches(timeline, want, ack));
	assert_false(segment_matches(timeline, want, rst));
	assert_true(segment_matches(timeline, (struct segment){ .flags = ACK }, ack));
}

/* Calls ------------------------------------------------------------------------------- */

static void test_a_call_is_compared_in_the_fields_given(void **state)
{
	static const struct {
		struct returned want;
		struct call seen;
		bool matches;
	} rows[] = {
		{ { 0 }, { .name = "close" }, true },
		{ { 0 }, { .name = "write", .error = EPIPE, .result = -1 }, true },
		{ { .name = "write" }, { .name = "write", .result = 9 }, true },
		{ { .name = "write" }, { .name = "close" }, false },
		{ { .name = "read" }, { .name = "recvfrom", .family = "read", .result = 9 }, true },
		{ { .name = "recvfrom" }, { .name = "recvfrom", .family = "read" }, true },
		{ { .name = "recvfrom" }, { .name = "read" }, false },
		{ { .name = "read|write" }, { .name = "sendto", .family = "write" }, true },
		{ { .name = "readv|x" }, { .name = "read" }, false },
		{ { .error = EPIPE }, { .name = "write", .error = EPIPE, .result = -1 }, true },
		{ { .error = EPIPE },
		  { .name = "write", .error = ECONNRESET, .result = -1 },
		  false },
		{ { .error = EPIPE }, { .name = "write", .result = 1 }, false },
		{ { .error = EPERM }, { .name = "write", .error = EPIPE, .result = -1 }, false },
		{ { .error = NO_ERROR }, { .name = "write", .result = 1 }, true },
		{ { .error = NO_ERROR }, { .name = "write" }, true },
		{ { .error = NO_ERROR }, { .name = "write", .error = EPIPE, .result = -1 }, false },
		{ { .result = 9 }, { .name = "write", .result = 9 }, true },
		{ { .result = 9 }, { .name = "write", .result = 8 }, false },
		{ { .result = 9 }, { .name = "write" }, false },
		{ { .result = -1 }, { .name = "write", .error = EPIPE, .result = -1 }, false },
		{ { .error = NO_ERROR, .result = 9 }, { .name = "write", .result = 8 }, false },
		{ { .eof = true }, { .name = "read" }, true },
		{ { .eof = true }, { .name = "read", .result = 1 }, false },
		{ { .eof = true }, { .name = "read", .error = ECONNRESET }, false },
		{ { .name = "read", .eof = true }, { .name = "close" }, false },
	};
	struct timeline *timeline = *state;
	char row[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct expectation expectation = { .kind = &kind_call,
							 .who = THE_CLIENT,
							 .call = rows[i].want };
		const size_t event = add_call(timeline, CLIENT_PID, rows[i].seen);

		snprintf(row, sizeof(row), "row %zu", i);
		check(row, expectation_matches(&expectation, timeline, event), rows[i].matches);
	}
}

static void test_a_restarted_call_never_matches(void **state)
{
	static const struct returned rows[] = {
		{ 0 }, { .name = "accept" }, { .error = NO_ERROR }, { .eof = true }
	};
	struct timeline *timeline = *state;
	const size_t event = add_call(timeline, SERVER_PID,
				      (struct call){ .name = "accept", .ending = CALL_RESTARTED });

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct expectation expectation = { .kind = &kind_call,
							 .who = THE_SERVER,
							 .call = rows[i] };

		assert_false(expectation_matches(&expectation, timeline, event));
	}
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rst_without_ack_is_matched),
		cmocka_unit_test(test_rst_ack_is_no_rst),
		cmocka_unit_test(test_psh_is_ignored),
		cmocka_unit_test(test_exactly_syn_fin_rst_and_ack_are_compared),
		cmocka_unit_test(test_sender_and_payload_are_compared_when_given),
		cmocka_unit_test(test_only_tcp_is_a_segment),
		cmocka_unit_test(test_again_and_probe_are_those_of_the_record),
		cmocka_unit_test(test_no_window_is_a_window_of_0),
		cmocka_unit_test(test_a_call_is_compared_in_the_fields_given),
		cmocka_unit_test(test_a_restarted_call_never_matches),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

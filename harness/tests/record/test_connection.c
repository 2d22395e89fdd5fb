/* What a segment is in its connection: sent again, a probe, lost; and which connections there are.
 */
#include "tests/support/run.h"

#include "record/connection.h"
#include "tests/support/events.h"

static const struct wire *add_packet(struct timeline *timeline, enum host from,
				     struct packet packet)
{
	const size_t event =
		add(timeline,
		    (struct event){ .kind = EVENT_PACKET, .host = from, .wire.packet = packet });

	return &timeline->events[event].wire;
}

/*
 * A segment of the connection from a port of the client to port 9877 of the server; until the next
 * event is added it is where the pointer says.
 */
static const struct wire *add_of(struct timeline *timeline, uint16_t port, enum host from,
				 unsigned int flags, uint32_t seq, size_t payload_bytes)
{
	struct packet packet = { .kind = PACKET_TCP,
				 .flags = flags,
				 .seq = seq,
				 .window = 512,
				 .from_port = from == CLIENT ? port : 9877,
				 .to_port = from == CLIENT ? 9877 : port,
				 .payload_bytes = payload_bytes };

	packet.from = timeline->addresses[from];
	packet.to = timeline->addresses[from == CLIENT ? SERVER : CLIENT];
	return add_packet(timeline, from, packet);
}

static void test_a_retransmission_begins_with_what_was_sent_before(void **state)
{
	static const struct {
		enum host from;
		unsigned int flags;
		uint32_t seq;
		size_t bytes;
		bool again;
	} rows[] = {
		{ CLIENT, SYN, 0, 0, false },       { CLIENT, SYN, 0, 0, true },
		{ SERVER, SYN | ACK, 0, 0, false }, { CLIENT, ACK, 1, 0, false },
		{ CLIENT, ACK, 1, 9, false },       { CLIENT, ACK, 1, 0, false },
		{ CLIENT, ACK, 1, 4, true },        { CLIENT, ACK, 5, 0, false },
		{ CLIENT, ACK, 5, 5, false },       { CLIENT, FIN | ACK, 10, 0, false },
		{ CLIENT, FIN | ACK, 10, 0, true }, { SERVER, ACK, 10, 9, false },
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct wire *wire = add_of(timeline, 40000, rows[i].from, rows[i].flags,
						 rows[i].seq, rows[i].bytes);

		if (wire->again != rows[i].again)
			fail_msg("row %zu", i);
	}
}

static void test_a_probe_is_empty_and_one_before_what_was_sent(void **state)
{
	static const struct {
		enum host from;
		unsigned int flags;
		uint32_t seq;
		size_t bytes;
		bool probe;
	} rows[] = {
		{ SERVER, ACK, 4, 0, false }, /* nothing was sent before */
		{ CLIENT, SYN, UINT32_MAX - 4, 0, false },
		{ SERVER, SYN | ACK, 100, 0, false },
		{ CLIENT, ACK, UINT32_MAX - 3, 0, false },
		{ CLIENT, ACK, UINT32_MAX - 4, 0, true },
		{ CLIENT, ACK, UINT32_MAX - 3, 9, false }, /* up to 5, around the end */
		{ CLIENT, ACK, UINT32_MAX - 4, 0, false },
		{ CLIENT, ACK, 4, 0, true },
		{ CLIENT, ACK, 5, 0, false },
		{ CLIENT, ACK, 3, 0, false },
		{ CLIENT, ACK, UINT32_MAX - 3, 2, false }, /* sent again: 5 is what it came to */
		{ CLIENT, ACK, 4, 0, true },
		{ CLIENT, ACK, 4, 1, false }, /* with data, as the RFC has it: not Linux */
		{ CLIENT, FIN | ACK, 4, 0, false },
		{ CLIENT, RST | ACK, 4, 0, false },
		{ SERVER, ACK, 4, 0, false }, /* another sender */
		{ SERVER, ACK, 100, 0, true },
		{ CLIENT, SYN, 7000, 0, false }, /* the ports once more: all begins anew */
		{ CLIENT, ACK, 4, 0, false },
		{ CLIENT, ACK, 7000, 0, true },
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct wire *wire = add_of(timeline, 40000, rows[i].from, rows[i].flags,
						 rows[i].seq, rows[i].bytes);

		if (wire->probe != rows[i].probe)
			fail_msg("row %zu", i);
	}
}

static void test_a_probe_is_of_its_own_connection(void **state)
{
	struct timeline *timeline = *state;

	add_of(timeline, 40000, CLIENT, ACK, 1, 9);
	assert_false(add_of(timeline, 40001, CLIENT, ACK, 9, 0)->probe);
	assert_true(add_of(timeline, 40000, CLIENT, ACK, 9, 0)->probe);
}

static void test_what_is_sent_again_is_of_its_own_connection(void **state)
{
	struct timeline *timeline = *state;

	add_of(timeline, 40000, CLIENT, ACK, 1, 9);
	assert_false(add_of(timeline, 40001, CLIENT, ACK, 1, 9)->again);
	assert_true(add_of(timeline, 40000, CLIENT, ACK, 1, 9)->again);
}

/* Forged data far ahead does not make what its sender sends next a retransmission. */
static void test_data_with_a_number_never_used_is_not_sent_again(void **state)
{
	struct timeline *timeline = *state;

	add_of(timeline, 40000, CLIENT, ACK, 1, 5);
	add_of(timeline, 40000, CLIENT, ACK, 500, 10);
	assert_false(add_of(timeline, 40000, CLIENT, ACK, 6, 5)->again);
	assert_true(add_of(timeline, 40000, CLIENT, ACK, 1, 5)->again);
}

/* The look back ends at new data that began before, not at what was sent again. */
static void test_all_may_be_sent_again_in_any_order(void **state)
{
	static const uint32_t again[] = { 1, 10, 1, 19, 10, 19, 1 };
	struct timeline *timeline = *state;

	add_of(timeline, 40000, CLIENT, SYN, 0, 0);
	for (uint32_t seq = 1; seq < 28; seq += 9)
		assert_false(add_of(timeline, 40000, CLIENT, ACK, seq, 9)->again);
	for (size_t i = 0; i < sizeof(again) / sizeof(again[0]); i++)
		assert_true(add_of(timeline, 40000, CLIENT, ACK, again[i], 9)->again);
	assert_false(add_of(timeline, 40000, CLIENT, ACK, 12, 9)->again);
}

static void test_numbers_wrap_around(void **state)
{
	struct timeline *timeline = *state;

	add_of(timeline, 40000, CLIENT, ACK, UINT32_MAX - 1, 10); /* up to 8 */
	assert_false(add_of(timeline, 40000, CLIENT, ACK, 8, 5)->again);
	assert_true(add_of(timeline, 40000, CLIENT, ACK, UINT32_MAX - 1, 10)->again);
}

static void test_connections_are_in_the_order_of_their_first_segments(void **state)
{
	struct timeline *timeline = *state;

	add_of(timeline, 40007, CLIENT, SYN, 0, 0);
	add_of(timeline, 40000, SERVER, ACK, 0, 0); /* of the server's first */
	assert_int_equal(add_of(timeline, 40007, SERVER, SYN | ACK, 9, 0)->connection, 1);
	assert_int_equal(timeline->connection_count, 2);
	assert_int_equal(timeline->connections[0].ends[0].host, CLIENT);
	assert_int_equal(timeline->connections[0].ends[0].port, 40007);
	assert_int_equal(timeline->connections[1].ends[0].host, SERVER);
	assert_int_equal(timeline->connections[1].ends[1].port, 40000);
	add_of(timeline, 40007, CLIENT, SYN, 5000, 0); /* the ports once more */
	assert_int_equal(timeline->connection_count, 2);
	assert_int_equal(connection_number(timeline, 9877, 40007), 1);
	assert_int_equal(connection_number(timeline, 40000, 9877), 2);
	assert_int_equal(connection_number(timeline, 40001, 9877), 0);
}

static void test_an_icmp_error_is_of_the_connection_it_quotes(void **state)
{
	struct timeline *timeline = *state;
	struct packet icmp = { .kind = PACKET_ICMP,
			       .quoted = { .from_port = 40001, .to_port = 9877, .seq = 705 } };
	const struct wire *wire;

	icmp.quoted.from = timeline->addresses[CLIENT];
	icmp.quoted.to = timeline->addresses[SERVER];
	add_of(timeline, 40000, CLIENT, SYN, 100, 0);
	add_of(timeline, 40001, CLIENT, SYN, 700, 0);
	wire = add_packet(timeline, ROUTER, icmp);
	assert_int_equal(wire->connection, 2);
	assert_int_equal(wire->packet.quoted.seq - wire->first_seq, 5);
	icmp.quoted.to_port = 80; /* of a connection that the capture has not seen */
	wire = add_packet(timeline, ROUTER, icmp);
	assert_int_equal(wire->connection, 0);
	assert_int_equal(timeline->connection_count, 2);
}

/* Lost segments ------------------------------------------------------------------------ */

static void add_action(struct timeline *timeline, enum host host, struct action action)
{
	add(timeline, (struct event){ .kind = EVENT_ACTION, .host = host, .action = action });
}

static enum host lost_at(struct timeline *timeline, enum host from)
{
	return add_of(timeline, 40000, from, ACK, 1, 1)->lost_at;
}

static void test_segments_are_lost_where_an_action_drops_them(void **state)
{
	struct timeline *timeline = *state;

	assert_int_equal(lost_at(timeline, CLIENT), ANY_HOST);
	add_action(timeline, ROUTER,
		   (struct action){ .verb = VERB_REMOVE_ROUTE,
				    .to = SERVER,
				    .drops_to = SERVER,
				    .drops_at = ROUTER });
	assert_int_equal(lost_at(timeline, CLIENT), ROUTER);
	assert_int_equal(lost_at(timeline, SERVER), ANY_HOST); /* the way back is as it was */
	add_action(timeline, SERVER,
		   (struct action){ .verb = VERB_CRASH, .drops_to = SERVER, .drops_at = SERVER });
	assert_int_equal(lost_at(timeline, CLIENT), SERVER);
	add_action(timeline, SERVER, (struct action){ .verb = VERB_REBOOT });
	assert_int_equal(lost_at(timeline, CLIENT), ANY_HOST); /* its firewall is gone, too */
}

static enum host append_again(struct timeline *timeline, const struct event *event)
{
	const size_t index = timeline_append(timeline, event);

	return timeline->events[index].wire.lost_at;
}

/* The capture is read after what is done at the same time. */
static void test_a_segment_of_before_is_not_lost(void **state)
{
	struct timeline *timeline = *state;
	const size_t before = timeline->count;
	struct event late;

	add_of(timeline, 40000, CLIENT, ACK, 1, 1);
	late = timeline->events[before];
	add_action(timeline, SERVER,
		   (struct action){ .verb = VERB_CRASH, .drops_to = SERVER, .drops_at = SERVER });
	assert_int_equal(append_again(timeline, &late), ANY_HOST);
	late.time_ns += 1000 * MS;
	assert_int_equal(append_again(timeline, &late), SERVER);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_retransmission_begins_with_what_was_sent_before),
		cmocka_unit_test(test_a_probe_is_empty_and_one_before_what_was_sent),
		cmocka_unit_test(test_a_probe_is_of_its_own_connection),
		cmocka_unit_test(test_what_is_sent_again_is_of_its_own_connection),
		cmocka_unit_test(test_data_with_a_number_never_used_is_not_sent_again),
		cmocka_unit_test(test_all_may_be_sent_again_in_any_order),
		cmocka_unit_test(test_numbers_wrap_around),
		cmocka_unit_test(test_connections_are_in_the_order_of_their_first_segments),
		cmocka_unit_test(test_an_icmp_error_is_of_the_connection_it_quotes),
		cmocka_unit_test(test_segments_are_lost_where_an_action_drops_them),
		cmocka_unit_test(test_a_segment_of_before_is_not_lost),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

/* Expectations of what is on the wire and no segment: ICMP errors, questions for an address. */
#include "tests/support/run.h"

#include "tests/support/unmet.h"

static size_t add_icmp(struct timeline *timeline, enum host from, enum unreachable reason)
{
	return add(timeline, (struct event){ .kind = EVENT_PACKET,
					     .host = from,
					     .wire.packet = { .kind = PACKET_ICMP,
							      .from.family = AF_INET,
							      .icmp_type = 3,
							      .icmp_code = 9,
							      .unreachable = reason } });
}

static size_t add_neighbour(struct timeline *timeline, enum host from, const char *about,
			    bool is_question)
{
	struct event event = { .kind = EVENT_PACKET,
			       .host = from,
			       .wire.packet = { .kind = PACKET_NEIGHBOUR,
						.from.family = AF_INET,
						.is_question = is_question } };

	address_parse(&event.wire.packet.to, about);
	return add(timeline, event);
}

static void test_an_icmp_error_is_compared_in_the_fields_given(void **state)
{
	static const struct {
		struct icmp_error want;
		enum host from;
		enum unreachable seen;
		bool matches;
	} rows[] = {
		{ { 0 }, ROUTER, HOST_UNREACHABLE, true },
		{ { 0 }, ROUTER, ANY_REASON, false }, /* an echo, or an error of another kind */
		{ { .from = ROUTER }, ROUTER, NET_UNREACHABLE, true },
		{ { .from = ROUTER }, SERVER, NET_UNREACHABLE, false },
		{ { .unreachable = PROHIBITED }, SERVER, PROHIBITED, true },
		{ { .unreachable = PROHIBITED }, ROUTER, HOST_UNREACHABLE, false },
		{ { ROUTER, HOST_UNREACHABLE }, ROUTER, HOST_UNREACHABLE, true },
		{ { ROUTER, HOST_UNREACHABLE }, ROUTER, NET_UNREACHABLE, false },
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct expectation want = { .kind = &kind_icmp, .icmp = rows[i].want };
		const size_t event = add_icmp(timeline, rows[i].from, rows[i].seen);

		if (expectation_matches(&want, timeline, event) != rows[i].matches)
			fail_msg("row %zu", i);
	}
}

static void test_a_question_is_compared_in_the_fields_given(void **state)
{
	static const struct {
		struct question want;
		enum host from;
		const char *about;
		bool matches;
	} rows[] = {
		{ { 0 }, CLIENT, "192.0.2.9", true },
		{ { .from = CLIENT }, CLIENT, "192.0.2.2", true },
		{ { .from = CLIENT }, SERVER, "192.0.2.1", false },
		{ { .about = SERVER }, CLIENT, "192.0.2.2", true },
		{ { .about = SERVER }, CLIENT, "192.0.2.1", false },
		{ { .about = ROUTER }, CLIENT, "192.0.2.2", false }, /* there is none */
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct expectation want = { .kind = &kind_question,
						  .question = rows[i].want };
		const size_t asked = add_neighbour(timeline, rows[i].from, rows[i].about, true);
		const size_t told = add_neighbour(timeline, rows[i].from, rows[i].about, false);

		if (expectation_matches(&want, timeline, asked) != rows[i].matches)
			fail_msg("row %zu", i);
		assert_false(expectation_matches(&want, timeline, told));
	}
}

static void test_only_a_message_is_one(void **state)
{
	const struct expectation icmp = { .kind = &kind_icmp };
	const struct expectation question = { .kind = &kind_question };
	struct timeline *timeline = *state;

	add_segment(timeline, CLIENT, SYN, 0);
	add_icmp(timeline, ROUTER, HOST_UNREACHABLE);
	add_neighbour(timeline, CLIENT, "192.0.2.2", true);
	assert_int_equal(expectation_find(&icmp, timeline, 0, 3), 1);
	assert_int_equal(expectation_find(&question, timeline, 0, 3), 2);
}

static void test_what_was_wanted_and_seen_is_said_in_one_notation(void **state)
{
	const struct expectation host = { .kind = &kind_icmp,
					  .icmp = { ROUTER, HOST_UNREACHABLE } };
	const struct expectation any = { .kind = &kind_icmp };
	const struct expectation server = { .kind = &kind_question,
					    .question = { CLIENT, SERVER } };
	struct timeline *timeline = *state;

	assert_unmet(timeline, any, 0, "ICMP unreachable", "nothing similar");
	add_segment(timeline, CLIENT, SYN, 0);
	add_icmp(timeline, ROUTER, NET_UNREACHABLE);
	add_neighbour(timeline, SERVER, "192.0.2.1", true);
	assert_unmet(timeline, host, 0, "ICMP host unreachable from router",
		     "ICMP net unreachable (3/9) from router");
	assert_unmet(timeline, server, 0, "ARP/ND request for the address of server from client",
		     "ARP who has 192.0.2.1? from server");
	add_end(timeline, CLIENT_PID, 1, 0);
	assert_unmet(timeline, server, 3, "ARP/ND request for the address of server from client",
		     "client exited with status 1");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_icmp_error_is_compared_in_the_fields_given),
		cmocka_unit_test(test_a_question_is_compared_in_the_fields_given),
		cmocka_unit_test(test_only_a_message_is_one),
		cmocka_unit_test(test_what_was_wanted_and_seen_is_said_in_one_notation),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

/* Which events an expectation is held against: of its kind, its process, its stretch of time. */
#include "tests/support/run.h"

#include "tests/support/events.h"

#include <netinet/tcp.h>
#include <signal.h>

static void test_events_are_a_process_s_or_all_its_program_s(void **state)
{
	struct timeline *timeline = *state;

	assert_true(is_event_of(&THE_SERVER, timeline, SERVER_PID));
	assert_true(is_event_of(&THE_SERVER, timeline, CHILD_PID));
	assert_false(is_event_of(&THE_SERVER, timeline, CLIENT_PID));
	assert_true(is_event_of(&THE_CHILD, timeline, CHILD_PID));
	assert_false(is_event_of(&THE_CHILD, timeline, SERVER_PID));
	assert_true(is_event_of(&THE_CLIENT, timeline, CLIENT_PID));
	assert_false(is_event_of(&THE_CLIENT, timeline, CHILD_PID));
	assert_false(is_event_of(&THE_SERVER, timeline, 0));
	assert_false(is_event_of(&THE_SERVER, timeline, 999));
}

/* One event of every kind, of the client where it is a process's. */
static void add_one_of_each(struct timeline *timeline)
{
	add(timeline, (struct event){ .kind = EVENT_SCENE, .text = "scene" });
	add(timeline, (struct event){ .kind = EVENT_ACTION, .host = CLIENT, .text = "action" });
	add_segment(timeline, CLIENT, SYN, 0);
	add_call(timeline, CLIENT_PID, (struct call){ .name = "read", .inode = CLIENT_INODE });
	add(timeline, (struct event){ .kind = EVENT_FORK, .pid = CLIENT_PID, .child = 21 });
	add_signal(timeline, CLIENT_PID, SIGPIPE, CAUGHT);
	add_end(timeline, CLIENT_PID, 0, 0);
	add_state(timeline, CLIENT, 1, CLIENT_INODE, TCP_SYN_SENT);
	add_backoff(timeline, CLIENT, 1, 0, 200, 1, 400);
	add_look(timeline, CLIENT_PID, 'S', "");
	add_output(timeline, CLIENT_PID, "hi");
	assert_int_equal(timeline->count, EVENT_KINDS);
}

static const struct {
	const struct expectation_kind *kind;
	enum event_kind met_by;
	enum stream stream;
	const char *name;
} kinds[] = {
	{ &kind_segment, EVENT_PACKET, STREAM_WIRE, "segment" },
	{ &kind_no_segment, EVENT_PACKET, STREAM_WIRE, "no-segment" },
	{ &kind_icmp, EVENT_KINDS, STREAM_WIRE, "icmp" }, /* the packet is a segment */
	{ &kind_question, EVENT_KINDS, STREAM_WIRE, "question" },
	{ &kind_call, EVENT_RETURN, STREAM_PROCESS, "call" },
	{ &kind_fork, EVENT_FORK, STREAM_PROCESS, "fork" },
	{ &kind_signal, EVENT_SIGNAL, STREAM_PROCESS, "signal" },
	{ &kind_no_signal, EVENT_SIGNAL, STREAM_PROCESS, "no-signal" },
	{ &kind_end, EVENT_END, STREAM_PROCESS, "end" },
	{ &kind_state, EVENT_STATE, STREAM_STATE, "state" },
	{ &kind_backoff, EVENT_BACKOFF, STREAM_STATE, "backoff" },
	{ &kind_process, EVENT_PROCESS, STREAM_LOOK, "process" },
	{ &kind_output, EVENT_OUTPUT, STREAM_OUTPUT, "output" },
	{ &kind_condition, EVENT_KINDS, STREAM_PROCESS, "condition" },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void test_left_out_means_any_of_the_kind_and_no_other(void **state)
{
	struct timeline *timeline = *state;

	add_one_of_each(timeline);
	for (size_t i = 0; i < KINDS; i++) {
		const struct expectation any = { .kind = kinds[i].kind, .who = THE_CLIENT };

		for (size_t event = 0; event < timeline->count; event++)
			if (expectation_matches(&any, timeline, event) !=
			    (timeline->events[event].kind == kinds[i].met_by))
				fail_msg("%s and event %zu", kinds[i].name, event);
	}
}

static void test_another_process_s_events_do_not_count(void **state)
{
	struct timeline *timeline = *state;

	add_one_of_each(timeline);
	for (size_t i = 0; i < KINDS; i++) {
		const struct expectation any = { .kind = kinds[i].kind, .who = THE_SERVER };

		for (size_t event = 0; event < timeline->count; event++)
			if (expectation_matches(&any, timeline, event) &&
			    kinds[i].stream != STREAM_WIRE)
				fail_msg("%s and event %zu", kinds[i].name, event);
	}
}

static void test_every_kind_has_a_name_and_a_stream(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		const struct expectation any = { .kind = kinds[i].kind };

		assert_text(kinds[i].name, expectation_kind_name(&any), kinds[i].name);
		if (expectation_stream(&any) != kinds[i].stream)
			fail_msg("the stream of %s", kinds[i].name);
	}
}

static void test_the_first_match_in_the_stretch_is_found(void **state)
{
	static const struct {
		size_t from, to;
		ssize_t found;
	} rows[] = {
		{ 0, 5, 1 },         { 1, 5, 1 },         { 2, 5, 3 },
		{ 3, 4, 3 },         { 2, 3, NOT_FOUND }, { 4, 5, NOT_FOUND },
		{ 0, 1, NOT_FOUND }, { 0, 0, NOT_FOUND }, { 5, 5, NOT_FOUND },
	};
	const struct expectation fin = { .kind = &kind_segment, .segment = { .flags = FIN | ACK } };
	struct timeline *timeline = *state;

	add_segment(timeline, CLIENT, SYN, 0);
	add_segment(timeline, SERVER, FIN | ACK, 0);
	add_segment(timeline, CLIENT, ACK, 0);
	add_segment(timeline, CLIENT, FIN | ACK, 0);
	add_segment(timeline, SERVER, ACK, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (expectation_find(&fin, timeline, rows[i].from, rows[i].to) != rows[i].found)
			fail_msg("from %zu to %zu", rows[i].from, rows[i].to);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events_are_a_process_s_or_all_its_program_s),
		cmocka_unit_test(test_left_out_means_any_of_the_kind_and_no_other),
		cmocka_unit_test(test_another_process_s_events_do_not_count),
		cmocka_unit_test(test_every_kind_has_a_name_and_a_stream),
		cmocka_unit_test(test_the_first_match_in_the_stretch_is_found),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

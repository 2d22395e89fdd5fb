/* Which one of several a line is about: programs, children, threads, connections. */
#include "tests/support/run.h"

#include "record/connection.h"
#include "record/label.h"
#include "tests/support/events.h"

static void assert_label(struct timeline *timeline, pid_t pid, pid_t tid, const char *wanted)
{
	const struct event event = { .kind = EVENT_RETURN, .pid = pid, .tid = tid };
	char buf[LABEL_BYTES];

	assert_string_equal(event_label(timeline, &event, buf), wanted);
}

static void test_where_there_is_no_doubt_nothing_is_said(void **state)
{
	assert_label(*state, CLIENT_PID, CLIENT_PID, "");
	assert_label(*state, SERVER_PID, 0, "");
	assert_label(*state, 0, 0, ""); /* the lab's own doing */
}

static void test_a_child_has_a_number_where_there_are_several(void **state)
{
	struct timeline *timeline = *state;

	assert_label(timeline, CHILD_PID, CHILD_PID, "child");
	timeline_add_process(timeline,
			     (struct process){ 12, SERVER_PID, SERVER, SERVER_PROGRAM, 0 });
	assert_label(timeline, CHILD_PID, CHILD_PID, "child 11");
	assert_label(timeline, 12, 12, "child 12");
	assert_label(timeline, SERVER_PID, SERVER_PID, "");
}

static void test_a_thread_has_its_number(void **state)
{
	assert_label(*state, SERVER_PID, 14, "thread 14");
}

static void test_programs_of_one_host_are_numbered_as_they_were_started(void **state)
{
	struct timeline *timeline = *state;

	timeline_add_process(timeline, (struct process){ 30, 0, CLIENT, CLIENT_PROGRAM + 1, 0 });
	timeline_add_process(timeline, (struct process){ 31, 30, CLIENT, CLIENT_PROGRAM + 1, 0 });
	assert_label(timeline, CLIENT_PID, CLIENT_PID, "client 1");
	assert_label(timeline, 30, 30, "client 2");
	assert_label(timeline, 31, 31, "client 2: child");
	assert_label(timeline, 30, 33, "client 2: thread 33");
	assert_label(timeline, SERVER_PID, SERVER_PID, ""); /* the only one of its host */
}

/* Connections ------------------------------------------------------------------------- */

static void add_ports(struct timeline *timeline, enum host from, uint16_t port, uint16_t other)
{
	add(timeline, (struct event){ .kind = EVENT_PACKET,
				      .host = from,
				      .wire.packet = { .kind = PACKET_TCP,
						       .flags = ACK,
						       .from_port = port,
						       .to_port = other } });
}

static void assert_connection(struct timeline *timeline, uint16_t port, uint16_t other,
			      const char *wanted)
{
	char buf[LABEL_BYTES];

	assert_string_equal(
		connection_label(timeline, connection_number(timeline, port, other), buf), wanted);
}

static void test_the_only_connection_has_no_number(void **state)
{
	struct timeline *timeline = *state;

	assert_connection(timeline, 40000, 9877, "");
	add_ports(timeline, CLIENT, 40000, 9877);
	add_ports(timeline, SERVER, 9877, 40000);
	assert_connection(timeline, 40000, 9877, "");
}

static void test_connections_are_numbered_by_their_first_segments(void **state)
{
	struct timeline *timeline = *state;

	add_ports(timeline, CLIENT, 40007, 9877);
	add_ports(timeline, CLIENT, 40000, 9877);
	add_ports(timeline, SERVER, 9877, 40007);
	assert_connection(timeline, 40007, 9877, "1");
	assert_connection(timeline, 9877, 40007, "1");
	assert_connection(timeline, 9877, 40000, "2");
	assert_connection(timeline, 9877, 0, ""); /* it listens */
}

static void test_a_connection_that_was_taken_back_has_no_number(void **state)
{
	struct timeline *timeline = *state;

	add_ports(timeline, CLIENT, 40000, 9877);
	add_ports(timeline, CLIENT, 40001, 9877);
	assert_connection(timeline, 40001, 9877, "2");
	timeline_take_back(timeline);
	assert_int_equal(connection_number(timeline, 40001, 9877), 0);
	assert_connection(timeline, 40000, 9877, "");
}

/* Names ------------------------------------------------------------------------------- */

static void assert_name(const struct timeline *timeline, pid_t pid, const char *wanted)
{
	char buf[LABEL_BYTES];

	assert_string_equal(process_name(timeline, timeline_process(timeline, pid), buf), wanted);
}

static void test_a_process_is_named_without_its_number(void **state)
{
	struct timeline *timeline = *state;

	timeline_add_process(timeline, (struct process){ 30, 0, CLIENT, CLIENT_PROGRAM + 1, 0 });
	timeline_add_process(timeline, (struct process){ 31, 30, CLIENT, CLIENT_PROGRAM + 1, 0 });
	assert_name(timeline, SERVER_PID, "server");
	assert_name(timeline, CHILD_PID, "server child");
	assert_name(timeline, CLIENT_PID, "client"); /* the first needs no number */
	assert_name(timeline, 30, "client 2");
	assert_name(timeline, 31, "client 2 child");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where_there_is_no_doubt_nothing_is_said),
		cmocka_unit_test(test_a_child_has_a_number_where_there_are_several),
		cmocka_unit_test(test_a_thread_has_its_number),
		cmocka_unit_test(test_programs_of_one_host_are_numbered_as_they_were_started),
		cmocka_unit_test(test_the_only_connection_has_no_number),
		cmocka_unit_test(test_connections_are_numbered_by_their_first_segments),
		cmocka_unit_test(test_a_connection_that_was_taken_back_has_no_number),
		cmocka_unit_test(test_a_process_is_named_without_its_number),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

/* Expectations of segments and calls fail, and say in one notation what was wanted and seen. */
#include "tests/support/run.h"

#include "tests/support/unmet.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>

static void test_an_unmet_segment_shows_the_last_four(void **state)
{
	const struct expectation fin = { .kind = &kind_segment,
					 .segment = { .from = SERVER, .flags = FIN | ACK } };
	struct timeline *timeline = *state;

	assert_unmet(timeline, fin, 0, "FIN,ACK from server", "nothing similar");
	add_segment(timeline, CLIENT, SYN, 0);
	add_segment(timeline, SERVER, SYN | ACK, 0);
	add_segment(timeline, CLIENT, ACK, 0);
	add_call(timeline, CLIENT_PID, (struct call){ .name = "write", .result = 1 });
	add_segment(timeline, CLIENT, PSH | ACK, 1);
	assert_unmet(timeline, fin, 0, "FIN,ACK from server",
		     "SYN from client; SYN,ACK from server; ACK from client; "
		     "PSH,ACK len=1 from client");
	add_segment(timeline, SERVER, RST | ACK, 0);
	assert_unmet(timeline, fin, 0, "FIN,ACK from server",
		     "SYN,ACK from server; ACK from client; PSH,ACK len=1 from client; "
		     "RST,ACK from server");
}

static void test_a_window_of_0_is_shown(void **state)
{
	const struct expectation fin = { .kind = &kind_segment, .segment.flags = FIN };
	struct timeline *timeline = *state;

	for (int i = 0; i < 3; i++) {
		const size_t event = add_segment(timeline, SERVER, i == 2 ? RST : ACK, i == 1);

		timeline->events[event].wire.packet.window = 0;
	}
	assert_unmet(timeline, fin, 0, "FIN",
		     "ACK win=0 from server; ACK len=1 win=0 from server; RST from server");
}

static void test_an_unmet_segment_shows_how_programs_ended(void **state)
{
	const struct expectation fin = { .kind = &kind_segment, .segment.flags = FIN };
	struct timeline *timeline = *state;

	add_segment(timeline, SERVER, RST, 0);
	add_end(timeline, CHILD_PID, 0, 0); /* a child's end is not its program's */
	add_end(timeline, CLIENT_PID, -1, SIGPIPE);
	add_end(timeline, SERVER_PID, 1, 0);
	assert_unmet(timeline, fin, 0, "FIN",
		     "RST from server; client killed by SIGPIPE; server exited with status 1");
	/* whenever it was: the wire may be read after the end of who used it */
	assert_unmet(timeline, fin, 3, "FIN",
		     "client killed by SIGPIPE; server exited with status 1");
}

static void test_only_what_came_since_is_shown(void **state)
{
	const struct expectation fin = { .kind = &kind_segment, .segment.flags = FIN };
	struct timeline *timeline = *state;
	size_t last;

	add_segment(timeline, CLIENT, SYN, 0);
	last = add_segment(timeline, SERVER, RST, 0);
	assert_unmet(timeline, fin, last, "FIN", "RST from server");
	assert_unmet(timeline, fin, last + 1, "FIN", "nothing similar");
}

static void test_a_segment_that_was_to_be_absent_is_shown(void **state)
{
	struct expectation none = { .kind = &kind_no_segment,
				    .segment = { .from = SERVER, .flags = RST | ACK } };
	struct timeline *timeline = *state;
	char out[256];

	add_segment(timeline, CLIENT, ACK, 1);
	none.event = add_segment(timeline, SERVER, RST | ACK, 0);
	add_segment(timeline, CLIENT, ACK, 0);
	assert_int_equal(expectation_find(&none, timeline, 0, timeline->count), none.event);
	expectation_wanted(out, sizeof(out), &none);
	assert_string_equal(out, "no RST,ACK from server");
	expectation_seen(out, sizeof(out), &none, timeline, 0);
	assert_string_equal(out, "RST,ACK from server");
}

static void test_an_unmet_call_shows_those_of_its_name(void **state)
{
	const struct expectation write = { .kind = &kind_call,
					   .who = THE_CLIENT,
					   .call = { .name = "write", .error = EPIPE } };
	struct timeline *timeline = *state;

	add_call(timeline, CHILD_PID, (struct call){ .name = "write", .args = "4", .result = 9 });
	assert_unmet(timeline, write, 0, "client: write() = -1 EPIPE", "nothing similar");
	add_call(timeline, CLIENT_PID, (struct call){ .name = "close", .args = "3" });
	assert_unmet(timeline, write, 0, "client: write() = -1 EPIPE", "close(3) = 0");
	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "sendto", .family = "write", .args = "3", .result = 1 });
	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "write", .args = "3", .result = -1, .error = ECONNRESET });
	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "write", .args = "5", .ending = CALL_RESTARTED });
	assert_unmet(timeline, write, 0, "client: write() = -1 EPIPE",
		     "sendto(3) = 1; write(3) = -1 ECONNRESET");
}

static void test_a_call_still_in_progress_is_shown(void **state)
{
	const struct expectation eof = { .kind = &kind_call,
					 .who = THE_CHILD,
					 .call = { .name = "read", .eof = true } };
	struct timeline *timeline = *state;

	add_enter(timeline, SERVER_PID, (struct call){ .name = "accept", .args = "3" });
	add_call(timeline, CHILD_PID, (struct call){ .name = "read", .args = "4", .result = 9 });
	add_enter(timeline, CHILD_PID, (struct call){ .name = "read", .args = "4" });
	assert_unmet(timeline, eof, 0, "server child: read() = 0, end of file",
		     "read(4) = 9; still in read(4)");
	assert_unmet(timeline, eof, timeline->count, "server child: read() = 0, end of file",
		     "still in read(4)");
}

static void test_the_call_of_a_dead_process_is_not_in_progress(void **state)
{
	const struct expectation write = { .kind = &kind_call,
					   .who = THE_CLIENT,
					   .call.name = "write" };
	struct timeline *timeline = *state;

	add_enter(timeline, CLIENT_PID, (struct call){ .name = "exit_group", .args = "1" });
	add_end(timeline, CLIENT_PID, 1, 0);
	assert_unmet(timeline, write, 0, "client: write() returns", "exited with status 1");
}

static void test_an_unmet_condition_shows_the_calls(void **state)
{
	const struct expectation held = { .kind = &kind_condition,
					  .who = THE_CLIENT,
					  .condition.kind = CONDITION_HELD };
	struct timeline *timeline = *state;

	add_call(timeline, CLIENT_PID, (struct call){ .name = "read", .args = "3", .result = 9 });
	add_enter(timeline, CLIENT_PID, (struct call){ .name = "select", .args = "4" });
	assert_unmet(timeline, held, 0, "client: reaches the call where the lab pauses it",
		     "read(3) = 9; still in select(4)");
}

/* Long texts -------------------------------------------------------------------------- */

static void check_beginning(struct timeline *timeline, struct expectation expectation, size_t room,
			    const char *beginning)
{
	char *out = malloc(room);

	expectation_seen(out, room, &expectation, timeline, 0);
	assert_true(strlen(out) < room);
	assert_memory_equal(out, beginning, strlen(beginning));
	free(out);
}

static void test_calls_with_long_arguments_do_not_overflow(void **state)
{
	const struct expectation write = { .kind = &kind_call,
					   .who = THE_CLIENT,
					   .call = { .name = "write", .error = EPIPE } };
	struct timeline *timeline = *state;
	char args[400];

	memset(args, 'x', sizeof(args) - 1);
	args[sizeof(args) - 1] = '\0';
	for (int i = 0; i < 4; i++)
		add_call(timeline, CLIENT_PID, (struct call){ .name = "write", .args = args });
	check_beginning(timeline, write, 1024, "write(xxxx");
	check_beginning(timeline, write, 64, "write(xxxx");
}

static void test_long_lines_of_output_do_not_overflow(void **state)
{
	const struct expectation prints = { .kind = &kind_output,
					    .who = THE_CLIENT,
					    .output = "y" };
	struct timeline *timeline = *state;
	char text[400];

	memset(text, '\x01', sizeof(text) - 1); /* four characters each */
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 4; i++)
		add_output(timeline, CLIENT_PID, text);
	check_beginning(timeline, prints, 1024, "\"\\x01\\x01");
	check_beginning(timeline, prints, 64, "\"\\x01\\x01");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_unmet_segment_shows_the_last_four),
		cmocka_unit_test(test_a_window_of_0_is_shown),
		cmocka_unit_test(test_an_unmet_segment_shows_how_programs_ended),
		cmocka_unit_test(test_only_what_came_since_is_shown),
		cmocka_unit_test(test_a_segment_that_was_to_be_absent_is_shown),
		cmocka_unit_test(test_an_unmet_call_shows_those_of_its_name),
		cmocka_unit_test(test_a_call_still_in_progress_is_shown),
		cmocka_unit_test(test_the_call_of_a_dead_process_is_not_in_progress),
		cmocka_unit_test(test_an_unmet_condition_shows_the_calls),
		cmocka_unit_test(test_calls_with_long_arguments_do_not_overflow),
		cmocka_unit_test(test_long_lines_of_output_do_not_overflow),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

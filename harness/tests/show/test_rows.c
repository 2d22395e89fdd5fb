/* The rows of a run: in which words, where they stand, in which style. */
#include "tests/support/run.h"

#include "tests/support/rows.h"

#include <errno.h>
#include <locale.h>
#include <netinet/tcp.h>
#include <signal.h>

static void test_every_kind_of_event_has_its_words(void **state)
{
	struct timeline *timeline = *state;

	add_first_calls(timeline);
	add(timeline, (struct event){ .kind = EVENT_SCENE, .text = "the server dies" });
	add(timeline,
	    (struct event){ .kind = EVENT_ACTION, .host = SERVER, .action.text = "$ kill 10" });
	add_segment(timeline, SERVER, FIN | ACK, 0);
	add_call(timeline, CLIENT_PID, (struct call){ .name = "read", .args = "3" });
	add_enter(timeline, CLIENT_PID, (struct call){ .name = "write", .args = "3" });
	add(timeline, (struct event){ .kind = EVENT_FORK, .pid = SERVER_PID, .child = 11 });
	add_signal(timeline, CLIENT_PID, SIGPIPE, CAUGHT);
	add_end(timeline, SERVER_PID, -1, SIGKILL);
	add_state(timeline, CLIENT, 1, CLIENT_INODE, TCP_CLOSE_WAIT);
	add_look(timeline, CHILD_PID, 'Z', "do_exit");
	add_output(timeline, CLIENT_PID, "파이프");
	assert_rows(timeline, 0, ROWS_STORY,
		    FIRST_CALLS "── the server dies\n"
				"$ kill 10\n"
				"FIN,ACK seq=1 ack=1\n"
				"read(3) = 0\n"
				"write(3) waits …\n"
				"fork() = 11\n"
				"SIGPIPE (caught)\n"
				"killed by SIGKILL\n"
				"CLOSED → CLOSE_WAIT\n"
				"ps: 11 10 Z prog do_exit\n"
				"prints \"파이프\"\n");
}

/* Enters at 10 ms, returns at 30 ms; a segment goes out at 20 ms. */
static void add_call_around_segment(struct timeline *timeline, struct call call)
{
	call = completed(call);
	call.entered = timeline->count;
	add(timeline, (struct event){ .kind = EVENT_ENTER,
				      .time_ns = STARTED_NS + 10 * MS,
				      .pid = CLIENT_PID,
				      .call = call });
	add(timeline, (struct event){ .kind = EVENT_RETURN,
				      .time_ns = STARTED_NS + 30 * MS,
				      .pid = CLIENT_PID,
				      .call = call });
	add(timeline, (struct event){ .kind = EVENT_ACTION,
				      .time_ns = STARTED_NS + 20 * MS,
				      .action.text = "(segment)" });
}

static void test_a_call_that_sends_stands_before_its_segments(void **state)
{
	static const char *const rows[] = { "write", "close",  "shutdown",
					    "bind",  "listen", "setsockopt" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset_world(state);
		add_call_around_segment(
			*state,
			(struct call){ .name = "x", .family = rows[i], .inode = CLIENT_INODE });
		assert_rows(*state, 0, ROWS_STORY, "x() = 0\n(segment)\n");
	}
}

static void test_a_call_that_waits_stands_behind_what_it_waited_for(void **state)
{
	static const char *const rows[] = { "read", "accept", "wait", "select" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		reset_world(state);
		add_call_around_segment(
			*state,
			(struct call){ .name = "x", .family = rows[i], .inode = CLIENT_INODE });
		assert_rows(*state, 0, ROWS_STORY, "(segment)\nx() = 0\n");
	}
}

static void test_connect_stands_on_both_sides(void **state)
{
	struct timeline *timeline = *state;

	add_call_around_segment(
		timeline, (struct call){ .name = "connect", .args = "3", .inode = CLIENT_INODE });
	assert_rows(timeline, 0, ROWS_STORY, "connect(3) …\n(segment)\nconnect(3) = 0\n");
}

static void test_a_restarted_write_stands_where_it_was_interrupted(void **state)
{
	struct timeline *timeline = *state;

	add_call_around_segment(timeline, (struct call){ .name = "write",
							 .args = "3",
							 .inode = CLIENT_INODE,
							 .ending = CALL_RESTARTED });
	assert_rows(timeline, 0, ROWS_STORY,
		    "(segment)\nwrite(3) interrupted, restarted by the kernel\n");
}

static void test_equal_times_keep_the_order_learned(void **state)
{
	struct timeline *timeline = *state;
	char text[16][4], wanted[64] = "";

	for (int i = 0; i < 16; i++) {
		snprintf(text[i], sizeof(text[i]), "%d", i);
		add(timeline,
		    (struct event){ .kind = EVENT_ACTION, .time_ns = 5, .action.text = text[i] });
		snprintf(wanted + strlen(wanted), sizeof(wanted) - strlen(wanted), "%d\n", i);
	}
	assert_rows(timeline, 0, ROWS_STORY, wanted);
}

static void test_children_have_numbers_where_there_are_several(void **state)
{
	struct timeline *timeline = *state;

	add_first_calls(timeline);
	timeline_add_process(timeline,
			     (struct process){ 21, CLIENT_PID, CLIENT, CLIENT_PROGRAM, 0 });
	add_end(timeline, CHILD_PID, 0, 0);
	assert_rows(timeline, 0, ROWS_STORY, FIRST_CALLS "child: exited with status 0\n");
	timeline_add_process(timeline,
			     (struct process){ 12, SERVER_PID, SERVER, SERVER_PROGRAM, 0 });
	add_enter(timeline, 12, (struct call){ .name = "read", .args = "4" });
	assert_rows(timeline, 0, ROWS_STORY,
		    FIRST_CALLS "child 11: exited with status 0\nchild 12: read(4) waits …\n");
}

static void test_an_unknown_process_has_no_prefix(void **state)
{
	struct timeline *timeline = *state;

	add_call(timeline, 999, (struct call){ .name = "read", .args = "3" });
	assert_rows(timeline, 0, ROWS_VERBOSE, "read(3) = 0\n");
}

static enum style style_of(struct timeline *timeline, size_t event)
{
	struct rows rows;
	enum style style;

	rows_open(&rows, timeline, 0, event, ROWS_VERBOSE);
	style = rows.rows[0].style;
	rows_close(&rows);
	return style;
}

static void test_what_breaks_is_red(void **state)
{
	struct timeline *t = *state;

	assert_int_equal(style_of(t, add_segment(t, SERVER, RST, 0)), RED);
	assert_int_equal(style_of(t, add_segment(t, SERVER, RST | ACK, 0)), RED);
	assert_int_equal(style_of(t, add_segment(t, SERVER, FIN | ACK, 0)), PLAIN);
	assert_int_equal(
		style_of(t, add_call(t, CLIENT_PID, (struct call){ .name = "r", .error = EPIPE })),
		RED);
	assert_int_equal(style_of(t, add_call(t, CLIENT_PID, (struct call){ .name = "r" })), PLAIN);
	assert_int_equal(style_of(t, add_signal(t, CLIENT_PID, SIGPIPE, DEFAULT_ACTION)), RED);
	assert_int_equal(style_of(t, add_signal(t, CLIENT_PID, SIGPIPE, IGNORED)), PLAIN);
	assert_int_equal(style_of(t, add_signal(t, CLIENT_PID, SIGPIPE, CAUGHT)), PLAIN);
	assert_int_equal(style_of(t, add_signal(t, CLIENT_PID, SIGCHLD, DEFAULT_ACTION)), PLAIN);
	assert_int_equal(style_of(t, add_signal(t, CLIENT_PID, SIGCONT, DEFAULT_ACTION)), PLAIN);
	assert_int_equal(style_of(t, add_signal(t, CLIENT_PID, SIGURG, DEFAULT_ACTION)), PLAIN);
	assert_int_equal(style_of(t, add_signal(t, CLIENT_PID, SIGWINCH, DEFAULT_ACTION)), PLAIN);
	assert_int_equal(style_of(t, add_end(t, CLIENT_PID, -1, SIGPIPE)), RED);
	assert_int_equal(style_of(t, add_end(t, CLIENT_PID, 1, 0)), PLAIN);
	assert_int_equal(style_of(t, add(t, (struct event){ .kind = EVENT_SCENE, .text = "" })),
			 BOLD);
	assert_int_equal(style_of(t, add_look(t, CLIENT_PID, 'S', "")), DIM);
}

/* A line of text must not take over the terminal it is shown at. */
static void test_control_characters_of_a_program_are_not_shown_raw(void **state)
{
	struct timeline *timeline = *state;

	add_output(timeline, CLIENT_PID, "a\x1b[2Jb\r");
	assert_rows(timeline, 0, ROWS_STORY, "prints \"a\\x1b[2Jb\\r\"\n");
}

/* 300 characters of three bytes each. */
static const char *long_text(void)
{
	static char text[901];

	for (int i = 0; i < 300; i++)
		memcpy(text + 3 * i, "파", 4);
	return text;
}

static void check_end_of_line(const struct timeline *timeline)
{
	const char *end, *text;
	struct rows rows;

	rows_open(&rows, timeline, 0, 0, ROWS_VERBOSE);
	text = rows.rows[rows.count - 1].text;
	end = text + strlen(text);
	assert_true(end - text > 100);
	assert_true(end - text < ROW_BYTES);
	if (!strstr(end - 6, "…") && !strstr(end - 6, "..."))
		fail_msg("it ends in \"%s\"", end - 8);
	assert_true(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
	assert_true(mbstowcs(NULL, text, 0) != (size_t)-1); /* no half character */
	rows_close(&rows);
}

static void test_output_longer_than_a_line_ends_in_dots(void **state)
{
	add_output(*state, CLIENT_PID, long_text());
	check_end_of_line(*state);
}

static void test_an_action_longer_than_a_line_ends_in_dots(void **state)
{
	add(*state,
	    (struct event){ .kind = EVENT_ACTION, .host = CLIENT, .action.text = long_text() });
	check_end_of_line(*state);
}

static void test_a_call_longer_than_a_line_ends_in_dots(void **state)
{
	add_call(*state, CHILD_PID, (struct call){ .name = "writev", .args = long_text() });
	check_end_of_line(*state);
}

/* Fields of a row ----------------------------------------------------------------------- */

static void assert_row(const struct row *row, size_t event, int64_t ms, unsigned int details)
{
	assert_int_equal(row->event, event);
	assert_int_equal(row->time_ns, STARTED_NS + ms * MS);
	assert_int_equal(row->details, details);
}

static void test_a_row_stands_where_each_of_its_details_has_it(void **state)
{
	struct timeline *timeline = *state;
	struct rows rows;

	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "write",
				.flags = CALL_SENDS,
				.args = "3",
				.fd_kind = FD_SOCKET,
				.inode = CLIENT_INODE }); /* enters at 1 ms, returns at 2 ms */
	rows_open(&rows, timeline, 0, 0, ROWS_ALL);
	assert_int_equal(rows.count, 3);
	assert_row(&rows.rows[0], 0, 1, ROWS_BOTH_ENDS);
	assert_string_equal(rows.rows[0].text, "write(3) …");
	assert_row(&rows.rows[1], 1, 1, ROWS_STORY | ROWS_VERBOSE);
	assert_string_equal(rows.rows[1].text, "write(3) = 0");
	assert_row(&rows.rows[2], 1, 2, ROWS_BOTH_ENDS);
	assert_string_equal(rows.rows[2].text, "write(3) = 0");
	rows_close(&rows);
}

static void test_the_set_up_is_verbose(void **state)
{
	struct timeline *timeline = *state;
	struct rows rows;

	add(timeline, (struct event){ .kind = EVENT_ACTION, .action.text = "ip link add" });
	add(timeline, (struct event){ .kind = EVENT_ACTION, .action.text = "$ tcpserv04" });
	rows_open(&rows, timeline, 1, 0, ROWS_ALL);
	assert_row(&rows.rows[0], 0, 1, ROWS_VERBOSE);
	assert_row(&rows.rows[1], 1, 2, ROWS_ALL);
	rows_close(&rows);
}

static void test_a_label_is_apart_from_the_text(void **state)
{
	struct timeline *timeline = *state;
	char line[ROW_BYTES];
	struct rows rows;

	add_first_calls(timeline);
	add_end(timeline, CHILD_PID, 0, 0);
	rows_open(&rows, timeline, 0, timeline->count - 1, ROWS_STORY);
	assert_string_equal(rows.rows[0].label, "child");
	assert_string_equal(rows.rows[0].text, "exited with status 0");
	assert_string_equal(row_line(timeline, &rows.rows[0], line), "child: exited with status 0");
	rows_close(&rows);
}

static void test_several_connections_label_segments_and_states(void **state)
{
	struct timeline *timeline = *state;
	struct packet packet = {
		.kind = PACKET_TCP, .flags = SYN, .window = 1, .from_port = 40000, .to_port = 9877
	};
	size_t socket;

	add(timeline,
	    (struct event){ .kind = EVENT_PACKET, .host = CLIENT, .wire.packet = packet });
	packet.from_port = 40001;
	add(timeline,
	    (struct event){ .kind = EVENT_PACKET, .host = CLIENT, .wire.packet = packet });
	add_state(timeline, CLIENT, 1, CLIENT_INODE, TCP_SYN_SENT);
	socket = timeline_socket(timeline, CLIENT, 1);
	timeline->sockets[socket].local_port = 40001;
	timeline->sockets[socket].remote_port = 9877;
	assert_rows(timeline, 0, ROWS_STORY, "1: SYN seq=0\n2: SYN seq=0\n2: CLOSED → SYN_SENT\n");
}

static void test_a_forged_segment_stands_across_the_columns(void **state)
{
	struct timeline *timeline = *state;
	char line[ROW_BYTES];
	struct rows rows;

	add(timeline, (struct event){ .kind = EVENT_ACTION,
				      .host = ROUTER,
				      .action = { .verb = VERB_FORGE, .text = ">>> send(...)" } });
	rows_open(&rows, timeline, 0, 0, ROWS_STORY);
	assert_int_equal(rows.rows[0].side, ANY_HOST);
	assert_string_equal(row_line(timeline, &rows.rows[0], line), "router: >>> send(...)");
	rows_close(&rows);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind_of_event_has_its_words),
		cmocka_unit_test(test_a_call_that_sends_stands_before_its_segments),
		cmocka_unit_test(test_a_call_that_waits_stands_behind_what_it_waited_for),
		cmocka_unit_test(test_connect_stands_on_both_sides),
		cmocka_unit_test(test_a_restarted_write_stands_where_it_was_interrupted),
		cmocka_unit_test(test_equal_times_keep_the_order_learned),
		cmocka_unit_test(test_children_have_numbers_where_there_are_several),
		cmocka_unit_test(test_an_unknown_process_has_no_prefix),
		cmocka_unit_test(test_what_breaks_is_red),
		cmocka_unit_test(test_control_characters_of_a_program_are_not_shown_raw),
		cmocka_unit_test(test_output_longer_than_a_line_ends_in_dots),
		cmocka_unit_test(test_an_action_longer_than_a_line_ends_in_dots),
		cmocka_unit_test(test_a_call_longer_than_a_line_ends_in_dots),
		cmocka_unit_test(test_a_row_stands_where_each_of_its_details_has_it),
		cmocka_unit_test(test_the_set_up_is_verbose),
		cmocka_unit_test(test_a_label_is_apart_from_the_text),
		cmocka_unit_test(test_several_connections_label_segments_and_states),
		cmocka_unit_test(test_a_forged_segment_stands_across_the_columns),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

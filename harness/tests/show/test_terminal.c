/* A run as it stands in the terminal, to the letter. */
#include "tests/support/run.h"

#include "tests/support/events.h"
#include "show/terminal.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>

/* 8 columns of time, 40 of the client's side, 37 of the wire, then the server's side. */
#define COLUMNS_40 "                                        "
#define AT_WIRE    COLUMNS_40
#define AT_SERVER  COLUMNS_40 "                                     "
#define HEADING                                                                                 \
	"sigpipe   UNP 5.13   a claim\n"                                                        \
	"     ms client 192.0.2.1                                        wire                 " \
	"server 192.0.2.2\n"

static const struct screen plain = { 0 };

static void assert_screen(const struct run *run, const struct screen *screen, const char *wanted)
{
	size_t bytes;
	char *text;
	FILE *out = open_memstream(&text, &bytes);

	terminal_heading(out, run, screen);
	terminal_rows(out, run, screen, 0);
	fclose(out);
	assert_text("screen", text, wanted);
	free(text);
}

static struct run run_of(const struct timeline *timeline)
{
	return (struct run){
		.timeline = timeline, .name = "sigpipe", .section = "5.13", .claim = "a claim"
	};
}

static void test_a_story_is_a_ladder_of_three_columns(void **state)
{
	struct timeline *timeline = *state;
	const struct run run = run_of(timeline);

	assert_screen(&run, &plain, HEADING);
	add(timeline,
	    (struct event){ .kind = EVENT_ACTION, .host = SERVER, .action.text = "$ server" });
	add(timeline,
	    (struct event){ .kind = EVENT_ACTION, .host = CLIENT, .action.text = "types \"파\"" });
	add_segment(timeline, CLIENT, SYN, 0);
	add_segment(timeline, SERVER, SYN | ACK, 0);
	add(timeline, (struct event){ .kind = EVENT_SCENE, .text = "서버가 죽는다" });
	add_output(timeline, SERVER_PID, "terminated");
	add_end(timeline, CLIENT_PID, -1, SIGPIPE);
	assert_screen(&run, &plain,
		      HEADING "   1.00 " AT_SERVER "$ server\n"
			      "   2.00 types \"파\"\n"
			      "   3.00 " AT_WIRE "─── SYN seq=0 ────────────────────▶\n"
			      "   4.00 " AT_WIRE "◀── SYN,ACK seq=0 ack=0 ───────────\n"
			      "        ── 서버가 죽는다\n"
			      "   6.00 " AT_SERVER "prints \"terminated\"\n"
			      "   7.00 killed by SIGPIPE\n");
}

static void test_times_are_milliseconds_since_the_start(void **state)
{
	struct timeline *timeline = *state;
	const struct run run = run_of(timeline);
	static const int64_t times[] = { 4000, 5678900, 1234567890, 12345678901 };

	for (size_t i = 0; i < 4; i++)
		add(timeline, (struct event){ .kind = EVENT_ACTION,
					      .time_ns = STARTED_NS + times[i],
					      .host = CLIENT,
					      .action.text = "x" });
	assert_screen(&run, &plain, HEADING "   0.00 x\n   5.68 x\n1234.57 x\n12345.68 x\n");
}

static void test_a_long_segment_text_keeps_its_arrow(void **state)
{
	struct timeline *timeline = *state;
	const struct run run = run_of(timeline);
	struct event event = { .kind = EVENT_PACKET,
			       .host = CLIENT,
			       .wire.packet = { .kind = PACKET_TCP,
						.flags = PSH | ACK,
						.seq = 1,
						.ack = 1,
						.window = 1,
						.payload_bytes = 1448 } };

	add(timeline, event);
	event.wire.packet.seq = event.wire.packet.ack = 1000000000;
	add(timeline, event);
	assert_screen(&run, &plain,
		      HEADING "   1.00 " AT_WIRE "─── PSH,ACK seq=1 ack=1 len=1448 ─▶\n"
			      "   2.00 " AT_WIRE
			      "─── PSH,ACK seq=1000000000 ack=1000000000 len=1448 ─▶\n");
}

static void test_an_address_too_long_for_its_column_ends_in_dots(void **state)
{
	struct timeline *timeline = *state;
	const struct run run = run_of(timeline);

	address_parse(&timeline->addresses[CLIENT], "2001:db8:1111:2222:3333:4444:5555:6666");
	assert_screen(&run, &plain,
		      "sigpipe   UNP 5.13   a claim\n"
		      "     ms client 2001:db8:1111:2222:3333:4444:555…"
		      "                wire                 server 192.0.2.2\n");
	address_parse(&timeline->addresses[CLIENT], "2001:db8:1111:2222:3333:4444:55:6");
	assert_screen(&run, &plain,
		      "sigpipe   UNP 5.13   a claim\n"
		      "     ms client 2001:db8:1111:2222:3333:4444:55:6"
		      "                wire                 server 192.0.2.2\n");
}

static void test_the_set_up_is_shown_only_when_verbose(void **state)
{
	struct timeline *timeline = *state;
	struct run run = run_of(timeline);

	run.begins = 1;
	add(timeline,
	    (struct event){ .kind = EVENT_ACTION, .host = CLIENT, .action.text = "ip link" });
	add_call(timeline, CLIENT_PID, (struct call){ .name = "socket", .args = "" });
	add(timeline, (struct event){ .kind = EVENT_ACTION, .host = CLIENT, .action.text = "^D" });
	assert_screen(&run, &plain, HEADING "   4.00 ^D\n");
	assert_screen(&run, &(struct screen){ .verbose = true },
		      HEADING "   1.00 ip link\n   3.00 socket() = 0\n   4.00 ^D\n");
}

static void test_colours_wrap_what_they_colour(void **state)
{
	struct timeline *timeline = *state;
	const struct screen colours = { .colour = true };
	const struct run run = run_of(timeline);

	add(timeline, (struct event){ .kind = EVENT_SCENE, .text = "scene" });
	add_segment(timeline, SERVER, RST, 0);
	add_look(timeline, CLIENT_PID, 'S', "x");
	add_output(timeline, CLIENT_PID, "hi");
	assert_screen(&run, &colours,
		      "\033[1msigpipe\033[0m   UNP 5.13   a claim\n"
		      "     ms \033[1mclient 192.0.2.1                         "
		      "               wire                 server 192.0.2.2\033[0m\n"
		      "        \033[1m── scene\033[0m\n"
		      "   2.00 \033[1;31m" AT_WIRE "◀── RST seq=1 ─────────────────────\033[0m\n"
		      "   3.00 \033[2mps: 20 0 S prog x\033[0m\n"
		      "   4.00 \033[0mprints \"hi\"\033[0m\n");
}

static void test_the_middle_of_a_flood_is_left_out(void **state)
{
	struct timeline *timeline = *state;
	const struct run run = run_of(timeline);
	char wanted[64000] = HEADING;
	size_t length = strlen(wanted);

	for (int i = 1; i <= 1000; i++)
		add(timeline, (struct event){ .kind = EVENT_ACTION, .action.text = "x" });
	for (int i = 0; i < 1000; i++)
		length += (size_t)sprintf(wanted + length, "        x\n");
	assert_screen(&run, &plain, wanted); /* a thousand lines are no flood */
	for (int i = 0; i < 3; i++)
		add(timeline, (struct event){ .kind = EVENT_ACTION, .action.text = "y" });
	length = strlen(HEADING);
	for (int i = 1; i <= 1003; i++)
		if (i == 501)
			length += (size_t)sprintf(
				wanted + length,
				"        … 3 lines left out; the JSON has them all …\n");
		else if (i < 501 || i > 503)
			length += (size_t)sprintf(wanted + length, "        %s\n",
						  i > 1000 ? "y" : "x");
	assert_screen(&run, &plain, wanted);
}

/* The verdict ------------------------------------------------------------------------- */

static void assert_verdict(const struct expectation *rows, size_t count, bool colour,
			   const char *wanted)
{
	struct expectation *expectations = malloc(count * sizeof(*rows)); /* ASan sees one more */
	const struct run run = { .expectations = expectations, .expectation_count = count };
	const struct screen screen = { .colour = colour };
	size_t bytes;
	char *text;
	FILE *out = open_memstream(&text, &bytes);

	memcpy(expectations, rows, count * sizeof(*rows));
	terminal_verdict(out, &run, &screen, "captures/sigpipe.pcap");
	fclose(out);
	assert_text("verdict", text, wanted);
	free(text);
	free(expectations);
}

#define MET                                                      \
	{                                                        \
		.verdict = VERDICT_MET, .file = "x.c", .line = 1 \
	}
#define UNMET(where)                                                                            \
	{                                                                                       \
		.kind = &kind_segment, .verdict = VERDICT_UNMET, .file = "scenarios/sigpipe.c", \
		.line = (where), .segment = { .from = SERVER, .flags = RST },                   \
		.seen = "RST,ACK from server"                                                   \
	}

static void test_pass_counts_the_expectations_met(void **state)
{
	static const struct expectation rows[] = { MET, MET, MET };

	(void)state;
	assert_verdict(rows, 3, false, "PASS   3 expectations met   captures/sigpipe.pcap\n");
	assert_verdict(rows, 3, true,
		       "\033[1;32mPASS\033[0m   3 expectations met   captures/sigpipe.pcap\n");
}

static void test_fail_says_where_what_was_wanted_and_seen(void **state)
{
	static const struct expectation rows[] = { MET, MET, UNMET(49), MET };

	(void)state;
	assert_verdict(rows, 4, false,
		       "FAIL   scenarios/sigpipe.c:49\n"
		       "       wanted  RST from server\n"
		       "       seen    RST,ACK from server\n"
		       "       captures/sigpipe.pcap\n");
	assert_verdict(rows, 4, true,
		       "\033[1;31mFAIL\033[0m   scenarios/sigpipe.c:49\n"
		       "       wanted  RST from server\n"
		       "       seen    RST,ACK from server\n"
		       "       captures/sigpipe.pcap\n");
}

static void test_the_first_failure_is_the_one_told(void **state)
{
	static const struct expectation rows[] = { UNMET(1), UNMET(2) };

	(void)state;
	assert_verdict(rows, 2, false,
		       "FAIL   scenarios/sigpipe.c:1\n"
		       "       wanted  RST from server\n"
		       "       seen    RST,ACK from server\n"
		       "       captures/sigpipe.pcap\n");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_story_is_a_ladder_of_three_columns),
		cmocka_unit_test(test_times_are_milliseconds_since_the_start),
		cmocka_unit_test(test_a_long_segment_text_keeps_its_arrow),
		cmocka_unit_test(test_an_address_too_long_for_its_column_ends_in_dots),
		cmocka_unit_test(test_the_set_up_is_shown_only_when_verbose),
		cmocka_unit_test(test_colours_wrap_what_they_colour),
		cmocka_unit_test(test_the_middle_of_a_flood_is_left_out),
		cmocka_unit_test(test_pass_counts_the_expectations_met),
		cmocka_unit_test(test_fail_says_where_what_was_wanted_and_seen),
		cmocka_unit_test(test_the_first_failure_is_the_one_told),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 1;
	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

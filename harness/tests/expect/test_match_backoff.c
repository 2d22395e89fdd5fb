/* The retransmission timeout and what TCP's patience comes to. */
#include "tests/support/run.h"

#include "tests/support/unmet.h"

#include <errno.h>

static void test_the_timeout_is_doubled_up_to_two_minutes(void **state)
{
	static const struct {
		int wanted, from_times, times;
		uint32_t from_us, to_us;
		bool matches;
	} rows[] = {
		{ 1, 0, 1, 12000, 24000, true },
		{ 2, 0, 1, 12000, 24000, false }, /* not yet */
		{ 2, 1, 2, 24000, 48000, true },
		{ 2, 2, 3, 48000, 96000, true }, /* the look came late */
		{ 3, 0, 3, 12000, 96000, true },
		{ 3, 0, 3, 12000, 48000, false },
		{ 1, 0, 1, 12000, 12000, false }, /* linear */
		{ 1, 0, 1, 12000, 36000, false },
		{ 1, 0, 1, 204000, 407999, true }, /* a kernel clock's rounding */
		{ 10, 9, 10, 104448000, 120000000, true },
		{ 10, 9, 10, 104448000, 208896000, false },
		{ 12, 11, 12, 120000000, 120000000, true },
		{ 0, 3, 0, 96000, 12000, false }, /* set back */
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct expectation want = { .kind = &kind_backoff,
						  .who = THE_CLIENT,
						  .backoff = rows[i].wanted };
		size_t event;

		reset_world(state);
		add_state(timeline, CLIENT, 1, CLIENT_INODE, 1);
		add_call(timeline, CLIENT_PID,
			 (struct call){ .name = "write", .inode = CLIENT_INODE });
		event = add_backoff(timeline, CLIENT, 1, rows[i].from_times, rows[i].from_us,
				    rows[i].times, rows[i].to_us);
		if (expectation_matches(&want, timeline, event) != rows[i].matches)
			fail_msg("row %zu is %s", i, rows[i].matches ? "not matched" : "matched");
	}
}

static void test_an_unmet_backoff_shows_the_timeouts(void **state)
{
	const struct expectation want = { .kind = &kind_backoff, .who = THE_CLIENT, .backoff = 3 };
	struct timeline *timeline = *state;

	add_state(timeline, CLIENT, 1, CLIENT_INODE, 1);
	add_call(timeline, CLIENT_PID, (struct call){ .name = "write", .inode = CLIENT_INODE });
	add_backoff(timeline, CLIENT, 1, 0, 204000, 1, 408000);
	add_backoff(timeline, CLIENT, 1, 1, 408000, 4, 3264000);
	add_backoff(timeline, SERVER, 2, 0, 204000, 3, 1632000); /* another's */
	assert_unmet(timeline,
		     (struct expectation){ .kind = &kind_backoff, .who = THE_CLIENT, .backoff = 9 },
		     0, "client: retransmission timeout doubled 9 times",
		     "retransmission timeout 408 ms, doubled once; "
		     "retransmission timeout 3.264 s, doubled 4 times");
	assert_int_equal(expectation_find(&want, timeline, 0, timeline->count), 4);
}

/* A segment of 5 bytes, so many milliseconds after the start. */
static void send_at(struct timeline *timeline, int ms, enum host host)
{
	const size_t event = add_segment(timeline, host, PSH | ACK, 5);

	timeline->events[event].time_ns = STARTED_NS + ms * MS;
}

static void test_tcp_gives_up_when_its_patience_ends_and_not_later(void **state)
{
	static const struct {
		const char *name;
		int again[5]; /* when it was sent again; 0 ends */
		int gives_up;
		bool matches;
	} rows[] = {
		{ "as the kernel does", { 110, 140, 200, 430 }, 900, true },
		{ "without a tail-loss probe", { 140, 200, 430 }, 900, true },
		{ "too early", { 110, 140, 200, 430 }, 700, false },
		{ "one retransmission too late", { 110, 140, 200, 430, 800 }, 2000, false },
		{ "once only", { 110 }, 900, true },
		{ "never again", { 0 }, 900, false },
	};
	struct timeline *timeline = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct expectation want = {
			.kind = &kind_call,
			.who = THE_CLIENT,
			.call = { .name = "read", .error = ETIMEDOUT, .persisted_ms = 600 }
		};
		size_t end;

		reset_world(state);
		send_at(timeline, 100, CLIENT);
		send_at(timeline, 300, SERVER); /* another host's do not count */
		for (int again = 0; again < 5 && rows[i].again[again]; again++)
			send_at(timeline, rows[i].again[again], CLIENT);
		send_at(timeline, 850, SERVER);
		end = add_call(timeline, CLIENT_PID,
			       (struct call){ .name = "read", .result = -1, .error = ETIMEDOUT });
		timeline->events[end].time_ns = STARTED_NS + rows[i].gives_up * MS;
		send_at(timeline, 5000, CLIENT); /* nor what comes after */
		if (expectation_matches(&want, timeline, end) != rows[i].matches)
			fail_msg("%s", rows[i].name);
	}
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_timeout_is_doubled_up_to_two_minutes),
		cmocka_unit_test(test_an_unmet_backoff_shows_the_timeouts),
		cmocka_unit_test(test_tcp_gives_up_when_its_patience_ends_and_not_later),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

/* One end of a connection: RFC 9293's states and variables, as segments and calls change them. */
#include "tests/support/run.h"

#include "explain/tcb.h"

#include <errno.h>
#include <netinet/tcp.h>

/* The end under test, and the segments that it sends or gets: they lie in their order. */
struct bench {
	struct tcb tcb;
	struct tcp_segment segments[16];
	size_t count;
};

static int open_bench(void **state)
{
	static struct bench bench;

	bench = (struct bench){ 0 };
	tcb_init(&bench.tcb);
	*state = &bench;
	return 0;
}

static int close_bench(void **state)
{
	tcb_free(&((struct bench *)*state)->tcb);
	return 0;
}

static struct tcp_segment *make(struct bench *bench, enum shape shape, uint32_t seq, uint32_t ack,
				uint32_t bytes)
{
	struct tcp_segment *segment = &bench->segments[bench->count++];
	const bool takes_one =
		shape == SEGMENT_SYN || shape == SEGMENT_SYN_ACK || shape == SEGMENT_FIN;

	*segment = (struct tcp_segment){ .event = bench->count,
					 .shape = shape,
					 .flags = shape == SEGMENT_SYN ? SYN : ACK,
					 .seq = seq,
					 .ack = ack,
					 .stop = seq + bytes + takes_one,
					 .bytes = bytes,
					 .window = 512,
					 .is_sane = true };
	return segment;
}

static void sends(struct bench *bench, enum shape shape, uint32_t seq, uint32_t ack, uint32_t bytes)
{
	struct tcp_segment *segment = make(bench, shape, seq, ack, bytes);

	segment->again = segment->stop <= bench->tcb.next && segment->stop > segment->seq;
	tcb_send(&bench->tcb, segment);
}

static void gets(struct bench *bench, enum shape shape, uint32_t seq, uint32_t ack, uint32_t bytes)
{
	tcb_receive(&bench->tcb, make(bench, shape, seq, ack, bytes));
}

static void establish(struct bench *bench)
{
	tcb_step(&bench->tcb, TCP_SYN_SENT, BY_CONNECT, 0);
	sends(bench, SEGMENT_SYN, 0, 0, 0);
	gets(bench, SEGMENT_SYN_ACK, 0, 1, 0);
	sends(bench, SEGMENT_ACK, 1, 1, 0);
}

static void test_a_handshake_establishes(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	assert_int_equal(tcb_state(&bench->tcb), TCP_ESTABLISHED);
	assert_int_equal(tcb_established(&bench->tcb)->cause, 2);
	assert_int_equal(bench->tcb.una, 1);
	assert_int_equal(bench->tcb.next, 1);
	assert_int_equal(bench->tcb.rcv, 1);
}

static void test_data_waits_to_be_read(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	gets(bench, SEGMENT_DATA, 1, 1, 10);
	gets(bench, SEGMENT_DATA, 11, 1, 5);
	assert_int_equal(tcb_unread(&bench->tcb), 15);
	assert_int_equal(tcb_data_at(&bench->tcb, 9)->seq, 1);
	assert_int_equal(tcb_data_at(&bench->tcb, 10)->seq, 11);
	assert_null(tcb_data_at(&bench->tcb, 15));
	bench->tcb.read = 15;
	assert_int_equal(tcb_unread(&bench->tcb), 0);
}

static void test_what_comes_again_is_not_new(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	gets(bench, SEGMENT_DATA, 1, 1, 10);
	gets(bench, SEGMENT_DATA, 1, 1, 10);
	assert_int_equal(bench->tcb.rcv, 11);
	assert_int_equal(bench->tcb.data.count, 1);
}

static void test_what_leaves_a_gap_is_not_taken(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	gets(bench, SEGMENT_DATA, 11, 1, 10);
	assert_int_equal(bench->tcb.rcv, 1);
}

static void test_an_end_acknowledges_whole_segments(void **state)
{
	static const struct {
		uint32_t ack;
		bool may;
	} rows[] = { { 1, true },   { 5, false }, { 11, true },
		     { 12, false }, { 16, true }, { 17, false } };
	struct bench *bench = *state;

	establish(bench);
	gets(bench, SEGMENT_DATA, 1, 1, 10);
	gets(bench, SEGMENT_DATA, 11, 1, 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(tcb_may_acknowledge(&bench->tcb,
						     make(bench, SEGMENT_ACK, 1, rows[i].ack, 0)),
				 rows[i].may);
}

static void test_an_end_takes_nothing_back_that_it_has_shown(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	gets(bench, SEGMENT_DATA, 1, 1, 10);
	bench->tcb.read = 10; /* a process has it */
	assert_false(tcb_may_acknowledge(&bench->tcb, make(bench, SEGMENT_ACK, 1, 1, 0)));
	assert_true(tcb_may_acknowledge(&bench->tcb, make(bench, SEGMENT_ACK, 1, 11, 0)));
}

static void test_repetitions_are_counted_until_progress(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	sends(bench, SEGMENT_DATA, 1, 1, 3);
	sends(bench, SEGMENT_DATA, 1, 1, 3);
	sends(bench, SEGMENT_DATA, 1, 1, 3);
	assert_int_equal(bench->tcb.tries, 2);
	assert_non_null(tcb_unanswered(&bench->tcb));
	gets(bench, SEGMENT_ACK, 1, 4, 0);
	assert_int_equal(bench->tcb.tries, 0);
	assert_null(tcb_unanswered(&bench->tcb));
}

static void test_states_of_who_closes_first(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	tcb_orphan(&bench->tcb, 50, CLOSED_BY_CLOSE, false);
	assert_int_equal(tcb_state(&bench->tcb), TCP_FIN_WAIT1);
	sends(bench, SEGMENT_FIN, 1, 1, 0);
	gets(bench, SEGMENT_ACK, 1, 2, 0);
	assert_int_equal(tcb_state(&bench->tcb), TCP_FIN_WAIT2);
	gets(bench, SEGMENT_FIN, 1, 2, 0);
	assert_int_equal(tcb_state(&bench->tcb), TCP_TIME_WAIT);
}

static void test_states_of_who_closes_last(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	gets(bench, SEGMENT_FIN, 1, 1, 0);
	assert_int_equal(tcb_state(&bench->tcb), TCP_CLOSE_WAIT);
	tcb_orphan(&bench->tcb, 50, CLOSED_BY_EXIT, false);
	assert_int_equal(tcb_state(&bench->tcb), TCP_LAST_ACK);
	sends(bench, SEGMENT_FIN, 1, 2, 0);
	gets(bench, SEGMENT_ACK, 2, 2, 0);
	assert_int_equal(tcb_state(&bench->tcb), TCP_CLOSE);
	assert_int_equal(tcb_last_step(&bench->tcb)->by, BY_ACK_OF_FIN);
}

static void test_unread_data_aborts_a_close(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	gets(bench, SEGMENT_DATA, 1, 1, 10);
	tcb_orphan(&bench->tcb, 50, CLOSED_BY_CLOSE, false);
	assert_int_equal(bench->tcb.aborted, BY_UNREAD);
	assert_int_equal(tcb_state(&bench->tcb), TCP_CLOSE);
	assert_int_equal(bench->tcb.closed, NO_EVENT); /* no FIN is due */
}

static void test_data_for_an_orphan_aborts_it(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	tcb_orphan(&bench->tcb, 50, CLOSED_BY_KILL, false);
	sends(bench, SEGMENT_FIN, 1, 1, 0);
	gets(bench, SEGMENT_DATA, 1, 2, 3); /* it acknowledges the FIN, too */
	assert_int_equal(bench->tcb.aborted, BY_DATA);
	assert_false(bench->tcb.is_small);
}

/* Which error an RST leaves depends on the state that it meets (tcp_reset()). */
static void test_an_rst_leaves_an_error(void **state)
{
	static const struct {
		int state, error;
	} rows[] = { { TCP_SYN_SENT, ECONNREFUSED },
		     { TCP_ESTABLISHED, ECONNRESET },
		     { TCP_CLOSE_WAIT, EPIPE } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench *bench;

		close_bench(state);
		open_bench(state);
		bench = *state;
		tcb_step(&bench->tcb, rows[i].state, BY_NOTHING, 0);
		gets(bench, SEGMENT_RST, 0, 0, 0);
		assert_int_equal(bench->tcb.error, rows[i].error);
		assert_int_equal(tcb_state(&bench->tcb), TCP_CLOSE);
	}
}

static void test_an_inexact_rst_changes_nothing(void **state)
{
	struct bench *bench = *state;

	establish(bench);
	gets(bench, SEGMENT_RST, 5, 0, 0);
	assert_int_equal(tcb_state(&bench->tcb), TCP_ESTABLISHED);
	gets(bench, SEGMENT_RST, 1, 0, 0);
	assert_int_equal(tcb_state(&bench->tcb), TCP_CLOSE);
}

static void test_bytes_are_those_that_were_given(void **state)
{
	struct bench *bench = *state;
	struct given *given;
	struct tcp_segment *segment;

	establish(bench);
	given = rows_add(&bench->tcb.given, sizeof(*given));
	*given = (struct given){ .to = 6, .bytes = (const uint8_t *)"abc", .known = 3 };
	given = rows_add(&bench->tcb.given, sizeof(*given));
	*given = (struct given){ .from = 6, .to = 8, .bytes = (const uint8_t *)"xy", .known = 2 };
	segment = make(bench, SEGMENT_DATA, 1, 1, 8);
	segment->payload = (const uint8_t *)"abc???xy"; /* those in between are not shown */
	assert_true(tcb_gave(&bench->tcb, segment));
	segment->payload = (const uint8_t *)"abc???xz";
	assert_false(tcb_gave(&bench->tcb, segment));
	segment = make(bench, SEGMENT_DATA, 1, 1, 9);
	segment->payload = (const uint8_t *)"abc???xyz";
	assert_false(tcb_gave(&bench->tcb, segment));
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_handshake_establishes),
		cmocka_unit_test(test_data_waits_to_be_read),
		cmocka_unit_test(test_what_comes_again_is_not_new),
		cmocka_unit_test(test_what_leaves_a_gap_is_not_taken),
		cmocka_unit_test(test_an_end_acknowledges_whole_segments),
		cmocka_unit_test(test_an_end_takes_nothing_back_that_it_has_shown),
		cmocka_unit_test(test_repetitions_are_counted_until_progress),
		cmocka_unit_test(test_states_of_who_closes_first),
		cmocka_unit_test(test_states_of_who_closes_last),
		cmocka_unit_test(test_unread_data_aborts_a_close),
		cmocka_unit_test(test_data_for_an_orphan_aborts_it),
		cmocka_unit_test(test_an_rst_leaves_an_error),
		cmocka_unit_test(test_an_inexact_rst_changes_nothing),
		cmocka_unit_test(test_bytes_are_those_that_were_given),
	};

	return RUN_NAMED(tests, argc, argv, open_bench, close_bench);
}

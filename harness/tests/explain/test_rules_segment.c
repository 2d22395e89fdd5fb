/* Why segments are sent: the handshake, data, ACKs, what is sent again. */
#include "tests/support/made_events.h"

#include <errno.h>

static void test_a_syn_is_connects(void **state)
{
	struct made *made = *state;
	const size_t connect = made_syn(made);

	assert_reason(made, connect + 1, "seg.syn");
}

static void test_a_syn_without_connect_has_no_reason(void **state)
{
	struct made *made = *state;

	assert_reason(made, made_segment(made, CLIENT, SYN, ""), "none");
}

static void test_a_handshake_has_three_reasons(void **state)
{
	struct made *made = *state;

	made_listen(made);
	made_syn(made);
	assert_reason(made, made_segment(made, SERVER, SYN | ACK, ""), "seg.syn-ack");
	assert_reason(made, made_segment(made, CLIENT, ACK, ""), "seg.third");
}

static void test_nobody_takes_a_syn_without_a_listener(void **state)
{
	struct made *made = *state;

	made_syn(made);
	assert_reason(made, made_segment(made, SERVER, SYN | ACK, ""), "none");
}

static void test_a_port_without_a_listener_refuses(void **state)
{
	struct made *made = *state;
	const size_t connect = made_syn(made);

	assert_reason(made, made_numbered(made, SERVER, RST | ACK, 0, 1, ""), "rst.refused");
	assert_reason(made, made_return(made, connect, 0, ECONNREFUSED), "connect.refused");
}

static void test_a_refusal_has_the_number_after_the_syn(void **state)
{
	struct made *made = *state;

	made_syn(made);
	assert_reason(made, made_numbered(made, SERVER, RST | ACK, 0, 2, ""), "none");
}

static void test_data_is_what_write_gave(void **state)
{
	struct made *made = *state;

	made_connect(made);
	assert_reason(made, made_write(made, CLIENT), "seg.data");
}

static void test_other_bytes_than_written_have_no_reason(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_enter(made, MADE_CLIENT, "write", "3, \"abc\", 3", CLIENT_INODE);
	assert_reason(made, made_segment(made, CLIENT, PSH | ACK, "abd"), "none");
}

static void test_more_bytes_than_written_have_no_reason(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_enter(made, MADE_CLIENT, "write", "3, \"abc\", 3", CLIENT_INODE);
	assert_reason(made, made_segment(made, CLIENT, PSH | ACK, "abcd"), "none");
}

static void test_data_does_not_leave_when_write_is_long_over(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_call(made, MADE_CLIENT, "write", "3, \"abc\", 3", CLIENT_INODE, 3);
	assert_reason(made, made_segment(made, CLIENT, PSH | ACK, "abc"), "none");
}

static void test_data_that_waited_is_freed_by_an_ack(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_write(made, CLIENT);
	made_call(made, MADE_CLIENT, "write", "3, \"def\", 3", CLIENT_INODE, 3); /* Nagle */
	made_segment(made, SERVER, ACK, "");
	assert_reason(made, made_segment(made, CLIENT, PSH | ACK, "def"), "seg.data-freed");
}

static void test_an_ack_is_for_data(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_write(made, CLIENT);
	assert_reason(made, made_segment(made, SERVER, ACK, ""), "ack.data");
}

static void test_a_delayed_ack_is_late(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_write(made, CLIENT);
	made_wait(made, 40);
	assert_reason(made, made_segment(made, SERVER, ACK, ""), "ack.late");
}

static void test_nobody_acknowledges_what_was_not_sent(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_write(made, CLIENT);
	assert_reason(made, made_numbered(made, SERVER, ACK, 1, 5, ""), "none");
}

static void test_nobody_acknowledges_a_part_of_a_segment(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_write(made, CLIENT);
	assert_reason(made, made_numbered(made, SERVER, ACK, 1, 3, ""), "none");
}

static void test_an_ack_of_nothing_new_has_no_reason(void **state)
{
	struct made *made = *state;

	made_connect(made);
	assert_reason(made, made_segment(made, SERVER, ACK, ""), "none");
}

/* Sent again ------------------------------------------------------------------------------ */

static size_t again(struct made *made, int64_t after_ms)
{
	made_wait(made, after_ms);
	return made_numbered(made, CLIENT, PSH | ACK, 1, 1, "abc");
}

static void crash_server(struct made *made)
{
	made_connect(made);
	made_crash(made, SERVER);
	made_write(made, CLIENT);
}

static void test_what_is_not_acknowledged_is_sent_again(void **state)
{
	struct made *made = *state;

	crash_server(made);
	assert_reason(made, again(made, 205), "again.probe");
	assert_reason(made, again(made, 205), "again.timeout");
	assert_reason(made, made_backoff(made, CLIENT, 0, 1, 408000), "timer.doubled");
	assert_reason(made, again(made, 410), "again.timeout");
}

static void test_a_lone_segment_is_not_sent_again_at_once(void **state)
{
	struct made *made = *state;

	crash_server(made);
	assert_reason(made, again(made, 20), "none");
}

static void test_the_timer_is_not_shorter_than_it_was_told(void **state)
{
	struct made *made = *state;

	crash_server(made);
	again(made, 205);
	again(made, 205);
	made_backoff(made, CLIENT, 0, 1, 408000);
	assert_reason(made, again(made, 205), "none");
}

static void test_a_timer_is_not_doubled_for_nothing(void **state)
{
	struct made *made = *state;

	crash_server(made);
	assert_reason(made, made_backoff(made, CLIENT, 0, 1, 408000), "none");
}

static void test_nothing_is_sent_again_that_was_acknowledged(void **state)
{
	struct made *made = *state;

	made_connect(made);
	made_write(made, CLIENT);
	made_segment(made, SERVER, ACK, "");
	assert_reason(made, again(made, 205), "none");
}

static void test_a_syn_is_sent_again_after_a_second(void **state)
{
	struct made *made = *state;
	size_t connect;

	made_crash(made, SERVER);
	connect = made_syn(made);
	made_wait(made, 1000);
	assert_reason(made, made_numbered(made, CLIENT, SYN, 0, 0, ""), "again.syn");
	made_wait(made, 2000);
	assert_reason(made, made_return(made, connect, 0, ETIMEDOUT), "connect.silence");
}

static void test_a_syn_is_not_sent_again_after_half_a_second(void **state)
{
	struct made *made = *state;

	made_crash(made, SERVER);
	made_syn(made);
	made_wait(made, 500);
	assert_reason(made, made_numbered(made, CLIENT, SYN, 0, 0, ""), "none");
}

static void test_a_syn_ack_is_sent_again(void **state)
{
	struct made *made = *state;

	made_listen(made);
	made_syn(made);
	made_crash(made, CLIENT);
	made_segment(made, SERVER, SYN | ACK, "");
	made_wait(made, 1000);
	assert_reason(made, made_numbered(made, SERVER, SYN | ACK, 0, 1, ""), "again.syn-ack");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_syn_is_connects),
		cmocka_unit_test(test_a_syn_without_connect_has_no_reason),
		cmocka_unit_test(test_a_handshake_has_three_reasons),
		cmocka_unit_test(test_nobody_takes_a_syn_without_a_listener),
		cmocka_unit_test(test_a_port_without_a_listener_refuses),
		cmocka_unit_test(test_a_refusal_has_the_number_after_the_syn),
		cmocka_unit_test(test_data_is_what_write_gave),
		cmocka_unit_test(test_other_bytes_than_written_have_no_reason),
		cmocka_unit_test(test_more_bytes_than_written_have_no_reason),
		cmocka_unit_test(test_data_does_not_leave_when_write_is_long_over),
		cmocka_unit_test(test_data_that_waited_is_freed_by_an_ack),
		cmocka_unit_test(test_an_ack_is_for_data),
		cmocka_unit_test(test_a_delayed_ack_is_late),
		cmocka_unit_test(test_nobody_acknowledges_what_was_not_sent),
		cmocka_unit_test(test_nobody_acknowledges_a_part_of_a_segment),
		cmocka_unit_test(test_an_ack_of_nothing_new_has_no_reason),
		cmocka_unit_test(test_what_is_not_acknowledged_is_sent_again),
		cmocka_unit_test(test_a_lone_segment_is_not_sent_again_at_once),
		cmocka_unit_test(test_the_timer_is_not_shorter_than_it_was_told),
		cmocka_unit_test(test_a_timer_is_not_doubled_for_nothing),
		cmocka_unit_test(test_nothing_is_sent_again_that_was_acknowledged),
		cmocka_unit_test(test_a_syn_is_sent_again_after_a_second),
		cmocka_unit_test(test_a_syn_is_not_sent_again_after_half_a_second),
		cmocka_unit_test(test_a_syn_ack_is_sent_again),
	};

	return RUN_NAMED(tests, argc, argv, made_open, made_close_all);
}

/* Names of numbers. */
#include "tests/support/run.h"

#include "record/names.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>

static void test_hosts_have_names(void **state)
{
	(void)state;
	assert_string_equal(host_name(ANY_HOST), "lab");
	assert_string_equal(host_name(CLIENT), "client");
	assert_string_equal(host_name(SERVER), "server");
}

static void test_signals_have_their_name_or_their_number(void **state)
{
	char buf[16];

	(void)state;
	assert_string_equal(signal_name(SIGPIPE, buf), "SIGPIPE");
	assert_string_equal(signal_name(SIGKILL, buf), "SIGKILL");
	assert_string_equal(signal_name(64, buf), "SIG64");
}

static void test_tcp_states_are_named_as_in_rfc_9293(void **state)
{
	static const struct {
		int state;
		const char *name;
	} rows[] = {
		{ TCP_ESTABLISHED, "ESTABLISHED" },
		{ TCP_SYN_SENT, "SYN_SENT" },
		{ TCP_SYN_RECV, "SYN_RECEIVED" },
		{ TCP_FIN_WAIT1, "FIN_WAIT_1" },
		{ TCP_FIN_WAIT2, "FIN_WAIT_2" },
		{ TCP_TIME_WAIT, "TIME_WAIT" },
		{ TCP_CLOSE, "CLOSED" },
		{ TCP_CLOSE_WAIT, "CLOSE_WAIT" },
		{ TCP_LAST_ACK, "LAST_ACK" },
		{ TCP_LISTEN, "LISTEN" },
		{ TCP_CLOSING, "CLOSING" },
		{ 0, "?" },
		{ -1, "?" },
		{ TCP_CLOSING + 1, "?" },
		{ 1000, "?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_text(rows[i].name, tcp_state_name(rows[i].state), rows[i].name);
}

static void test_dispositions_have_names(void **state)
{
	(void)state;
	assert_string_equal(disposition_name(ANY_DISPOSITION), "any disposition");
	assert_string_equal(disposition_name(DEFAULT_ACTION), "default action");
	assert_string_equal(disposition_name(IGNORED), "ignored");
	assert_string_equal(disposition_name(CAUGHT), "caught");
	assert_string_equal(disposition_name((enum disposition)99), "?");
}

static void test_flags_are_a_list_in_one_order(void **state)
{
	static const struct {
		unsigned int flags;
		const char *text;
	} rows[] = {
		{ 0, "none" },
		{ FIN, "FIN" },
		{ SYN, "SYN" },
		{ RST, "RST" },
		{ PSH, "PSH" },
		{ ACK, "ACK" },
		{ URG, "URG" },
		{ SYN | ACK, "SYN,ACK" },
		{ FIN | ACK, "FIN,ACK" },
		{ RST | ACK, "RST,ACK" },
		{ PSH | ACK, "PSH,ACK" },
		{ 0xc0, "none" }, /* ECE and CWR are no matter of ours */
		{ FIN | RST | PSH | ACK | URG, "FIN,RST,PSH,ACK,URG" },
	};
	char buf[48];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_text(rows[i].text, flags_text(rows[i].flags, buf), rows[i].text);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts_have_names),
		cmocka_unit_test(test_signals_have_their_name_or_their_number),
		cmocka_unit_test(test_tcp_states_are_named_as_in_rfc_9293),
		cmocka_unit_test(test_dispositions_have_names),
		cmocka_unit_test(test_flags_are_a_list_in_one_order),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

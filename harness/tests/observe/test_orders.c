/* What the orders decide at a call. Its descriptors are this process's own. */
#include "tests/support/run.h"

#include "observe/orders.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVER_TID = 10, CHILD_TID = 11, CLIENT_TID = 20 };
enum { SERVER_PROGRAM, CLIENT_PROGRAM };

static const struct who the_server = { .program = SERVER_PROGRAM };
static const struct who the_client = { .program = CLIENT_PROGRAM };

static struct orders orders;
static int a_socket, a_file;

static int open_orders(void **state)
{
	(void)state;
	a_socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	a_file = open("/dev/null", O_RDWR | O_CLOEXEC);
	return a_socket < 0 || a_file < 0 ? -1 : 0;
}

static int close_orders(void **state)
{
	(void)state;
	close(a_socket);
	close(a_file);
	orders_close(&orders);
	return 0;
}

/* Its process is this one, so that its descriptors can be looked at. */
static struct task at(pid_t tid, const char *name, int fd)
{
	return (struct task){ .tid = tid,
			      .pid = getpid(),
			      .program = tid == CLIENT_TID ? CLIENT_PROGRAM : SERVER_PROGRAM,
			      .call = { .row = call_table_named(name), .args = { (uint64_t)fd } } };
}

static struct decision decide(pid_t tid, const char *name, int fd)
{
	const struct task task = at(tid, name, fd);

	return orders_decide(&orders, &task);
}

static void assert_goes_on(struct decision decision)
{
	assert_int_equal(decision.stay, GOES_ON);
	assert_false(decision.answered);
}

static void assert_held(struct decision decision)
{
	assert_int_equal(decision.stay, STAYS_HELD);
}

static void assert_answered(struct decision decision, long answer)
{
	assert_int_equal(decision.stay, GOES_ON);
	assert_true(decision.answered);
	assert_int_equal(decision.answer, answer);
}

static void test_without_orders_everything_goes_on(void **state)
{
	(void)state;
	assert_goes_on(decide(SERVER_TID, "accept", a_socket));
	assert_goes_on(decide(CLIENT_TID, "nanosleep", 0));
	assert_false(orders_is_held(&orders, &the_server));
	assert_int_equal(orders_release(&orders, &the_server), 0);
}

static void test_the_nth_call_of_the_family_is_held(void **state)
{
	(void)state;
	orders_hold(&orders, &the_server, "read", 2);
	assert_goes_on(decide(SERVER_TID, "write", a_socket));
	assert_goes_on(decide(CLIENT_TID, "read", a_socket)); /* of another program */
	assert_goes_on(decide(SERVER_TID, "read", a_file));   /* on no socket: does not count */
	assert_goes_on(decide(SERVER_TID, "read", a_socket));
	assert_false(orders_is_held(&orders, &the_server));
	assert_held(decide(SERVER_TID, "recvfrom", a_socket));
	assert_true(orders_is_held(&orders, &the_server));
	assert_false(orders_is_held(&orders, &the_client));
	assert_goes_on(decide(CHILD_TID, "read", a_socket)); /* one is held, and no more */
	assert_int_equal(orders_release(&orders, &the_server), SERVER_TID);
	assert_false(orders_is_held(&orders, &the_server));
	assert_goes_on(decide(SERVER_TID, "read", a_socket));
}

static void test_one_of_several_families_is_held(void **state)
{
	(void)state;
	orders_hold(&orders, &the_server, "write|wait", 1);
	assert_goes_on(decide(SERVER_TID, "read", a_socket));
	assert_held(decide(SERVER_TID, "wait4", 0)); /* on no descriptor */
}

static void test_a_thread_that_has_ended_is_not_held(void **state)
{
	(void)state;
	orders_hold(&orders, &the_server, "accept", 1);
	assert_held(decide(SERVER_TID, "accept", a_socket));
	orders_forget(&orders, CHILD_TID);
	assert_true(orders_is_held(&orders, &the_server));
	orders_forget(&orders, SERVER_TID);
	assert_false(orders_is_held(&orders, &the_server));
}

static void test_one_process_of_a_program_may_be_meant(void **state)
{
	const struct who other = { .program = SERVER_PROGRAM, .pid = getpid() + 1 };
	const struct who this = { .program = SERVER_PROGRAM, .pid = getpid() };

	(void)state;
	orders_hold(&orders, &other, "read", 1);
	assert_goes_on(decide(SERVER_TID, "read", a_socket));
	orders_hold(&orders, &this, "read", 1);
	assert_held(decide(SERVER_TID, "read", a_socket));
	assert_false(orders_is_held(&orders, &the_server)); /* an order of its own */
}

static void test_one_call_is_answered(void **state)
{
	(void)state;
	orders_answer(&orders, &the_server, "accept", -ECONNABORTED);
	assert_goes_on(decide(SERVER_TID, "read", a_socket));
	assert_answered(decide(SERVER_TID, "accept4", a_socket), -ECONNABORTED);
	assert_goes_on(decide(SERVER_TID, "accept4", a_socket));
	assert_false(orders_is_held(&orders, &the_server));
}

static void test_a_hold_takes_the_sleep_before_the_call(void **state)
{
	(void)state;
	orders_hold(&orders, &the_client, "write", 3);
	assert_held(decide(CLIENT_TID, "clock_nanosleep", 0));
	assert_int_equal(orders_release(&orders, &the_client), CLIENT_TID);
	assert_goes_on(decide(CLIENT_TID, "write", a_socket)); /* the order is carried out */
}

static void test_sleeps_are_skipped_but_for_a_hold(void **state)
{
	(void)state;
	orders_skip_sleeps(&orders, &the_client);
	assert_answered(decide(CLIENT_TID, "nanosleep", 0), 0);
	assert_goes_on(decide(SERVER_TID, "nanosleep", 0));
	orders_hold(&orders, &the_client, "write", 1);
	assert_held(decide(CLIENT_TID, "nanosleep", 0));
	orders_release(&orders, &the_client);
	assert_answered(decide(CLIENT_TID, "nanosleep", 0), 0);
}

static void test_an_answer_holds_no_sleep(void **state)
{
	(void)state;
	orders_answer(&orders, &the_client, "write", -EPIPE);
	assert_goes_on(decide(CLIENT_TID, "nanosleep", 0));
	assert_answered(decide(CLIENT_TID, "write", a_socket), -EPIPE);
}

static void test_no_packet_passes_the_closed_gate(void **state)
{
	(void)state;
	orders.gate_closed = true;
	orders_answer(&orders, &the_client, "connect", -ENETUNREACH);
	assert_goes_on(decide(CLIENT_TID, "socket", AF_INET));
	assert_goes_on(decide(SERVER_TID, "listen", a_socket));
	assert_int_equal(orders.gate_reached_ns, 0);
	assert_int_equal(decide(CLIENT_TID, "connect", a_socket).stay, STAYS_AT_GATE);
	assert_true(orders.gate_reached_ns > 0);
	assert_int_equal(decide(SERVER_TID, "sendto", a_socket).stay, STAYS_AT_GATE);
	orders.gate_closed = false; /* the order is still there */
	assert_answered(decide(CLIENT_TID, "connect", a_socket), -ENETUNREACH);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_orders_everything_goes_on),
		cmocka_unit_test(test_the_nth_call_of_the_family_is_held),
		cmocka_unit_test(test_one_of_several_families_is_held),
		cmocka_unit_test(test_a_thread_that_has_ended_is_not_held),
		cmocka_unit_test(test_one_process_of_a_program_may_be_meant),
		cmocka_unit_test(test_one_call_is_answered),
		cmocka_unit_test(test_a_hold_takes_the_sleep_before_the_call),
		cmocka_unit_test(test_sleeps_are_skipped_but_for_a_hold),
		cmocka_unit_test(test_an_answer_holds_no_sleep),
		cmocka_unit_test(test_no_packet_passes_the_closed_gate),
	};

	return RUN_NAMED(tests, argc, argv, open_orders, close_orders);
}

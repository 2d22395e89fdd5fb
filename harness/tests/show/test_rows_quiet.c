/* Which events are worth a row, and which only where everything is to be shown. */
#include "tests/support/run.h"

#include "tests/support/rows.h"

#include <errno.h>
#include <signal.h>

static void test_quiet_calls_are_shown_only_when_verbose(void **state)
{
	static const struct {
		struct call call;
		bool shown;
	} rows[] = {
		{ { .name = "read" }, true },
		{ { .name = "fork" }, false },
		{ { .name = "exec" }, false },
		{ { .name = "exit" }, false },
		{ { .name = "sigaction" }, false },
		{ { .name = "getsockopt" }, false },
		{ { .name = "socket" }, false },
		{ { .name = "vfork", .family = "fork" }, false },
		{ { .name = "read", .fd_kind = FD_TERMINAL }, false },
		{ { .name = "read", .fd_kind = FD_SOCKET }, true },
		{ { .name = "wait4", .error = ECHILD }, false },
		{ { .name = "wait4", .error = EINTR }, true },
		{ { .name = "getsockopt", .error = EBADF, .inode = CLIENT_INODE }, true },
		{ { .name = "getsockopt", .error = EBADF }, false },
		{ { .name = "getsockopt", .inode = CLIENT_INODE }, false },
	};
	static const enum detail details[] = { ROWS_STORY, ROWS_VERBOSE };
	struct rows row_list;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int verbose = 0; verbose < 2; verbose++) {
			const char *family = completed(rows[i].call).family;
			const bool is_fork = strcmp(family, "fork") == 0; /* has a line already */

			reset_world(state);
			add_first_calls(*state);
			add_call(*state, CLIENT_PID, rows[i].call);
			rows_open(&row_list, *state, 0, 0, details[verbose]);
			if (row_list.count != 2u + (rows[i].shown || (verbose && !is_fork)))
				fail_msg("row %zu, verbose %d", i, verbose);
			rows_close(&row_list);
		}
}

static void test_the_start_up_of_a_program_is_shown_only_when_verbose(void **state)
{
	struct timeline *timeline = *state;

	const size_t packet = add_segment(timeline, SERVER, SYN, 0);

	/* has an address where a call has its socket: no call of the program's all the same */
	address_parse(&timeline->events[packet].wire.packet.from, "192.0.2.2");
	add(timeline, (struct event){ .kind = EVENT_FORK, .pid = SERVER_PID, .child = 11 });
	add_call(timeline, CHILD_PID, (struct call){ .name = "read", .args = "9" });
	add_end(timeline, CHILD_PID, 0, 0);
	add_signal(timeline, SERVER_PID, SIGCHLD, DEFAULT_ACTION);
	add_output(timeline, SERVER_PID, "starting"); /* is shown always */
	add_enter(timeline, SERVER_PID, (struct call){ .name = "wait4", .args = "" });
	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "close", .args = "3", .inode = CLIENT_INODE });
	add_signal(timeline, SERVER_PID, SIGUSR1, CAUGHT); /* the client's start-up is over */
	add_call(timeline, SERVER_PID,
		 (struct call){ .name = "listen", .args = "3", .inode = SERVER_INODE });
	add_signal(timeline, SERVER_PID, SIGCHLD, CAUGHT);
	assert_rows(
		timeline, 0, ROWS_STORY,
		"SYN seq=0\nprints \"starting\"\nclose(3) = 0\nlisten(3) = 0\nSIGCHLD (caught)\n");
	assert_rows(timeline, 0, ROWS_VERBOSE,
		    "SYN seq=0\nfork() = 11\nchild: read(9) = 0\nchild: exited with status 0\n"
		    "SIGCHLD (default action)\nprints \"starting\"\nwait4() waits …\n"
		    "close(3) = 0\nSIGUSR1 (caught)\nlisten(3) = 0\nSIGCHLD (caught)\n");
}

static void test_a_program_without_sockets_has_no_start_up(void **state)
{
	struct timeline *timeline = *state;

	add_signal(timeline, CLIENT_PID, SIGUSR1, CAUGHT);
	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "rt_sigaction", .family = "sigaction", .args = "SIGTERM" });
	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "rt_sigaction",
				.family = "sigaction",
				.args = "SIGKILL",
				.error = EINVAL,
				.result = -1 });
	assert_rows(timeline, 0, ROWS_STORY,
		    "SIGUSR1 (caught)\nrt_sigaction(SIGKILL) = -1 EINVAL\n");
}

static void test_a_program_s_own_end_is_always_shown(void **state)
{
	struct timeline *timeline = *state;

	add_end(timeline, CHILD_PID, 0, 0);
	add_call(timeline, CHILD_PID,
		 (struct call){ .name = "read", .args = "", .inode = CHILD_INODE });
	add_end(timeline, CLIENT_PID, 127, 0);
	assert_rows(timeline, 0, ROWS_STORY, "child: read() = 0\nexited with status 127\n");
}

static void test_the_set_up_is_left_out(void **state)
{
	struct timeline *timeline = *state;

	add(timeline, (struct event){ .kind = EVENT_ACTION, .action.text = "ip link add" });
	add(timeline, (struct event){ .kind = EVENT_ACTION, .action.text = "$ tcpserv04" });
	assert_rows(timeline, 1, ROWS_STORY, "$ tcpserv04\n");
	assert_rows(timeline, 2, ROWS_STORY, "");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet_calls_are_shown_only_when_verbose),
		cmocka_unit_test(test_the_start_up_of_a_program_is_shown_only_when_verbose),
		cmocka_unit_test(test_a_program_without_sockets_has_no_start_up),
		cmocka_unit_test(test_a_program_s_own_end_is_always_shown),
		cmocka_unit_test(test_the_set_up_is_left_out),
	};

	return RUN_NAMED(tests, argc, argv, open_world, close_world);
}

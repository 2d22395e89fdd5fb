/* The table of system calls: names, numbers, what the calls do, and the filter made of it. */
#include "tests/support/run.h"

#include "observe/call_table.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NUMBERS_MOST = 1024 };

static int look_numbers_up(void **state)
{
	(void)state;
	call_table_open();
	return 0;
}

static void test_a_call_is_found_by_its_number(void **state)
{
	(void)state;
	assert_string_equal(call_table_find(SYS_read)->name, "read");
	assert_string_equal(call_table_find(SYS_accept4)->name, "accept4");
	assert_string_equal(call_table_find(SYS_rt_sigreturn)->name, "rt_sigreturn");
	assert_null(call_table_find(SYS_getpid));
	assert_null(call_table_find(-1));
	assert_null(call_table_find(NUMBERS_MOST));
}

static void test_the_book_has_one_name_for_several_calls(void **state)
{
	static const struct {
		const char *family;
		char names[64];
	} rows[] = {
		{ "read", "read readv recvfrom recvmsg" },
		{ "write", "write writev sendto sendmsg sendfile" },
		{ "accept", "accept accept4" },
		{ "select", "select pselect6" },
		{ "poll", "poll ppoll" },
		{ "epoll_wait", "epoll_wait epoll_pwait" },
		{ "fork", "fork vfork clone clone3" },
		{ "exec", "execve" },
		{ "wait", "wait4 waitid" },
		{ "sigaction", "rt_sigaction" },
		{ "exit", "exit_group" },
		{ "sleep", "nanosleep clock_nanosleep" },
		{ "connect", "connect" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char names[64], *rest = names, *name;

		memcpy(names, rows[i].names, sizeof(names));
		while ((name = strsep(&rest, " ")))
			assert_text(name, call_table_named(name)->family, rows[i].family);
	}
}

static void test_a_name_is_looked_up_among_families_too(void **state)
{
	(void)state;
	assert_string_equal(call_table_named("exit")->name, "exit_group");
	assert_string_equal(call_table_named("wait")->name, "wait4");
	assert_null(call_table_named("recv"));
}

/* The names of all calls that this machine has and that do this, in the order of the table. */
static void collect(char *out, size_t out_bytes, unsigned int flags)
{
	const struct call_row *rows[NUMBERS_MOST] = { 0 };
	size_t count = 0, length = 0;

	for (int number = 0; number < NUMBERS_MOST; number++) {
		const struct call_row *row = call_table_find(number);
		size_t at = count;

		if (!row || (row->flags & flags) != flags)
			continue;
		for (; at > 0 && rows[at - 1] > row; at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
		count++;
	}
	*out = '\0';
	for (size_t i = 0; i < count; i++)
		length += (size_t)snprintf(out + length, out_bytes - length, "%s%s", i ? " " : "",
					   rows[i]->name);
}

static void test_what_calls_do(void **state)
{
	static const struct {
		const char *what;
		unsigned int flags;
		const char *names;
	} rows[] = {
		{ "makes a descriptor", CALL_MAKES_FD, "socket accept accept4" },
		{ "sends", CALL_SENDS,
		  "connect write writev sendto sendmsg sendfile shutdown close" },
		{ "sends first and waits then", CALL_SENDS | CALL_WAITS, "connect" },
		{ "waits for data or a connection", CALL_ON_FD | CALL_WAITS,
		  "connect accept accept4 read readv recvfrom recvmsg" },
		{ "sleeps", CALL_SLEEPS, "nanosleep clock_nanosleep" },
		{ "sleeps, and by that waits", CALL_SLEEPS | CALL_WAITS,
		  "nanosleep clock_nanosleep" },
		{ "changes a socket", CALL_CONFIGURES, "bind listen setsockopt" },
		{ "names its peer", CALL_NAMES_PEER, "connect sendto sendmsg" },
		{ "sets what a signal does", CALL_SETS_ACTION, "rt_sigaction" },
		{ "ends a handler", CALL_ENDS_HANDLER, "rt_sigreturn" },
		{ "resumes a call", CALL_RESUMES, "restart_syscall" },
		{ "has something filled in", CALL_FILLS,
		  "accept accept4 getpeername read readv recvfrom recvmsg wait4" },
	};
	char names[512];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		collect(names, sizeof(names), rows[i].flags);
		assert_text(rows[i].what, names, rows[i].names);
	}
}

/* fork and vfork are calls of their own on some machines only. */
static void test_what_only_prepares(void **state)
{
	static const char *const preparing[] = { "socket", "getsockopt", "fork",        "clone3",
						 "execve", "exit_group", "rt_sigaction" };
	static const char *const acting[] = { "bind",  "listen", "connect", "accept",     "kill",
					      "wait4", "poll",   "close",   "getpeername" };

	(void)state;
	for (size_t i = 0; i < sizeof(preparing) / sizeof(preparing[0]); i++)
		assert_true(call_table_named(preparing[i])->flags & CALL_PREPARES);
	for (size_t i = 0; i < sizeof(acting) / sizeof(acting[0]); i++)
		assert_false(call_table_named(acting[i])->flags & CALL_PREPARES);
}

static void test_a_call_on_a_descriptor_prints_it(void **state)
{
	const struct call_row *row;
	char text[512];

	(void)state;
	for (int number = 0; number < NUMBERS_MOST; number++) {
		row = call_table_find(number);
		if (!row || !(row->flags & CALL_ON_FD))
			continue;
		call_table_print(text, sizeof(text),
				 &(struct syscall){ .row = row, .tid = gettid(), .args = { 7 } });
		if (atoi(text) != 7)
			fail_msg("%s(%s)", row->name, text);
	}
}

static void test_a_call_without_a_printer_has_no_arguments(void **state)
{
	const struct syscall call = { .row = call_table_named("poll"), .args = { 1, 2, 3 } };
	char text[8] = "before";

	(void)state;
	call_table_print(text, sizeof(text), &call);
	assert_string_equal(text, "");
}

/* The filter ----------------------------------------------------------------------------- */

/*
 * In a child that nobody traces a call that is to stop the tracer fails with ENOSYS (seccomp(2)).
 * The child ends by exit(2), which is no call of the table; 0: all was as it should be.
 */
static void be_filtered(const struct sock_fprog *program)
{
	int wrong = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) < 0)
		_exit(99);
	wrong |= (syscall(SYS_kill, getpid(), 0) != -1 || errno != ENOSYS) << 0;
	wrong |= (syscall(SYS_close, -1) != -1 || errno != ENOSYS) << 1;
	wrong |= (syscall(SYS_getppid) <= 0) << 2;
	wrong |= (syscall(SYS_dup, -1) != -1 || errno != EBADF) << 3;
	syscall(SYS_exit, wrong);
}

static void test_the_filter_stops_at_the_calls_of_the_table_alone(void **state)
{
	struct sock_fprog program = call_table_filter();
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		be_filtered(&program);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	free(program.filter);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_call_is_found_by_its_number),
		cmocka_unit_test(test_the_book_has_one_name_for_several_calls),
		cmocka_unit_test(test_a_name_is_looked_up_among_families_too),
		cmocka_unit_test(test_what_calls_do),
		cmocka_unit_test(test_what_only_prepares),
		cmocka_unit_test(test_a_call_on_a_descriptor_prints_it),
		cmocka_unit_test(test_a_call_without_a_printer_has_no_arguments),
		cmocka_unit_test(test_the_filter_stops_at_the_calls_of_the_table_alone),
	};

	return RUN_NAMED(tests, argc, argv, look_numbers_up, NULL);
}

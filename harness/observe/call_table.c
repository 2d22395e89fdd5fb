#include "observe/call_table.h"

#include "base/fail.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * What the book calls read and write a Python or Go program does with recvfrom and sendto: the
 * family is what expectations name. A call that is missing here is not seen by the lab.
 */
static struct syscall_row rows[] = {
	{ "socket", NULL, SHAPE_SOCKET, false, 0 },
	{ "bind", NULL, SHAPE_ADDRESS, true, 0 },
	{ "listen", NULL, SHAPE_NUMBERS, true, 0 },
	{ "connect", NULL, SHAPE_ADDRESS, true, 0 },
	{ "accept", NULL, SHAPE_PEER, true, 0 },
	{ "accept4", "accept", SHAPE_PEER, true, 0 },
	{ "getpeername", NULL, SHAPE_PEER, true, 0 },
	{ "read", NULL, SHAPE_READ, true, 0 },
	{ "readv", "read", SHAPE_READV, true, 0 },
	{ "recvfrom", "read", SHAPE_READ, true, 0 },
	{ "recvmsg", "read", SHAPE_RECVMSG, true, 0 },
	{ "write", NULL, SHAPE_WRITE, true, 0 },
	{ "writev", "write", SHAPE_WRITEV, true, 0 },
	{ "sendto", "write", SHAPE_WRITE, true, 0 },
	{ "sendmsg", "write", SHAPE_SENDMSG, true, 0 },
	{ "shutdown", NULL, SHAPE_SHUTDOWN, true, 0 },
	{ "close", NULL, SHAPE_FD, true, 0 },
	{ "setsockopt", NULL, SHAPE_SOCKOPT, true, 0 },
	{ "getsockopt", NULL, SHAPE_SOCKOPT, true, 0 },
	{ "select", NULL, SHAPE_NOTHING, false, 0 },
	{ "pselect6", "select", SHAPE_NOTHING, false, 0 },
	{ "poll", NULL, SHAPE_NOTHING, false, 0 },
	{ "ppoll", "poll", SHAPE_NOTHING, false, 0 },
	{ "epoll_wait", NULL, SHAPE_NOTHING, false, 0 },
	{ "epoll_pwait", "epoll_wait", SHAPE_NOTHING, false, 0 },
	{ "fork", NULL, SHAPE_NOTHING, false, 0 },
	{ "vfork", "fork", SHAPE_NOTHING, false, 0 },
	{ "clone", "fork", SHAPE_NOTHING, false, 0 },
	{ "clone3", "fork", SHAPE_NOTHING, false, 0 },
	{ "execve", "exec", SHAPE_EXEC, false, 0 },
	{ "wait4", "wait", SHAPE_WAIT, false, 0 },
	{ "waitid", "wait", SHAPE_NOTHING, false, 0 },
	{ "kill", NULL, SHAPE_KILL, false, 0 },
	{ "rt_sigaction", "sigaction", SHAPE_SIGACTION, false, 0 },
	{ "rt_sigreturn", "sigreturn", SHAPE_NOTHING, false, 0 },
	{ "restart_syscall", NULL, SHAPE_NOTHING, false, 0 },
	{ "nanosleep", "sleep", SHAPE_SLEEP, false, 0 },
	{ "clock_nanosleep", "sleep", SHAPE_CLOCK_SLEEP, false, 0 },
	{ "exit_group", "exit", SHAPE_EXIT, false, 0 },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), NUMBERS = 1024 };

static const struct syscall_row *by_number[NUMBERS];

void syscalls_open(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		rows[i].number = seccomp_syscall_resolve_name(rows[i].name);
		if (rows[i].number >= 0 && rows[i].number < NUMBERS)
			by_number[rows[i].number] = &rows[i];
	}
}

const struct syscall_row *syscall_find(int number)
{
	return number >= 0 && number < NUMBERS ? by_number[number] : NULL;
}

/* What libseccomp has compiled, as the kernel takes it. */
static struct sock_fprog export_filter(scmp_filter_ctx filter)
{
	struct sock_fprog program = { 0 };
	int fd = memfd_create("filter", MFD_CLOEXEC);
	off_t bytes;

	if (fd < 0 || seccomp_export_bpf(filter, fd) < 0)
		broken("compile", "the seccomp filter");
	bytes = lseek(fd, 0, SEEK_END);
	program.len = (unsigned short)((size_t)bytes / sizeof(*program.filter));
	program.filter = malloc((size_t)bytes);
	if (!program.filter || pread(fd, program.filter, (size_t)bytes, 0) != bytes)
		broken("read", "the seccomp filter");
	close(fd);
	return program;
}

/* A call of a foreign ABI (32-bit programs) passes unseen. */
struct sock_fprog syscalls_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	struct sock_fprog program;
	int failure;

	if (!filter)
		broken("make", "the seccomp filter");
	failure = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
	for (size_t i = 0; i < ROWS && failure == 0; i++)
		if (rows[i].number >= 0)
			failure = seccomp_rule_add(filter, SCMP_ACT_TRACE(0), rows[i].number, 0);
	if (failure) {
		errno = -failure;
		broken("fill", "the seccomp filter");
	}
	program = export_filter(filter);
	seccomp_release(filter);
	return program;
}

const char *syscall_family(const struct syscall_row *row)
{
	return row->family ? row->family : row->name;
}

bool syscall_is_sleep(const struct syscall_row *row)
{
	return strcmp(syscall_family(row), "sleep") == 0;
}

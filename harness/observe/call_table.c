#include "observe/call_table.h"

#include "base/fail.h"
#include "base/memory.h"
#include "observe/call_arguments.h"

#include <errno.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What several rows have in common. */
enum {
	READS = CALL_ON_FD | CALL_WAITS | CALL_FILLS,
	WRITES = CALL_ON_FD | CALL_SENDS,
	ACCEPTS = CALL_ON_FD | CALL_WAITS | CALL_MAKES_FD | CALL_FILLS | CALL_MOVES_STATE,
	FORKS = CALL_FORKS | CALL_PREPARES,
	SLEEPS = CALL_WAITS | CALL_SLEEPS,
};

/*
 * Where the book reads and writes, a program in Python or Go calls recvfrom and sendto: they belong
 * to the families read and write.
 */
static const struct call_row rows[] = {
	{ "socket", "socket", CALL_MAKES_FD | CALL_PREPARES | CALL_IS_PROMPT, print_socket },
	{ "bind", "bind", CALL_ON_FD | CALL_CONFIGURES | CALL_IS_PROMPT, print_address },
	{ "listen", "listen", CALL_ON_FD | CALL_CONFIGURES | CALL_MOVES_STATE | CALL_IS_PROMPT,
	  print_two_numbers },
	{ "connect", "connect",
	  CALL_ON_FD | CALL_SENDS | CALL_WAITS | CALL_NAMES_PEER | CALL_MOVES_STATE,
	  print_address },
	{ "accept", "accept", ACCEPTS, print_peer },
	{ "accept4", "accept", ACCEPTS, print_peer },
	{ "getpeername", "getpeername", CALL_ON_FD | CALL_FILLS | CALL_IS_PROMPT, print_peer },
	{ "read", "read", READS, print_read },
	{ "readv", "read", READS, print_readv },
	{ "recvfrom", "read", READS, print_read },
	{ "recvmsg", "read", READS, print_recvmsg },
	{ "write", "write", WRITES, print_write },
	{ "writev", "write", WRITES, print_writev },
	{ "sendto", "write", WRITES | CALL_NAMES_PEER, print_write },
	{ "sendmsg", "write", WRITES | CALL_NAMES_PEER, print_sendmsg },
	{ "sendfile", "write", WRITES, print_two_numbers },
	{ "shutdown", "shutdown", CALL_ON_FD | CALL_SENDS | CALL_MOVES_STATE, print_shutdown },
	{ "close", "close", CALL_ON_FD | CALL_SENDS | CALL_MOVES_STATE, print_number },
	{ "setsockopt", "setsockopt", CALL_ON_FD | CALL_CONFIGURES | CALL_IS_PROMPT, print_option },
	{ "getsockopt", "getsockopt", CALL_ON_FD | CALL_PREPARES | CALL_IS_PROMPT, print_option },
	{ "select", "select", CALL_WAITS },
	{ "pselect6", "select", CALL_WAITS },
	{ "poll", "poll", CALL_WAITS },
	{ "ppoll", "poll", CALL_WAITS },
	{ "epoll_wait", "epoll_wait", CALL_WAITS },
	{ "epoll_pwait", "epoll_wait", CALL_WAITS },
	{ "fork", "fork", FORKS },
	{ "vfork", "fork", FORKS },
	{ "clone", "fork", FORKS },
	{ "clone3", "fork", FORKS },
	{ "execve", "exec", CALL_PREPARES | CALL_MOVES_STATE, print_path }, /* O_CLOEXEC */
	{ "wait4", "wait", CALL_WAITS | CALL_FILLS, print_wait },
	{ "waitid", "wait", CALL_WAITS },
	{ "kill", "kill", 0, print_kill },
	{ "rt_sigaction", "sigaction", CALL_PREPARES | CALL_SETS_ACTION | CALL_IS_PROMPT,
	  print_sigaction },
	{ "rt_sigreturn", "sigreturn", CALL_ENDS_HANDLER },
	{ "restart_syscall", "restart_syscall", CALL_RESUMES },
	{ "nanosleep", "sleep", SLEEPS, print_sleep },
	{ "clock_nanosleep", "sleep", SLEEPS, print_clock_sleep },
	{ "exit_group", "exit", CALL_PREPARES, print_number },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]), NUMBERS = 1024 };

static const struct call_row *by_number[NUMBERS];

void call_table_open(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		const int number = seccomp_syscall_resolve_name(rows[i].name);

		if (number >= 0 && number < NUMBERS) /* else this machine has no such call */
			by_number[number] = &rows[i];
	}
}

const struct call_row *call_table_find(int number)
{
	return number >= 0 && number < NUMBERS ? by_number[number] : NULL;
}

/* What libseccomp has compiled, in the form that the kernel takes. */
static struct sock_fprog export_filter(scmp_filter_ctx filter)
{
	struct sock_fprog program = { 0 };
	int fd = memfd_create("filter", MFD_CLOEXEC);
	off_t bytes;

	if (fd < 0 || seccomp_export_bpf(filter, fd) < 0)
		broken("compile", "the seccomp filter");
	bytes = lseek(fd, 0, SEEK_END);
	program.len = (unsigned short)((size_t)bytes / sizeof(*program.filter));
	program.filter = xcalloc(1, (size_t)bytes);
	if (pread(fd, program.filter, (size_t)bytes, 0) != bytes)
		broken("read", "the seccomp filter");
	close(fd);
	return program;
}

/* A call of another ABI (32-bit programs) is not seen. */
struct sock_fprog call_table_filter(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	struct sock_fprog program;
	int failure;

	if (!filter)
		broken("make", "the seccomp filter");
	failure = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
	for (int number = 0; number < NUMBERS && failure == 0; number++)
		if (by_number[number])
			failure = seccomp_rule_add(filter, SCMP_ACT_TRACE(0), number, 0);
	if (failure) {
		errno = -failure;
		broken("add a rule to", "the seccomp filter");
	}
	program = export_filter(filter);
	seccomp_release(filter);
	return program;
}

const struct call_row *call_table_named(const char *name)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].family, name) == 0)
			return &rows[i];
	return NULL;
}

void call_table_print(char *out, size_t out_bytes, const struct syscall *call)
{
	*out = '\0';
	if (call->row->print)
		call->row->print(out, out_bytes, call);
}

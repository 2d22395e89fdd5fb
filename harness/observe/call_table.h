/*
 * The system calls of interest: which ones, what the book calls them, how they read as text.
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include "record/timeline.h"

#include <linux/filter.h>

/* What the arguments of a call are, so that they can be shown. */
enum shape {
	SHAPE_NOTHING,
	SHAPE_FD,
	SHAPE_NUMBERS, /* fd, number */
	SHAPE_SOCKET,
	SHAPE_ADDRESS, /* fd, address given */
	SHAPE_PEER,    /* fd, address filled in by the kernel */
	SHAPE_READ,
	SHAPE_WRITE,
	SHAPE_READV,
	SHAPE_WRITEV,
	SHAPE_RECVMSG,
	SHAPE_SENDMSG,
	SHAPE_SHUTDOWN,
	SHAPE_SOCKOPT,
	SHAPE_SIGACTION,
	SHAPE_KILL,
	SHAPE_WAIT,
	SHAPE_SLEEP,       /* struct timespec in the first argument */
	SHAPE_CLOCK_SLEEP, /* ... in the third */
	SHAPE_EXIT,
	SHAPE_EXEC,
};

struct syscall_row {
	const char *name;
	const char *family; /* the book's name, where it differs */
	enum shape shape;
	bool on_fd; /* the first argument is a descriptor */
	int number; /* on this machine; negative when the kernel has no such call */
};

/* A call in progress, as ptrace gives it. */
struct syscall {
	const struct syscall_row *row;
	uint64_t args[6];
	uint64_t instruction_pointer, stack_pointer; /* of the program, at the entry */
	bool returned;
	int64_t result; /* negative errno */
};

/* Looks the numbers up with libseccomp; once, before the others are used. */
void syscalls_open(void);

/* NULL when the number is not one of interest. */
const struct syscall_row *syscall_find(int number);

/*
 * A filter that stops the tracer at every call of interest (SECCOMP_RET_TRACE) and lets all others
 * pass. Ready for seccomp(2), so that a forked child has nothing to allocate. The caller frees
 * .filter.
 */
struct sock_fprog syscalls_filter(void);

const char *syscall_family(const struct syscall_row *row);
bool syscall_is_sleep(const struct syscall_row *row);

/* Whether the kernel fills in an argument: only then the text changes when the call returns. */
bool syscall_has_output(const struct syscall_row *row);

/* The arguments as text. What the kernel fills in is shown once the call has returned. */
void syscall_args_text(char *out, size_t out_bytes, const struct syscall *call, pid_t tid);

#endif

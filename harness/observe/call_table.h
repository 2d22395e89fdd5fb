/*
 * The system calls that the lab sees, one row each. A call that has no row is not seen. libseccomp
 * knows which of them exist on this machine, and their numbers.
 */
#ifndef CALL_TABLE_H
#define CALL_TABLE_H

#include "record/call.h"

#include <linux/filter.h>
#include <sys/types.h>

struct syscall;

struct call_row {
	const char *name;
	const char *family; /* the book's name for it, which expectations use */
	unsigned int flags; /* what it does: CALL_SENDS ... */
	/* Writes the arguments as text (call_arguments.h); NULL: none are shown. */
	void (*print)(char *out, size_t out_bytes, const struct syscall *call);
};

/* A call in progress, as ptrace gives it. */
struct syscall {
	const struct call_row *row;
	pid_t tid; /* whose memory the arguments point to */
	uint64_t args[6];
	uint64_t instruction_pointer, stack_pointer; /* of the program, at the entry */
	bool returned;
	int64_t result; /* negative errno */
};

/* Looks the numbers up. To be called once, before the next two. */
void call_table_open(void);

/* The row of a number, or NULL. */
const struct call_row *call_table_find(int number);

/*
 * A filter that stops the tracer at every call of the table (SECCOMP_RET_TRACE) and lets all others
 * pass. It is ready for seccomp(2): a forked child has nothing to allocate. The caller frees
 * .filter.
 */
struct sock_fprog call_table_filter(void);

/* The row of a name, or else the first one of a family of that name; NULL when there is none. */
const struct call_row *call_table_named(const char *name);

/*
 * The arguments as text, always terminated. What the kernel fills in (CALL_FILLS) is shown once the
 * call has returned.
 */
void call_table_print(char *out, size_t out_bytes, const struct syscall *call);

#endif

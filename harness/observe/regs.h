/* The one place that knows a processor: giving a system call a result without running it. */
#ifndef REGS_H
#define REGS_H

#include <sys/types.h>

/*
 * To be called while the thread is stopped at the entry of a call (PTRACE_EVENT_SECCOMP). The call
 * is not run; the program sees `result`, a negative errno for a failure. -1 and errno when ptrace
 * refuses, ENOSYS on a processor this file does not know.
 *
 * Source of the fact: a call number of -1 makes the kernel skip the call and keep the result
 * register, ptrace(2) and seccomp(2) "SECCOMP_RET_TRACE".
 */
int regs_answer(pid_t tid, long result);

#endif

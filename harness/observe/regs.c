#include "observe/regs.h"

#include <elf.h>
#include <errno.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)

int regs_answer(pid_t tid, long result)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0)
		return -1;
	regs.orig_rax = (unsigned long)-1;
	regs.rax = (unsigned long)result;
	return ptrace(PTRACE_SETREGS, tid, 0, &regs) < 0 ? -1 : 0;
}

#elif defined(__aarch64__)

int regs_answer(pid_t tid, long result)
{
	struct user_regs_struct regs;
	struct iovec all = { &regs, sizeof(regs) };
	int no_call = -1;
	struct iovec number = { &no_call, sizeof(no_call) };

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &all) < 0)
		return -1;
	regs.regs[0] = (unsigned long)result;
	if (ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &all) < 0)
		return -1;
	return ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &number) < 0 ? -1 : 0;
}

#else

int regs_answer(pid_t tid, long result)
{
	(void)tid;
	(void)result;
	errno = ENOSYS;
	return -1;
}

#endif

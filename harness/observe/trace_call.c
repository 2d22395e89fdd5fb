#include "observe/trace_call.h"

#include "base/fail.h"
#include "observe/proc.h"
#include "observe/regs.h"

#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>

/* Results inside the kernel when a signal interrupts a call; no program ever sees them. */
enum { ERESTARTSYS = 512, ERESTART_RESTARTBLOCK = 516 };

/* Entry of a call ----------------------------------------------------------------------- */

/*
 * Calls on files and pipes are not noted: a Python program reads a thousand files before it starts.
 * Nor is what a program writes to its terminal: the lab notes it as output.
 */
static bool is_of_interest(const struct call_row *row, enum fd_kind kind)
{
	if (row->flags & (CALL_ENDS_HANDLER | CALL_RESUMES))
		return false;
	if (!(row->flags & CALL_ON_FD) || kind == FD_SOCKET)
		return true;
	return kind == FD_TERMINAL && row->flags & CALL_WAITS;
}

static void note_entry(struct timeline *timeline, struct task *task)
{
	const struct call_row *row = task->call.row;
	struct event event = { .kind = EVENT_ENTER };
	struct call *call = &event.call;
	char args[512];

	call->name = row->name;
	call->family = row->family;
	call->flags = row->flags;
	if (row->flags & CALL_ON_FD)
		call->fd_kind = proc_fd(task->pid, (int)task->call.args[0], &call->inode);
	if (!is_of_interest(row, call->fd_kind)) {
		/* the exit of rt_sigreturn shows what became of an interrupted call */
		task->in_call = task->interrupted != NO_EVENT;
		return;
	}
	call_table_print(args, sizeof(args), &task->call);
	call->args = timeline_text(timeline, "%s", args);
	task->entered = (ssize_t)task_append(timeline, task, event);
	task->in_call = true;
}

/* The interrupted call has ended: it failed with EINTR, or the kernel enters it again. */
static void note_interrupted(struct timeline *timeline, struct task *task, enum call_ending ending)
{
	struct event event = timeline->events[task->interrupted];

	event.kind = EVENT_RETURN;
	event.call.entered = (size_t)task->interrupted;
	event.call.ending = ending;
	event.call.error = ending == CALL_RETURNED ? EINTR : 0;
	event.call.result = ending == CALL_RETURNED ? -1 : 0;
	task_append(timeline, task, event);
	task->interrupted = NO_EVENT;
}

/* The call is not run; the program sees this result. */
static void answer(struct task *task, long result)
{
	if (regs_answer(task->tid, result) < 0 && errno != ESRCH)
		broken("answer", "a system call");
	task->by_lab = true;
}

/*
 * After an interrupted call the next one shows what became of it: the same call again is its
 * restart, and restart_syscall is the call itself, which goes on (poll, nanosleep). Returns whether
 * it goes on: then there is no new call.
 */
static bool goes_on(struct timeline *timeline, struct task *task, const struct call_row *row,
		    const struct __ptrace_syscall_info *info)
{
	const struct syscall *before = &task->interrupted_call;

	if (task->interrupted == NO_EVENT)
		return false;
	if (row->flags & CALL_RESUMES) {
		task->call = task->interrupted_call;
		task->entered = task->interrupted;
		task->interrupted = NO_EVENT;
		task->in_call = true;
		return true;
	}
	/* the same call by a signal handler has another stack pointer */
	if (row == before->row && info->stack_pointer == before->stack_pointer &&
	    info->instruction_pointer == before->instruction_pointer)
		note_interrupted(timeline, task, CALL_RESTARTED);
	return false;
}

void trace_call_decide(struct timeline *timeline, struct orders *orders, struct task *task)
{
	const struct decision decision = orders_decide(orders, task);

	task->stay = decision.stay;
	if (decision.answered)
		answer(task, decision.answer);
	if (decision.stay != GOES_ON)
		return;
	note_entry(timeline, task);
	task_resume(task, 0);
}

void trace_call_release(struct timeline *timeline, struct task *task)
{
	task->stay = GOES_ON;
	if (task->call.row->flags & CALL_SLEEPS)
		answer(task, 0);
	note_entry(timeline, task);
	task_resume(task, 0);
}

static void on_entry(struct timeline *timeline, struct orders *orders, struct task *task,
		     const struct __ptrace_syscall_info *info)
{
	const struct call_row *row = call_table_find((int)info->seccomp.nr);

	if (!row || goes_on(timeline, task, row, info)) {
		task_resume(task, 0);
		return;
	}
	task->call = (struct syscall){ .row = row,
				       .tid = task->tid,
				       .instruction_pointer = info->instruction_pointer,
				       .stack_pointer = info->stack_pointer };
	memcpy(task->call.args, info->seccomp.args, sizeof(task->call.args));
	task->by_lab = false;
	trace_call_decide(timeline, orders, task);
}

/* Exit of a call ------------------------------------------------------------------------ */

static void note_return(struct timeline *timeline, struct task *task)
{
	struct event event = timeline->events[task->entered];
	struct call *call = &event.call;
	char args[512];

	event.kind = EVENT_RETURN;
	call->entered = (size_t)task->entered;
	call->by_lab = task->by_lab;
	call->error = task->call.result < 0 ? (int)-task->call.result : 0;
	call->result = task->call.result < 0 ? -1 : task->call.result;
	if (call->flags & CALL_FILLS) {
		call_table_print(args, sizeof(args), &task->call);
		call->args = timeline_text(timeline, "%s", args);
	}
	if (call->error == 0 && call->flags & CALL_MAKES_FD) /* the call is about that one */
		call->fd_kind = proc_fd(task->pid, (int)call->result, &call->inode);
	task_append(timeline, task, event);
}

static void on_exit_of_call(struct timeline *timeline, struct task *task, int64_t result)
{
	task->in_call = false;
	task->call.returned = true;
	task->call.result = result;
	if (task->call.row && task->call.row->flags & CALL_ENDS_HANDLER) {
		if (task->interrupted != NO_EVENT && result == -EINTR)
			note_interrupted(timeline, task, CALL_RETURNED);
	} else if (task->entered != NO_EVENT) {
		if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK) {
			task->interrupted = task->entered;
			task->interrupted_call = task->call;
		} else {
			note_return(timeline, task);
		}
	}
	task->entered = NO_EVENT;
	task_resume(task, 0);
}

void trace_call_stopped(struct timeline *timeline, struct orders *orders, struct task *task)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, task->tid, sizeof(info), &info) <= 0) {
		if (errno != ESRCH) /* killed meanwhile */
			give_up(ENDING_CANNOT_RUN,
				"cannot read a system call (PTRACE_GET_SYSCALL_INFO): %s.\n"
				"  It needs Linux 5.3 or newer, and a system that permits it.",
				strerror(errno));
		return;
	}
	if (info.op == PTRACE_SYSCALL_INFO_SECCOMP)
		on_entry(timeline, orders, task, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		on_exit_of_call(timeline, task, info.exit.rval);
	else
		task_resume(task, 0);
}

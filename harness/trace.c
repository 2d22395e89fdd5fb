#include "trace.h"

#include "clock.h"
#include "fail.h"
#include "proc.h"
#include "regs.h"
#include "syscalls.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

/* What the kernel answers inside when a signal interrupts a call; never seen by a program. */
enum { ERESTARTSYS = 512, ERESTART_RESTARTBLOCK = 516 };

enum { NO_EVENT = -1 };

struct task { /* one thread */
	pid_t tid, pid;
	enum host host;
	int program;
	bool announced; /* its parent's fork has been seen: host and program are known */
	bool waiting;	/* stopped until it is announced */
	bool in_call;	/* between the entry and the exit of `call` */
	struct syscall call;
	ssize_t entered; /* the EVENT_ENTER of `call`, or NO_EVENT when it is not noted */
	bool by_lab;
	ssize_t interrupted; /* the EVENT_ENTER of a call whose end is not known yet */
};

struct stop_order { /* what the story asked of a process */
	struct who who;
	bool skip_sleeps;
	const char *family; /* NULL: no hold is armed */
	int countdown;
	pid_t held; /* the thread that has come there */
};

void trace_open(struct trace *trace, struct timeline *timeline)
{
	memset(trace, 0, sizeof(*trace));
	trace->timeline = timeline;
	syscalls_open();
}

void trace_close(struct trace *trace)
{
	free(trace->tasks);
	free(trace->orders);
	memset(trace, 0, sizeof(*trace));
}

static struct task *find_task(const struct trace *trace, pid_t tid)
{
	for (size_t i = 0; i < trace->task_count; i++)
		if (trace->tasks[i].tid == tid)
			return &trace->tasks[i];
	return NULL;
}

static struct task *add_task(struct trace *trace, pid_t tid)
{
	struct task *tasks =
		reallocarray(trace->tasks, trace->task_count + 1, sizeof(*trace->tasks));

	if (!tasks)
		broken("follow", "one more process");
	trace->tasks = tasks;
	tasks += trace->task_count++;
	*tasks = (struct task){.tid = tid, .entered = NO_EVENT, .interrupted = NO_EVENT};
	return tasks;
}

static void remove_task(struct trace *trace, struct task *task)
{
	for (size_t i = 0; i < trace->order_count; i++)
		if (trace->orders[i].held == task->tid)
			trace->orders[i].held = 0;
	*task = trace->tasks[--trace->task_count];
}

static bool is_whose(const struct task *task, const struct who *who)
{
	return who->pid ? task->pid == who->pid : task->program == who->program;
}

/* A process that was killed meanwhile is not an error: its end is reported by the next wait. */
static void resume(const struct task *task, int signal)
{
	ptrace(task->in_call ? PTRACE_SYSCALL : PTRACE_CONT, task->tid, 0, signal);
}

static size_t append(struct trace *trace, const struct task *task, struct event event)
{
	event.time_ns = now_ns();
	event.host = task->host;
	event.pid = task->pid;
	return timeline_append(trace->timeline, &event);
}

int trace_adopt(struct trace *trace, pid_t pid, enum host host, int program)
{
	const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP |
			     PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEEXEC;
	struct task *task;

	if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0)
		return -1;
	task = add_task(trace, pid);
	task->pid = pid;
	task->host = host;
	task->program = program;
	task->announced = true;
	timeline_add_process(trace->timeline,
			     (struct process){.pid = pid, .host = host, .program = program});
	return 0;
}

/* Entry of a call ------------------------------------------------------------------------------ */

/*
 * Files, pipes and what a program prints are not the lab's subject: a Python program reads a
 * thousand files before it starts, and output is noted where it arrives.
 */
static bool is_of_interest(const struct syscall_row *row, enum fd_kind kind)
{
	const char *family = syscall_family(row);

	if (strcmp(family, "sigreturn") == 0 || strcmp(family, "restart_syscall") == 0)
		return false;
	if (!row->on_fd || kind == FD_SOCKET)
		return true;
	return kind == FD_TERMINAL && strcmp(family, "read") == 0;
}

static void note_entry(struct trace *trace, struct task *task)
{
	const struct syscall_row *row = task->call.row;
	struct event event = {.kind = EVENT_ENTER};
	struct call *call = &event.call;
	char args[512];

	call->name = row->name;
	call->family = syscall_family(row);
	if (row->on_fd)
		call->fd_kind = proc_fd(task->pid, (int)task->call.args[0], &call->inode);
	if (!is_of_interest(row, call->fd_kind)) {
		/* the exit of rt_sigreturn tells what became of an interrupted call */
		task->in_call = task->interrupted != NO_EVENT;
		return;
	}
	syscall_args_text(args, sizeof(args), &task->call, task->tid);
	call->args = timeline_text(trace->timeline, "%s", args);
	task->entered = (ssize_t)append(trace, task, event);
	task->in_call = true;
	if (trace->calls_most && trace->timeline->count > trace->calls_most)
		give_up(ENDING_UNMET,
			"more than %zu events: a program floods the lab with system calls (the "
			"last: "
			"%s, by process %d on %s)",
			trace->calls_most, row->name, task->pid, host_name(task->host));
}

/* The call the program was in when a signal came has ended: with EINTR, or by being entered again.
 */
static void note_interrupted(struct trace *trace, struct task *task, enum call_ending ending)
{
	struct event event = trace->timeline->events[task->interrupted];

	event.kind = EVENT_RETURN;
	event.call.entered = (size_t)task->interrupted;
	event.call.ending = ending;
	event.call.error = ending == CALL_RETURNED ? EINTR : 0;
	event.call.result = ending == CALL_RETURNED ? -1 : 0;
	append(trace, task, event);
	task->interrupted = NO_EVENT;
}

static void answer(struct task *task, long result)
{
	if (regs_answer(task->tid, result) < 0 && errno != ESRCH)
		broken("answer", "a system call");
	task->by_lab = true;
}

/* What the story asked for at this call; true when the thread stays stopped. */
static bool obey_orders(struct trace *trace, struct task *task)
{
	const struct syscall_row *row = task->call.row;
	uint64_t inode;

	for (size_t i = 0; i < trace->order_count; i++) {
		struct stop_order *order = &trace->orders[i];

		if (!is_whose(task, &order->who))
			continue;
		if (syscall_is_sleep(row)) {
			if (order->family && !order->held) {
				order->held = task->tid;
				return true;
			}
			if (order->skip_sleeps)
				answer(task, 0);
			continue;
		}
		if (!order->family || order->held ||
		    !name_matches(order->family, syscall_family(row)))
			continue;
		if (row->on_fd && proc_fd(task->pid, (int)task->call.args[0], &inode) != FD_SOCKET)
			continue;
		if (--order->countdown == 0) {
			order->held = task->tid;
			return true;
		}
	}
	return false;
}

static void on_entry(struct trace *trace, struct task *task,
		     const struct __ptrace_syscall_info *info)
{
	const struct syscall_row *row = syscall_find((int)info->seccomp.nr);

	if (!row) {
		resume(task, 0);
		return;
	}
	task->call = (struct syscall){.row = row};
	memcpy(task->call.args, info->seccomp.args, sizeof(task->call.args));
	task->by_lab = false;
	if (task->interrupted != NO_EVENT) {
		const struct call *call = &trace->timeline->events[task->interrupted].call;

		if (strcmp(row->name, call->name) == 0 || strcmp(row->name, "restart_syscall") == 0)
			note_interrupted(trace, task, CALL_RESTARTED);
	}
	if (obey_orders(trace, task))
		return;
	note_entry(trace, task);
	resume(task, 0);
}

/* Exit of a call ------------------------------------------------------------------------------- */

static void note_return(struct trace *trace, struct task *task)
{
	struct event event = trace->timeline->events[task->entered];
	struct call *call = &event.call;
	char args[512];

	event.kind = EVENT_RETURN;
	call->entered = (size_t)task->entered;
	call->by_lab = task->by_lab;
	call->error = task->call.result < 0 ? (int)-task->call.result : 0;
	call->result = task->call.result < 0 ? -1 : task->call.result;
	if (syscall_has_output(task->call.row)) {
		syscall_args_text(args, sizeof(args), &task->call, task->tid);
		call->args = timeline_text(trace->timeline, "%s", args);
	}
	/* accept and socket made a descriptor: the call is about that one */
	if (call->error == 0 &&
	    (strcmp(call->family, "accept") == 0 || strcmp(call->family, "socket") == 0))
		call->fd_kind = proc_fd(task->pid, (int)call->result, &call->inode);
	append(trace, task, event);
}

static void on_exit_of_call(struct trace *trace, struct task *task,
			    const struct __ptrace_syscall_info *info)
{
	int64_t result = info->exit.rval;

	task->in_call = false;
	task->call.returned = true;
	task->call.result = result;
	if (task->call.row && strcmp(task->call.row->name, "rt_sigreturn") == 0) {
		if (task->interrupted != NO_EVENT && result == -EINTR)
			note_interrupted(trace, task, CALL_RETURNED);
	} else if (task->entered != NO_EVENT) {
		if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK)
			task->interrupted = task->entered;
		else
			note_return(trace, task);
	}
	task->entered = NO_EVENT;
	resume(task, 0);
}

/* Processes: birth, signals, death ------------------------------------------------------------- */

/* A child is known by two stops, its own and its parent's, that come in either order. */
static void announce(struct trace *trace, struct task *child, const struct task *parent)
{
	child->host = parent->host;
	child->program = parent->program;
	child->announced = true;
	child->pid = proc_group(child->tid);
	if (child->pid == child->tid)
		timeline_add_process(trace->timeline, (struct process){.pid = child->pid,
								       .parent = parent->pid,
								       .host = parent->host,
								       .program = parent->program});
}

static void on_fork(struct trace *trace, struct task *parent)
{
	unsigned long message;
	struct task *child;
	pid_t parent_tid = parent->tid;

	if (ptrace(PTRACE_GETEVENTMSG, parent->tid, 0, &message) < 0)
		return;
	child = find_task(trace, (pid_t)message);
	if (!child) {
		child = add_task(trace, (pid_t)message);
		parent = find_task(trace, parent_tid); /* the table may have moved */
	}
	announce(trace, child, parent);
	if (child->pid == child->tid)
		append(trace, parent, (struct event){.kind = EVENT_FORK, .child = child->pid});
	if (child->waiting)
		resume(child, 0);
	child->waiting = false;
	resume(parent, 0);
}

/* A thread that was not the leader called execve: it goes on under the leader's number. */
static void on_exec(struct trace *trace, struct task *task)
{
	unsigned long former = (unsigned long)task->tid;

	ptrace(PTRACE_GETEVENTMSG, task->tid, 0, &former);
	if ((pid_t)former != task->tid) {
		struct task *other = find_task(trace, (pid_t)former);
		pid_t tid = task->tid;

		if (other) {
			task->call = other->call;
			task->entered = other->entered;
			task->in_call = other->in_call;
			remove_task(trace, other);
			task = find_task(trace, tid);
		}
	}
	resume(task, 0);
}

static void on_signal(struct trace *trace, struct task *task, int signal)
{
	struct event event = {.kind = EVENT_SIGNAL};

	event.signal.number = signal;
	event.signal.disposition = proc_disposition(task->pid, signal);
	append(trace, task, event);
	resume(task, signal);
}

static void on_end(struct trace *trace, struct task *task, int status)
{
	struct event event = {.kind = EVENT_END};
	struct process *process = timeline_process(trace->timeline, task->tid);

	if (process && !process->ended) { /* the last thread of a process, or its only one */
		process->ended = true;
		event.end.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		event.end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		append(trace, task, event);
	}
	remove_task(trace, task);
}

static void on_call_stop(struct trace *trace, struct task *task)
{
	struct __ptrace_syscall_info info;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, task->tid, sizeof(info), &info) <= 0) {
		if (errno != ESRCH)
			broken("read", "a system call (PTRACE_GET_SYSCALL_INFO)");
		return; /* killed meanwhile */
	}
	if (info.op == PTRACE_SYSCALL_INFO_SECCOMP)
		on_entry(trace, task, &info);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		on_exit_of_call(trace, task, &info);
	else
		resume(task, 0);
}

static void on_stop(struct trace *trace, pid_t tid, int status)
{
	const int signal = WSTOPSIG(status);
	struct task *task = find_task(trace, tid);

	if (!task)
		task = add_task(trace, tid); /* a child before its parent's fork event */
	if (!task->announced) {
		task->waiting = true;
		return;
	}
	switch (status >> 16) {
	case PTRACE_EVENT_SECCOMP:
		on_call_stop(trace, task);
		return;
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		on_fork(trace, task);
		return;
	case PTRACE_EVENT_EXEC:
		on_exec(trace, task);
		return;
	case PTRACE_EVENT_STOP:
		if (signal == SIGTRAP)
			resume(task, 0); /* a new child */
		else
			ptrace(PTRACE_LISTEN, tid, 0, 0); /* stays stopped until SIGCONT */
		return;
	}
	if (signal == (SIGTRAP | 0x80))
		on_call_stop(trace, task);
	else
		on_signal(trace, task, signal);
}

int trace_step(struct trace *trace)
{
	int status, count = 0;
	pid_t tid;

	while ((tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		struct task *task;

		count++;
		if (WIFSTOPPED(status)) {
			on_stop(trace, tid, status);
			continue;
		}
		task = find_task(trace, tid);
		if (task)
			on_end(trace, task, status);
	}
	return count;
}

bool trace_alive(const struct trace *trace, const struct who *who)
{
	for (size_t i = 0; i < trace->task_count; i++)
		if (is_whose(&trace->tasks[i], who))
			return true;
	return false;
}

/* What the story asks for ---------------------------------------------------------------------- */

static struct stop_order *find_order(const struct trace *trace, const struct who *who)
{
	for (size_t i = 0; i < trace->order_count; i++)
		if (trace->orders[i].who.program == who->program &&
		    trace->orders[i].who.pid == who->pid)
			return &trace->orders[i];
	return NULL;
}

static struct stop_order *order_for(struct trace *trace, const struct who *who)
{
	struct stop_order *order = find_order(trace, who);

	if (order)
		return order;
	order = reallocarray(trace->orders, trace->order_count + 1, sizeof(*order));
	if (!order)
		broken("hold", "a process");
	trace->orders = order;
	order += trace->order_count++;
	*order = (struct stop_order){.who = *who};
	return order;
}

void trace_hold(struct trace *trace, const struct who *who, const char *family, int nth)
{
	struct stop_order *order = order_for(trace, who);

	order->family = family;
	order->countdown = nth;
	order->held = 0;
}

bool trace_is_held(const struct trace *trace, const struct who *who)
{
	const struct stop_order *order = find_order(trace, who);

	return order && order->held;
}

void trace_release(struct trace *trace, const struct who *who)
{
	struct stop_order *order = order_for(trace, who);
	struct task *task = find_task(trace, order->held);

	order->family = NULL;
	order->held = 0;
	if (!task)
		return;
	if (syscall_is_sleep(task->call.row))
		answer(task, 0);
	note_entry(trace, task);
	resume(task, 0);
}

void trace_skip_sleeps(struct trace *trace, const struct who *who)
{
	order_for(trace, who)->skip_sleeps = true;
}

pid_t trace_in_call(const struct trace *trace, const struct who *who, const char *family)
{
	for (size_t i = 0; i < trace->task_count; i++) {
		const struct task *task = &trace->tasks[i];

		if (is_whose(task, who) && task->in_call && task->entered != NO_EVENT &&
		    name_matches(family, syscall_family(task->call.row)))
			return task->tid;
	}
	return 0;
}

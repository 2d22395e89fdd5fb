#include "observe/trace.h"

#include "base/memory.h"
#include "observe/proc.h"
#include "observe/trace_call.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

struct trace {
	struct timeline *timeline;
	struct tasks tasks;
	size_t *living; /* how many threads of each program are alive */
	size_t program_count;
	struct orders orders;
};

struct trace *trace_open(struct timeline *timeline)
{
	struct trace *trace = xcalloc(1, sizeof(*trace));

	trace->timeline = timeline;
	call_table_open();
	return trace;
}

void trace_close(struct trace *trace)
{
	tasks_close(&trace->tasks);
	free(trace->living);
	orders_close(&trace->orders);
	free(trace);
}

/* From now on the thread is one of the program's. */
static void join_program(struct trace *trace, struct task *task, enum host host, int program)
{
	for (; trace->program_count <= (size_t)program; trace->program_count++) {
		trace->living = xgrow(trace->living, trace->program_count, sizeof(*trace->living));
		trace->living[trace->program_count] = 0;
	}
	trace->living[program]++;
	task->host = host;
	task->program = program;
	task->announced = true;
}

int trace_adopt(struct trace *trace, pid_t pid, enum host host, int program)
{
	const long options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACESECCOMP |
			     PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEEXEC;
	struct task *task;

	if (ptrace(PTRACE_SEIZE, pid, 0, options) < 0)
		return -1;
	task = tasks_add(&trace->tasks, pid);
	task->pid = pid;
	join_program(trace, task, host, program);
	return 0;
}

/* Processes: birth, signals, death ------------------------------------------------------ */

/* A child is announced by two stops, its own and its parent's, which come in either order. */
static void announce(struct trace *trace, struct task *child, const struct task *parent)
{
	join_program(trace, child, parent->host, parent->program);
	child->pid = proc_group(child->tid);
	if (child->pid == child->tid)
		timeline_add_process(trace->timeline,
				     (struct process){ .pid = child->pid,
						       .parent = parent->pid,
						       .host = parent->host,
						       .program = parent->program });
}

static void on_fork(struct trace *trace, struct task *parent)
{
	unsigned long message;
	struct task *child;
	pid_t parent_tid = parent->tid;

	if (ptrace(PTRACE_GETEVENTMSG, parent->tid, 0, &message) < 0)
		return;
	child = tasks_find(&trace->tasks, (pid_t)message);
	if (!child) {
		child = tasks_add(&trace->tasks, (pid_t)message);
		parent = tasks_find(&trace->tasks, parent_tid); /* the table may have moved */
	}
	announce(trace, child, parent);
	if (child->pid == child->tid)
		task_append(trace->timeline, parent,
			    (struct event){ .kind = EVENT_FORK, .child = child->pid });
	if (child->waiting)
		task_resume(child, 0);
	child->waiting = false;
	task_resume(parent, 0);
}

static void remove_task(struct trace *trace, struct task *task)
{
	orders_forget(&trace->orders, task->tid);
	if (task->program != NO_PROGRAM)
		trace->living[task->program]--;
	tasks_remove(&trace->tasks, task);
}

/* When a thread that is not the leader calls execve, it gets the leader's tid (ptrace(2)). */
static void on_exec(struct trace *trace, struct task *task)
{
	unsigned long former = (unsigned long)task->tid;

	ptrace(PTRACE_GETEVENTMSG, task->tid, 0, &former);
	if ((pid_t)former != task->tid) {
		struct task *other = tasks_find(&trace->tasks, (pid_t)former);
		pid_t tid = task->tid;

		if (other) {
			task->call = other->call;
			task->call.tid = tid;
			task->entered = other->entered;
			task->in_call = other->in_call;
			remove_task(trace, other);
			task = tasks_find(&trace->tasks, tid);
		}
	}
	task_resume(task, 0);
}

static void on_signal(struct trace *trace, struct task *task, int signal)
{
	struct event event = { .kind = EVENT_SIGNAL };

	event.signal.number = signal;
	event.signal.disposition = proc_disposition(task->pid, signal);
	task_append(trace->timeline, task, event);
	task_resume(task, signal);
}

static void on_end(struct trace *trace, struct task *task, int status)
{
	struct event event = { .kind = EVENT_END };
	struct process *process = timeline_process(trace->timeline, task->tid);

	if (process && !process->ended) { /* the last thread of a process, or its only one */
		process->ended = true;
		event.end.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
		event.end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		task_append(trace->timeline, task, event);
	}
	remove_task(trace, task);
}

static void on_stop(struct trace *trace, pid_t tid, int status)
{
	const int signal = WSTOPSIG(status);
	struct task *task = tasks_find(&trace->tasks, tid);

	if (!task)
		task = tasks_add(&trace->tasks, tid); /* a child before its parent's fork event */
	if (!task->announced) {
		task->waiting = true;
		return;
	}
	switch (status >> 16) {
	case PTRACE_EVENT_SECCOMP:
		trace_call_stopped(trace->timeline, &trace->orders, task);
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
			task_resume(task, 0); /* a new child */
		else
			ptrace(PTRACE_LISTEN, tid, 0, 0); /* stays stopped until SIGCONT */
		return;
	}
	if (signal == (SIGTRAP | 0x80))
		trace_call_stopped(trace->timeline, &trace->orders, task);
	else
		on_signal(trace, task, signal);
}

static void on_change(struct trace *trace, pid_t tid, int status)
{
	struct task *task;

	if (WIFSTOPPED(status)) {
		on_stop(trace, tid, status);
		return;
	}
	task = tasks_find(&trace->tasks, tid);
	if (task)
		on_end(trace, task, status);
}

/*
 * Whether the thread is in a call that returns at once. Its exit is waited for right here: whoever
 * blocks in waitpid(2) takes over the processor from the thread that stops
 * (do_notify_parent_cldstop(), a synchronous wake-up), and a signal to a poll does not.
 */
static bool returns_at_once(const struct trace *trace, pid_t tid)
{
	const struct task *task = tasks_find(&trace->tasks, tid);

	return task && task->in_call && task->stay == GOES_ON &&
	       task->call.row->flags & CALL_IS_PROMPT;
}

int trace_step(struct trace *trace)
{
	int status, count = 0;
	pid_t tid;

	while (count < TRACE_STOPS_MOST && (tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		count++;
		on_change(trace, tid, status);
		while (returns_at_once(trace, tid) && waitpid(tid, &status, __WALL) == tid) {
			count++;
			on_change(trace, tid, status);
		}
	}
	return count;
}

bool trace_alive(const struct trace *trace, const struct who *who)
{
	if (who->pid) /* the end of a leader is reported after those of its threads (ptrace(2)) */
		return tasks_find(&trace->tasks, who->pid) != NULL;
	return (size_t)who->program < trace->program_count && trace->living[who->program] > 0;
}

/* Orders -------------------------------------------------------------------------------- */

void trace_close_gate(struct trace *trace)
{
	trace->orders.gate_closed = true;
}

void trace_open_gate(struct trace *trace)
{
	trace->orders.gate_closed = false;
	for (size_t i = 0; i < trace->tasks.count; i++)
		if (trace->tasks.rows[i].stay == STAYS_AT_GATE)
			trace_call_decide(trace->timeline, &trace->orders, &trace->tasks.rows[i]);
}

int64_t trace_gate_reached_ns(const struct trace *trace)
{
	return trace->orders.gate_reached_ns;
}

void trace_hold(struct trace *trace, const struct who *who, const char *family, int nth)
{
	orders_hold(&trace->orders, who, family, nth);
}

bool trace_is_held(const struct trace *trace, const struct who *who)
{
	return orders_is_held(&trace->orders, who);
}

void trace_release(struct trace *trace, const struct who *who)
{
	struct task *task = tasks_find(&trace->tasks, orders_release(&trace->orders, who));

	if (task)
		trace_call_release(trace->timeline, task);
}

void trace_answer(struct trace *trace, const struct who *who, const char *family, long result)
{
	orders_answer(&trace->orders, who, family, result);
}

void trace_skip_sleeps(struct trace *trace, const struct who *who)
{
	orders_skip_sleeps(&trace->orders, who);
}

#include "observe/task.h"

#include "base/clock.h"
#include "base/fail.h"
#include "observe/proc.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

void trace_open(struct trace *trace, struct timeline *timeline)
{
	memset(trace, 0, sizeof(*trace));
	trace->timeline = timeline;
	call_table_open();
}

void trace_close(struct trace *trace)
{
	free(trace->tasks);
	free(trace->orders);
	memset(trace, 0, sizeof(*trace));
}

struct task *task_find(const struct trace *trace, pid_t tid)
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
	*tasks = (struct task){
		.tid = tid, .program = NO_PROGRAM, .entered = NO_EVENT, .interrupted = NO_EVENT
	};
	return tasks;
}

static void remove_task(struct trace *trace, struct task *task)
{
	for (size_t i = 0; i < trace->order_count; i++)
		if (trace->orders[i].held == task->tid)
			trace->orders[i].held = 0;
	*task = trace->tasks[--trace->task_count];
}

bool task_is_whose(const struct task *task, const struct who *who)
{
	return who->pid ? task->pid == who->pid : task->program == who->program;
}

/* A process that was killed meanwhile is not an error: its end is reported by the next wait. */
void task_resume(const struct task *task, int signal)
{
	ptrace(task->in_call ? PTRACE_SYSCALL : PTRACE_CONT, task->tid, 0, signal);
}

size_t task_append(struct trace *trace, const struct task *task, struct event event)
{
	event.time_ns = now_ns();
	event.host = task->host;
	event.pid = task->pid;
	event.tid = task->tid;
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
	return 0;
}

/* Processes: birth, signals, death ------------------------------------------------------ */

/* A child is known by two stops, its own and its parent's, that come in either order. */
static void announce(struct trace *trace, struct task *child, const struct task *parent)
{
	child->host = parent->host;
	child->program = parent->program;
	child->announced = true;
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
	child = task_find(trace, (pid_t)message);
	if (!child) {
		child = add_task(trace, (pid_t)message);
		parent = task_find(trace, parent_tid); /* the table may have moved */
	}
	announce(trace, child, parent);
	if (child->pid == child->tid)
		task_append(trace, parent,
			    (struct event){ .kind = EVENT_FORK, .child = child->pid });
	if (child->waiting)
		task_resume(child, 0);
	child->waiting = false;
	task_resume(parent, 0);
}

/* A thread that was not the leader called execve: it goes on under the leader's number. */
static void on_exec(struct trace *trace, struct task *task)
{
	unsigned long former = (unsigned long)task->tid;

	ptrace(PTRACE_GETEVENTMSG, task->tid, 0, &former);
	if ((pid_t)former != task->tid) {
		struct task *other = task_find(trace, (pid_t)former);
		pid_t tid = task->tid;

		if (other) {
			task->call = other->call;
			task->entered = other->entered;
			task->in_call = other->in_call;
			remove_task(trace, other);
			task = task_find(trace, tid);
		}
	}
	task_resume(task, 0);
}

static void on_signal(struct trace *trace, struct task *task, int signal)
{
	struct event event = { .kind = EVENT_SIGNAL };

	event.signal.number = signal;
	event.signal.disposition = proc_disposition(task->pid, signal);
	task_append(trace, task, event);
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
		task_append(trace, task, event);
	}
	remove_task(trace, task);
}

static void on_stop(struct trace *trace, pid_t tid, int status)
{
	const int signal = WSTOPSIG(status);
	struct task *task = task_find(trace, tid);

	if (!task)
		task = add_task(trace, tid); /* a child before its parent's fork event */
	if (!task->announced) {
		task->waiting = true;
		return;
	}
	switch (status >> 16) {
	case PTRACE_EVENT_SECCOMP:
		task_at_call(trace, task);
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
		task_at_call(trace, task);
	else
		on_signal(trace, task, signal);
}

int trace_step(struct trace *trace)
{
	int status, count = 0;
	pid_t tid;

	while (count < TRACE_STOPS_MOST && (tid = waitpid(-1, &status, __WALL | WNOHANG)) > 0) {
		struct task *task;

		count++;
		if (WIFSTOPPED(status)) {
			on_stop(trace, tid, status);
			continue;
		}
		task = task_find(trace, tid);
		if (task)
			on_end(trace, task, status);
	}
	return count;
}

bool trace_alive(const struct trace *trace, const struct who *who)
{
	for (size_t i = 0; i < trace->task_count; i++)
		if (task_is_whose(&trace->tasks[i], who))
			return true;
	return false;
}

#include "observe/task.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

struct task *tasks_find(const struct tasks *tasks, pid_t tid)
{
	const ptrdiff_t row = lookup_find(&tasks->by_tid, (uint64_t)tid);

	return row == LOOKUP_NONE ? NULL : &tasks->rows[row];
}

struct task *tasks_add(struct tasks *tasks, pid_t tid)
{
	struct task *task;

	lookup_put(&tasks->by_tid, (uint64_t)tid, tasks->count);
	tasks->rows = xgrow(tasks->rows, tasks->count, sizeof(*task));
	task = &tasks->rows[tasks->count++];
	*task = (struct task){
		.tid = tid, .program = NO_PROGRAM, .entered = NO_EVENT, .interrupted = NO_EVENT
	};
	return task;
}

void tasks_remove(struct tasks *tasks, struct task *task)
{
	const struct task *last = &tasks->rows[--tasks->count];

	lookup_remove(&tasks->by_tid, (uint64_t)task->tid);
	if (task == last)
		return;
	lookup_put(&tasks->by_tid, (uint64_t)last->tid, (size_t)(task - tasks->rows));
	*task = *last;
}

void tasks_close(struct tasks *tasks)
{
	free(tasks->rows);
	lookup_close(&tasks->by_tid);
	memset(tasks, 0, sizeof(*tasks));
}

bool task_is_of(const struct task *task, const struct who *who)
{
	return who->pid ? task->pid == who->pid : task->program == who->program;
}

/* It is no error if the process was killed meanwhile: the next wait reports its end. */
void task_resume(const struct task *task, int signal)
{
	ptrace(task->in_call ? PTRACE_SYSCALL : PTRACE_CONT, task->tid, 0, signal);
}

size_t task_append(struct timeline *timeline, const struct task *task, struct event event)
{
	event.time_ns = now_ns();
	event.host = task->host;
	event.pid = task->pid;
	event.tid = task->tid;
	return timeline_append(timeline, &event);
}

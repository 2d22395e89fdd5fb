#include "observe/task.h"

#include "base/clock.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

struct task *tasks_find(const struct tasks *tasks, pid_t tid)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->rows[i].tid == tid)
			return &tasks->rows[i];
	return NULL;
}

struct task *tasks_add(struct tasks *tasks, pid_t tid)
{
	struct task *task;

	tasks->rows = xgrow(tasks->rows, tasks->count, sizeof(*task));
	task = &tasks->rows[tasks->count++];
	*task = (struct task){
		.tid = tid, .program = NO_PROGRAM, .entered = NO_EVENT, .interrupted = NO_EVENT
	};
	return task;
}

void tasks_remove(struct tasks *tasks, struct task *task)
{
	*task = tasks->rows[--tasks->count];
}

void tasks_close(struct tasks *tasks)
{
	free(tasks->rows);
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

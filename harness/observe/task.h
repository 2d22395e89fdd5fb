/* The traced threads, and what the tracer knows of each. */
#ifndef TASK_H
#define TASK_H

#include "base/lookup.h"
#include "observe/call_table.h"
#include "record/who.h"

enum { NO_EVENT = -1, NO_PROGRAM = -1 };

/* Why a thread stays stopped at the entry of a call. */
enum stay {
	GOES_ON,
	STAYS_AT_GATE, /* until the gate opens */
	STAYS_HELD,    /* until it is released */
};

struct task { /* one thread */
	pid_t tid, pid;
	enum host host;
	int program;    /* NO_PROGRAM until it is announced */
	bool announced; /* its parent's fork has been seen: host and program are known */
	bool waiting;   /* stopped until it is announced */
	enum stay stay; /* at the entry of `call` */
	bool in_call;   /* between the entry and the exit of `call` */
	struct syscall call;
	ssize_t entered; /* the EVENT_ENTER of `call`, or NO_EVENT when it is not noted */
	bool by_lab;     /* the lab has given `call` its result */
	struct syscall interrupted_call; /* by a signal; how it ends is not known yet */
	ssize_t interrupted;             /* its EVENT_ENTER, or NO_EVENT */
};

/* All of them. A pointer to a row is valid until a row is added or removed. */
struct tasks {
	struct task *rows;
	size_t count;
	struct lookup by_tid;
};

struct task *tasks_find(const struct tasks *tasks, pid_t tid); /* or NULL */
struct task *tasks_add(struct tasks *tasks, pid_t tid);
void tasks_remove(struct tasks *tasks, struct task *task);
void tasks_close(struct tasks *tasks);

/* Whether the thread is one of `who`'s. */
bool task_is_of(const struct task *task, const struct who *who);

/* Lets a stopped thread run; inside a call, to the exit of it. Delivers a signal that is not 0. */
void task_resume(const struct task *task, int signal);

/* Appends an event of this thread, with the time. Returns its index. */
size_t task_append(struct timeline *timeline, const struct task *task, struct event event);

#endif

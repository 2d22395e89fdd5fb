/* Inside the process observer: what trace.c, trace_call.c and trace_order.c share. */
#ifndef TRACE_TASK_H
#define TRACE_TASK_H

#include "observe/call_table.h"
#include "observe/trace.h"

enum { NO_EVENT = -1, NO_PROGRAM = -1 };

struct task { /* one thread */
	pid_t tid, pid;
	enum host host;
	int program;    /* NO_PROGRAM until it is announced */
	bool announced; /* its parent's fork has been seen: host and program are known */
	bool waiting;   /* stopped until it is announced */
	bool at_gate;   /* stopped until the gate opens */
	bool in_call;   /* between the entry and the exit of `call` */
	struct syscall call;
	ssize_t entered; /* the EVENT_ENTER of `call`, or NO_EVENT when it is not noted */
	bool by_lab;
	struct syscall interrupted_call; /* its end is not known yet */
	ssize_t interrupted;             /* the EVENT_ENTER of it, or NO_EVENT */
};

struct stop_order { /* what the story asked of a process */
	struct who who;
	bool skip_sleeps;
	const char *family; /* NULL: no hold is armed */
	int countdown;
	bool answered; /* the call is answered in place of being held */
	long answer;   /* with this */
	pid_t held;    /* the thread that has come there */
};

struct task *task_find(const struct trace *trace, pid_t tid); /* or NULL */
bool task_is_whose(const struct task *task, const struct who *who);

/* Lets a stopped thread go on; inside a call to the exit of it. */
void task_resume(const struct task *task, int signal);

/* Appends an event of this thread, with the time. */
size_t task_append(struct trace *trace, const struct task *task, struct event event);

/* trace_call.c: a stop at the entry or the exit of a call. */
void task_at_call(struct trace *trace, struct task *task);

/* Notes the entry of task->call, if it is of interest. */
void task_note_entry(struct trace *trace, struct task *task);

/* The call is not run; the program sees this result (negative errno). */
void task_answer(struct task *task, long result);

/* trace_order.c: what the story asked for at this call; true when the thread stays stopped. */
bool task_obey_orders(struct trace *trace, struct task *task);

#endif

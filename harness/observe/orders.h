/*
 * What is to happen at a system call: that the thread is held there, that the call is answered in
 * the kernel's place, that a sleep is skipped. An order is asked for a decision; the tracer carries
 * it out.
 */
#ifndef ORDERS_H
#define ORDERS_H

#include "observe/task.h"

struct order;

struct orders {
	struct order *rows; /* one for each `who` */
	size_t count;
	bool gate_closed;        /* no thread passes a call with CALL_NAMES_PEER */
	int64_t gate_reached_ns; /* when the first one came there (monotonic clock); 0: none did */
};

struct decision {
	enum stay stay;
	bool answered; /* the call is not run: the program sees `answer` */
	long answer;   /* negative errno for a failure */
};

/*
 * What becomes of a thread that has stopped at the entry of task->call. An order that says
 * something of a call is carried out by that; skipping sleeps goes on.
 */
struct decision orders_decide(struct orders *orders, const struct task *task);

/* See trace.h, which has the same of a trace. */
void orders_hold(struct orders *orders, const struct who *who, const char *family, int nth);
bool orders_is_held(const struct orders *orders, const struct who *who);
void orders_answer(struct orders *orders, const struct who *who, const char *family, long result);
void orders_skip_sleeps(struct orders *orders, const struct who *who);

/* Nothing is held any more. Returns the thread that was held, or 0. */
pid_t orders_release(struct orders *orders, const struct who *who);

/* A thread has ended: it is not held any more. */
void orders_forget(struct orders *orders, pid_t tid);

void orders_close(struct orders *orders);

#endif

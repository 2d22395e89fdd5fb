/*
 * Orders: a thread is to be held at a system call, a call is to be answered in place of the kernel,
 * sleeps are to be skipped. They only decide what happens to a thread that has stopped at a call;
 * trace_call carries it out.
 */
#ifndef ORDERS_H
#define ORDERS_H

#include "observe/task.h"

struct order;

struct orders {
	struct order *rows; /* one for each `who` */
	size_t count;
	bool gate_closed;        /* no thread passes a call with CALL_NAMES_PEER */
	int64_t gate_reached_ns; /* when the first one reached it (monotonic clock); 0: none did */
};

struct decision {
	enum stay stay;
	bool answered; /* the call is not run: the program gets `answer` */
	long answer;   /* negative errno for a failure */
};

/*
 * Decides what happens to a thread that has stopped at the entry of task->call. An order to hold or
 * answer a call is good for one call; an order to skip sleeps stays in force.
 */
struct decision orders_decide(struct orders *orders, const struct task *task);

/* As the functions of the same names in trace.h. */
void orders_hold(struct orders *orders, const struct who *who, const char *family, int nth);
bool orders_is_held(const struct orders *orders, const struct who *who);
void orders_answer(struct orders *orders, const struct who *who, const char *family, long result);
void orders_skip_sleeps(struct orders *orders, const struct who *who);

/* Cancels a hold. Returns the thread that was held, or 0. */
pid_t orders_release(struct orders *orders, const struct who *who);

/* To be called when a thread has ended: it is not held any more. */
void orders_forget(struct orders *orders, pid_t tid);

void orders_close(struct orders *orders);

#endif

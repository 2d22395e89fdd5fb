/*
 * Stops at system calls: notes their entry and their return, and carries out what the orders
 * decide. trace.h explains how the end of an interrupted call becomes known.
 */
#ifndef TRACE_CALL_H
#define TRACE_CALL_H

#include "observe/orders.h"

/*
 * At a stop at the entry or the exit of a call: notes it and lets the thread go on, unless an order
 * keeps it. Ends the run when ptrace cannot read calls.
 */
void trace_call_stopped(struct timeline *timeline, struct orders *orders, struct task *task);

/* Asks the orders again about a thread that is still stopped at an entry. */
void trace_call_decide(struct timeline *timeline, struct orders *orders, struct task *task);

/* Lets a held thread go on. If it was held at a sleep, the sleep is over: it returns 0 at once. */
void trace_call_release(struct timeline *timeline, struct task *task);

#endif

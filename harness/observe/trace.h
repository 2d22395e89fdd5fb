/*
 * Observes processes with ptrace(2). Programs need no preparation.
 *
 * Theory of operation. Every traced process has a seccomp filter that stops it only at the calls of
 * the call table. At such a stop (the entry) the tracer notes the call and its time, then lets the
 * process run to the exit of the call, where it notes the result; so the segments that a call sends
 * lie between the two time stamps. A process that is stopped at an entry can also be held there
 * until what must come first has been seen: this makes the outcome of a race certain. Children and
 * threads are traced, too; all of them die with the tracer (PTRACE_O_EXITKILL).
 *
 * A call that a signal interrupts leaves with ERESTARTSYS, which no program ever sees. What the
 * program sees is known only later: -EINTR when rt_sigreturn ends the handler, or nothing when the
 * kernel enters the call again. The return is noted then (signal(7), "Interruption of system
 * calls").
 */
#ifndef TRACE_H
#define TRACE_H

#include "record/who.h"

struct trace;

/* At first no process is traced and the gate is open. Events go to the timeline (borrowed). */
struct trace *trace_open(struct timeline *timeline);
void trace_close(struct trace *trace);

/*
 * Begins to trace a process that the lab has forked and that waits before its execve; -1 and errno
 * when ptrace is forbidden. Host and program are noted with its events and its children's.
 */
int trace_adopt(struct trace *trace, pid_t pid, enum host host, int program);

enum { TRACE_STOPS_MOST = 256 };

/*
 * Notes what has happened to the traced processes and lets them go on. Never blocks. Returns how
 * many stops and ends there were; with TRACE_STOPS_MOST there may be more.
 */
int trace_step(struct trace *trace);

/*
 * While the gate is closed, processes stop at a call that may send their first packet (connect,
 * sendto, sendmsg); when it opens they go on. So programs can be started before the capture is
 * open, and no packet is missed.
 */
void trace_close_gate(struct trace *trace);
void trace_open_gate(struct trace *trace);

/* When the first process reached the gate (monotonic clock, nanoseconds); 0: none did. */
int64_t trace_gate_reached_ns(const struct trace *trace);

/* Whether any of `who`'s processes is alive. */
bool trace_alive(const struct trace *trace, const struct who *who);

/*
 * Stops a process at the entry of its nth call of this family from now on, counted from 1, or at a
 * sleep before it: with a sleep a program waits for the same as the hold. Of calls on a descriptor
 * only those on a socket count. The family is one of the call table, or several with '|' between
 * them; the text is borrowed.
 */
void trace_hold(struct trace *trace, const struct who *who, const char *family, int nth);

/* Whether it has reached that call. */
bool trace_is_held(const struct trace *trace, const struct who *who);

/* Lets a held process go on. If it is held at a sleep, the sleep is over: it returns 0 at once. */
void trace_release(struct trace *trace, const struct who *who);

/*
 * The next call of this family (on a socket, as for trace_hold()) is not run: the program gets this
 * result, a negative errno for a failure.
 */
void trace_answer(struct trace *trace, const struct who *who, const char *family, long result);

/* From now on every sleep returns 0 at once, except while a hold waits for its call. */
void trace_skip_sleeps(struct trace *trace, const struct who *who);

#endif

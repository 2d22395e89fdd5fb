/*
 * The observer of processes: ptrace, from outside. Programs need no preparation.
 *
 * Theory of operation. Every traced process carries a seccomp filter that stops it only at the
 * calls of interest. At such a stop (the entry) the lab notes the call and its time, then lets the
 * process go on to the exit of the call, where it notes the result; so the segments a call causes
 * lie between the two stamps. A process stopped at an entry can also be held there until the story
 * has seen what must come first: this is how a race becomes certain. Children and threads are
 * followed; all of them die with the tracer (PTRACE_O_EXITKILL).
 *
 * A call that a signal interrupts leaves with ERESTARTSYS, which no program ever sees. What it sees
 * is known only later: -EINTR when rt_sigreturn ends the handler, or nothing when the call is
 * entered again. The return is noted then (signal(7), "Interruption of system calls").
 */
#ifndef TRACE_H
#define TRACE_H

#include "record/who.h"

struct trace;

/* Begins with no process and an open gate. Events go to the timeline, which is borrowed. */
struct trace *trace_open(struct timeline *timeline);
void trace_close(struct trace *trace);

/*
 * Takes over a process that the lab forked and that waits before its execve; -1 and errno when
 * ptrace is forbidden. Its events are noted as of this host and program.
 */
int trace_adopt(struct trace *trace, pid_t pid, enum host host, int program);

enum { TRACE_STOPS_MOST = 256 };

/*
 * Notes what has happened to the traced processes and lets them go on. Never blocks. Returns how
 * many stops and ends there were; with TRACE_STOPS_MOST there may be more.
 */
int trace_step(struct trace *trace);

/*
 * While the gate is closed, processes stop at connect and send; opening it lets them go on. So
 * programs can be started while the observer of the wire is not ready yet, and nothing is missed.
 */
void trace_close_gate(struct trace *trace);
void trace_open_gate(struct trace *trace);

/* When the first process reached the gate (monotonic clock, nanoseconds); 0: none did. */
int64_t trace_gate_reached_ns(const struct trace *trace);

/* Whether any of `who`'s processes is alive. */
bool trace_alive(const struct trace *trace, const struct who *who);

/*
 * From now on, stops the process at the entry of its nth call of this family on a socket (or of a
 * call that is not on a descriptor), counted from 1, or at a sleep before it: sleeping is a
 * program's own way of waiting for what the hold waits for. The family is one of the call table, or
 * several with '|' between them; the text is borrowed.
 */
void trace_hold(struct trace *trace, const struct who *who, const char *family, int nth);

/* Whether it has reached that call. */
bool trace_is_held(const struct trace *trace, const struct who *who);

/* Lets a held process go on. If it is held at a sleep, the sleep is over: it returns 0 at once. */
void trace_release(struct trace *trace, const struct who *who);

/*
 * The next call of this family (on a socket, as with hold) is not run: the program sees this
 * result, a negative errno for a failure.
 */
void trace_answer(struct trace *trace, const struct who *who, const char *family, long result);

/* From now on every sleep returns 0 at once, except while a hold is waiting for its call. */
void trace_skip_sleeps(struct trace *trace, const struct who *who);

#endif

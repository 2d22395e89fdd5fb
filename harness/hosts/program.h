/*
 * A program under test: a process on a host with a terminal of its own. At a terminal the C library
 * flushes every line and Python shows its prompt, as when a person runs it; through a pipe they
 * would not.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "record/timeline.h"

#include <linux/filter.h>

struct program {
	enum host host;
	pid_t pid;
	char **argv;     /* owned; argv[0] is a path */
	int terminal;    /* our side of it; -1 when no process has the other side any more */
	int go;          /* pipe: the child waits for a byte before its execve; -1 afterwards */
	int exec_error;  /* pipe: closed by a successful execve, else says why; -1 when known */
	char line[4096]; /* of output, not yet ended */
	size_t line_bytes;
	size_t output_bytes;
};

/*
 * Forks the process of argv on a host, in the network namespace `netns` (a descriptor, borrowed
 * here). It waits before its execve until program_go(): a tracer can take it over meanwhile. Then
 * it sets the seccomp filter, if it is not NULL. argv becomes the program's. Ends the run when
 * terminals are refused.
 */
void program_start(struct program *program, enum host host, int netns, char **argv,
		   const struct sock_fprog *filter);
void program_go(struct program *program);
void program_close(struct program *program);

/*
 * Whether execve has succeeded: 1 yes, 0 not yet known, -1 no, with errno. Never blocks. Ends the
 * run when something before the execve failed.
 */
int program_executed(struct program *program);

/*
 * Appends the lines that the program has printed since, as EVENT_OUTPUT; never blocks. Returns the
 * bytes read, at most 16 KiB at a time. Of a flood of output the first 256 KiB are kept.
 */
size_t program_read(struct program *program, struct timeline *timeline);

/* Types at its terminal. Does nothing when the terminal is gone with its program. */
void program_type(struct program *program, const char *text, size_t bytes);

#endif

/*
 * A program under test: started on a host, with a terminal of its own, traced from its first
 * instruction. At a terminal the C library flushes every line and Python shows its prompt, as when
 * a person runs it; through a pipe they would not.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "hosts/hosts.h"
#include "observe/trace.h"

#include <linux/filter.h>

struct program {
	enum host host;
	int index; /* the number of the program in its lab */
	pid_t pid;
	char **argv;     /* owned; argv[0] is a path */
	int terminal;    /* our side of it; -1 once it has no more to say */
	int exec_error;  /* pipe: closed by a successful execve, else says why; -1 when known */
	char line[4096]; /* of output, not yet ended */
	size_t line_bytes;
	size_t output_bytes;
};

/*
 * Starts argv on a host: entered, traced, held until the tracer has it, then executed. argv becomes
 * the program's. With a NULL trace it runs unobserved (for the benchmark). Ends the run when
 * ptrace or terminals are refused.
 */
void program_start(struct program *program, char **argv, struct hosts *hosts, struct trace *trace,
		   const struct sock_fprog *filter);
void program_close(struct program *program);

/*
 * Whether execve has succeeded: 1 yes, 0 not yet known, -1 no, with errno. Never blocks. Ends the
 * run when it was not execve that failed.
 */
int program_executed(struct program *program);

/* Appends the lines it has printed, up to a bound; never blocks. Returns the bytes read. */
size_t program_read(struct program *program, struct timeline *timeline);

/* Types at its terminal. */
void program_type(struct program *program, const char *text, size_t bytes);

#endif

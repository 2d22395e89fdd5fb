/*
 * How the harness ends when it is not the story that ends it. One line on standard error, the exit
 * code says what kind of end it was.
 */
#ifndef FAIL_H
#define FAIL_H

/* The four endings of a run; nothing else leaves a scenario program. */
enum ending {
	/* every expectation was met */
	ENDING_MET = 0,
	/* TCP or a program did something else */
	ENDING_UNMET = 1,
	/* this machine does not let the lab work; says why and what to do */
	ENDING_CANNOT_RUN = 77,
	/* the lab, or how it was called, is at fault */
	ENDING_BROKEN = 99,
};

/* "brokenpipe: cannot VERB OBJECT: ERRNO, text" with errno as it is on entry; exit 99. */
void broken(const char *verb, const char *object) __attribute__((noreturn));

/* A message of its own, for what no errno tells; exit code as given. */
void give_up(enum ending ending, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/* "EPIPE"; "E1234" for a number the C library does not know. buf is used for the latter only. */
const char *errno_name(int number, char buf[static 16]);

#endif

/*
 * How the harness ends when it is not the story that ends it. One line on standard error, the exit
 * code says what kind of end it was.
 */
#ifndef FAIL_H
#define FAIL_H

/* The four endings of a run; nothing else leaves a scenario program. */
enum ending {
	ENDING_MET = 0,	  /* every expectation was met */
	ENDING_UNMET = 1, /* TCP or the program did something else */
	ENDING_CANNOT_RUN =
		77,	    /* this machine does not let the lab work: says why and what to do */
	ENDING_BROKEN = 99, /* the harness, or how it was called, is at fault */
};

/* "brokenpipe: cannot VERB OBJECT: ERRNO, text" with errno as it is on entry; exit 99. */
_Noreturn void broken(const char *verb, const char *object);

/* A message of its own, for what no errno tells; exit code as given. */
_Noreturn void give_up(enum ending ending, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif

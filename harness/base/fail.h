/*
 * Ends a run early: a message on standard error, and an exit status that says what kind of end it
 * was.
 */
#ifndef FAIL_H
#define FAIL_H

/* The exit statuses of a scenario program; there are no others. */
enum ending {
	/* every expectation was met */
	ENDING_MET = 0,
	/* TCP or a program did something else */
	ENDING_UNMET = 1,
	/* the lab cannot run on this machine; the message says why and what to do */
	ENDING_CANNOT_RUN = 77,
	/* lab error or bad arguments */
	ENDING_BROKEN = 99,
};

/* Prints "brokenpipe: cannot VERB OBJECT: ERRNO, text", of errno as it is on entry; exit 99. */
void broken(const char *verb, const char *object) __attribute__((noreturn));

/* Prints "brokenpipe: " and this message (as printf), where errno is not enough. */
void give_up(enum ending ending, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

/* "EPIPE"; "E1234" for a number the C library does not know. buf is used for the latter only. */
const char *errno_name(int number, char buf[static 16]);

#endif

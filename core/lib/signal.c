#include "unp.h"

/*
 * sigaction() and not signal(): what signal() does to a handler after the first signal, and to
 * the calls it interrupts, differs from system to system (UNP 5.8).
 */
Sigfunc *Signal(int signo, Sigfunc *func)
{
	struct sigaction act = {.sa_handler = func}, before;

	sigemptyset(&act.sa_mask); /* while it runs, only signo itself is blocked */

	/* SIGALRM is used to cut a call short; restarting the call would defeat it. */
	if (signo != SIGALRM)
		act.sa_flags |= SA_RESTART;

	if (sigaction(signo, &act, &before) < 0)
		err_sys("sigaction error for signal %d", signo);
	return before.sa_handler;
}

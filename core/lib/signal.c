#include "unp.h"

/*
 * sigaction() and not signal(): what signal() does to a handler after the first signal, and to
 * the calls it interrupts, differs from system to system (UNP 5.8).
 */
static Sigfunc *install(int signo, Sigfunc *func, int flags)
{
	struct sigaction act = { .sa_handler = func, .sa_flags = flags }, before;

	sigemptyset(&act.sa_mask); /* while it runs, only signo itself is blocked */

	if (sigaction(signo, &act, &before) < 0)
		err_sys("sigaction error for signal %d", signo);
	return before.sa_handler;
}

Sigfunc *Signal(int signo, Sigfunc *func)
{
	/* SIGALRM is used to cut a call short; restarting the call would defeat it. */
	return install(signo, func, signo == SIGALRM ? 0 : SA_RESTART);
}

Sigfunc *Signal_intr(int signo, Sigfunc *func)
{
	return install(signo, func, 0);
}

void Sigprocmask(int how, const sigset_t *set, sigset_t *before)
{
	if (sigprocmask(how, set, before) < 0)
		err_sys("sigprocmask error");
}

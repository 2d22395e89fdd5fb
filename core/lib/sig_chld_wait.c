#include "unp.h"

/*
 * One SIGCHLD, one wait(): the book's first attempt (UNP 5.9). Signals do not queue, so of the
 * children that end together one is reaped and the others stay zombies (UNP 5.10). Worse, a SIGCHLD
 * may also say that a child was stopped: then wait() blocks, and the server with it, until another
 * one ends.
 */
void sig_chld_wait(int signo)
{
	int saved_errno = errno; /* the code interrupted may be about to look at it */
	pid_t pid;

	(void)signo;
	pid = wait(NULL);
	if (pid > 0)
		report_child(pid);
	errno = saved_errno;
}

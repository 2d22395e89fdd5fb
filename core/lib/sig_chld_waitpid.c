#include "unp.h"

/*
 * Signals do not queue: children that end together raise one SIGCHLD (UNP 5.10). So wait for all
 * that have ended, and with WNOHANG, because others are still at work. A single wait() would leave
 * zombies.
 */
void sig_chld(int signo)
{
	int saved_errno = errno; /* the code interrupted may be about to look at it */
	pid_t pid;

	(void)signo;
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		report_child(pid);
	errno = saved_errno;
}

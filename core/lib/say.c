#include "unp.h"

#include <stdarg.h>

void Say(const char *fmt, ...)
{
	char line[MAXLINE];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		err_sys("output error");

	n = strlen(line); /* shorter, if it did not fit */
	line[n] = '\n';
	Fputline(line, n + 1, stdout);
}

void Say_result(const char *what, ssize_t result)
{
	const char *name = result < 0 ? strerrorname_np(errno) : NULL;

	if (name)
		Say("%s: %zd %s (%s)", what, result, name, strerror(errno));
	else
		Say("%s: %zd", what, result);
}

void Say_status(const char *what, int status)
{
	if (WIFEXITED(status))
		Say("%s: exited, status %d", what, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		Say("%s: killed by SIG%s", what, sigabbrev_np(WTERMSIG(status)));
}

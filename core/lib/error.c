#include "unp.h"

#include <stdarg.h>

void err_sys(const char *fmt, ...)
{
	int saved_errno = errno; /* vsnprintf may change it */
	char message[MAXLINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);

	/* In one call, so in one write: several processes may share this stderr. */
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, message,
		strerror(saved_errno));
	exit(1);
}

void err_quit(const char *fmt, ...)
{
	char message[MAXLINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);

	fprintf(stderr, "%s\n", message);
	exit(1);
}

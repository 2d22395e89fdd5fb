#include "unp.h"

#include <stdarg.h>

static void report(const char *fmt, va_list ap)
{
	int saved_errno = errno; /* vsnprintf may change it */
	char message[MAXLINE];

	vsnprintf(message, sizeof(message), fmt, ap);

	/* In one call, so in one write: several processes may share this stderr. */
	fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, message,
		strerror(saved_errno));
}

void err_sys(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(fmt, ap);
	va_end(ap);
	exit(1);
}

void err_ret(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report(fmt, ap);
	va_end(ap);
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

#include "base/fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *errno_name(int number, char buf[static 16])
{
	const char *name = strerrorname_np(number);

	if (name)
		return name;
	snprintf(buf, 16, "E%d", number);
	return buf;
}

void broken(const char *verb, const char *object)
{
	int number = errno;
	char name[16];

	give_up(ENDING_BROKEN, "cannot %s %s: %s, %s", verb, object, errno_name(number, name),
		strerror(number));
}

/* _exit: a forked child of the lab must not run its parent's atexit handlers or flush its stdio. */
void give_up(enum ending ending, const char *format, ...)
{
	char line[1024];
	va_list args;
	int length = snprintf(line, sizeof(line), "brokenpipe: ");

	va_start(args, format);
	vsnprintf(line + length, sizeof(line) - (size_t)length - 1, format, args);
	va_end(args);
	fflush(stdout);
	dprintf(STDERR_FILENO, "%s\n", line);
	_exit(ending);
}

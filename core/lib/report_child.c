#include "unp.h"

/*
 * Not printf: the signal may have come in the middle of another printf, with stdio's lock held
 * and its buffer half changed. A handler may call only what POSIX lists as async-signal-safe
 * (signal-safety(7)); write and stpcpy are on the list, snprintf is not.
 */
void report_child(pid_t pid)
{
	char digits[3 * sizeof(pid) + 1], line[64], *first, *end;

	first = &digits[sizeof(digits) - 1];
	*first = '\0';
	do
		*--first = '0' + pid % 10;
	while ((pid /= 10) > 0);

	end = stpcpy(line, "child ");
	end = stpcpy(end, first);
	end = stpcpy(end, " terminated\n");

	/* In one write, so that lines stay whole. If it fails: a handler has nobody to tell. */
	if (write(STDOUT_FILENO, line, end - line) < 0)
		return;
}

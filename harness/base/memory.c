#include "base/memory.h"

#include "base/fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
	if (!memory)
		give_up(ENDING_BROKEN, "out of memory");
	return memory;
}

void *xcalloc(size_t count, size_t bytes)
{
	return checked(calloc(count, bytes));
}

void *xgrow(void *rows, size_t count, size_t bytes)
{
	if (count > 0 && (count & (count - 1)) != 0)
		return rows;
	return checked(reallocarray(rows, count > 0 ? count * 2 : 1, bytes));
}

char *xstrdup(const char *text)
{
	return checked(strdup(text));
}

char *xvasprintf(const char *format, va_list args)
{
	char *text;

	return checked(vasprintf(&text, format, args) < 0 ? NULL : text);
}

char *xasprintf(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = xvasprintf(format, args);
	va_end(args);
	return text;
}

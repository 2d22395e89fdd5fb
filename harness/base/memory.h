/*
 * Memory for the harness. Where there is none left, these functions end the run with ENDING_BROKEN:
 * no caller could do better. It is the only way in which code that is called pure ends a process.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include <stdarg.h>
#include <stddef.h>

/* `count` zeroed elements of `bytes` each; the caller frees them. */
void *xcalloc(size_t count, size_t bytes);

/*
 * Makes room for one more row of `bytes` in an array that has `count` of them; returns the array,
 * which may have moved. NULL is an array of none. The capacity is the next power of two and stored
 * nowhere: an array must always be grown by this function.
 */
void *xgrow(void *rows, size_t count, size_t bytes);

/* Copies of a text, or of what printf would print; the caller frees them. */
char *xstrdup(const char *text);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

#endif

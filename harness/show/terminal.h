/*
 * A run as a person reads it in a terminal: a ladder with the client's side, the wire and the
 * server's side. UTF-8. Pure, but for writing to the given file.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "show/run.h"

#include <stdio.h>

struct screen {
	bool verbose; /* shows the set-up, and every call that was seen */
	bool colour;
};

/* What stands above the ladder: the run's name and claim, the columns. */
void terminal_heading(FILE *out, const struct run *run, const struct screen *screen);

/* The rows of the events from this one on; of very many only the first and the last. */
void terminal_rows(FILE *out, const struct run *run, const struct screen *screen, size_t from);

/* "PASS ..." or "FAIL ..." with what was wanted and seen; saved is "" or says where the files are.
 */
void terminal_verdict(FILE *out, const struct run *run, const struct screen *screen,
		      const char *saved);

#endif

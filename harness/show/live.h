/*
 * The annotated capture while the run goes on, for a Wireshark that looks on. What the lab learns
 * in one turn of its loop is written in causal order; what it learns later stands after it, even if
 * it was earlier. What an expectation makes of it is not known yet: the file that the run leaves
 * has it.
 */
#ifndef LIVE_H
#define LIVE_H

#include "show/run.h"

#include <stdio.h>

struct live {
	FILE *file;    /* or NULL: nobody looks on */
	size_t events; /* that were written */
};

#include <stdio.h>

/* Opens the file, or waits for the reader of a FIFO. Ends the program when it cannot. */
FILE *live_open(const char *path);

/* From now on what happens is written to the file, for the next run to go on with. */
void live_begin(struct live *live, FILE *file, const struct run *run);

/* Whether there is something new to be written, and somebody to read it. */
bool live_wants(const struct live *live, const struct timeline *timeline);

/* Writes the events that are new, so that they can be seen at once. */
void live_write(struct live *live, const struct run *run);

#endif

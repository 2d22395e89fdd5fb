/*
 * The annotated capture while the story is told, for a Wireshark that looks on. What the lab learns
 * in one turn of its loop is written in causal order; what it learns later stands behind, even if
 * it was earlier. What an expectation makes of it is not known yet: the file that the run leaves
 * has it.
 */
#ifndef LIVE_H
#define LIVE_H

#include "lab/lab.h"

#include <stdio.h>

/* Opens the file, or waits for the reader of a FIFO. Ends the program when it cannot. */
FILE *live_open(const char *path);

/* From now on what happens is written to the file, for the next run to go on with. */
void live_begin(struct lab *lab, FILE *file);

/* Writes the events that are new, so that they can be seen at once. Nothing when nobody looks on.
 */
void live_write(struct lab *lab);

#endif

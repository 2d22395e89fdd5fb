/* What is said, or found wanting, when a run has been told. */
#ifndef TOLD_H
#define TOLD_H

#include "lab/lab.h"

/*
 * Ends the run if its story could not be written. A story that could not be told is no success, and
 * where it was to be read nobody learns it; but a reader that has seen enough (head, a pager) is
 * gone on purpose.
 */
void told_check(void);

/* One line: the variants of the story, and which of them was told. */
void told_variants(const struct lab *lab);

/* One line for `make bench`: the phases in milliseconds. */
void told_cost(const struct lab *lab);

#endif

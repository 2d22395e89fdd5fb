/* Why something happened, for a terminal: its chain of causes, each with its reason. */
#ifndef WHY_H
#define WHY_H

#include "expect/expectation.h"
#include "explain/sentence.h"

#include <stdio.h>

/* The chain from an event back to acts of the lab or of a program. UTF-8. */
void why_print(FILE *out, const struct explanation *explanation, size_t event,
	       enum language language);

/*
 * The event that a run is about: of those that met an expectation the last one that is a failure
 * (a failed call, an RST, a signal that ends a process, such an end), or the last one.
 */
size_t why_failure(const struct explanation *explanation, const struct expectation *expectations,
		   size_t count);

/* A line for each event that no rule explains, and for each duty that was not met. */
void why_print_gaps(FILE *out, const struct explanation *explanation);

#endif

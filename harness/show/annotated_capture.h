/*
 * The annotated capture: a run as one pcapng file. Its packets are those of the plain capture; the
 * rows between them (journal entries) are what the processes, their kernels and the lab did. The
 * words are those of the ladder. Pure, but for writing to the given file.
 *
 * The order of the file is causal. There are two observers: the lab, which stamps what it sees of
 * processes, sockets and terminals when it sees it, and the wire, stamped by the kernel. Within one
 * the order is that of noting, between them that of the stamps: a call is stamped before the kernel
 * runs it, so before its segments; a segment before the kernel that it arrives at reads it, and a
 * state when it is asked for, so behind the segment that caused it.
 */
#ifndef ANNOTATED_H
#define ANNOTATED_H

#include "expect/expectation.h"

#include <stdio.h>

struct annotated {
	const struct timeline *timeline;
	const char *title; /* of the file, for who looks at its properties */
	const struct expectation *expectations;
	size_t expectation_count;
};

/* What stands before the rows: whose wire it is, the names of the hosts. */
void annotated_begin(FILE *file, const struct annotated *annotated);

/* The rows of the events from `from` on; the packets tell which of the expectations they met. */
void annotated_rows(FILE *file, const struct annotated *annotated, size_t from);

/* The whole file of a run whose set-up ends before event `begins`. -1 and errno when the file does
 * not take it. */
int annotated_write(FILE *file, const struct annotated *annotated, size_t begins);

#endif

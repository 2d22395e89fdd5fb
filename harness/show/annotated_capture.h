/*
 * The annotated capture: a run as one pcapng file. Its packets are those of the plain capture; the
 * rows between them (journal entries) are what the processes, their kernels and the lab did. The
 * rows are those of rows.h. Pure, but for writing to the given file.
 *
 * The order of the file is causal. There are two observers: the lab, which stamps what it sees of
 * processes, sockets and terminals when it sees it, and the wire, stamped by the kernel. Within one
 * the order is that of noting, between them that of the stamps: a call is stamped before the kernel
 * runs it, so before its segments; a segment before the kernel that it arrives at reads it, and a
 * state when it is asked for, so after the segment that caused it.
 */
#ifndef ANNOTATED_CAPTURE_H
#define ANNOTATED_CAPTURE_H

#include "show/run.h"

#include <stdio.h>

/* What stands before the rows: whose wire it is, the names of the hosts. */
void annotated_capture_begin(FILE *file, const struct run *run);

/* The rows of the events from `from` on; packets and rows say which expectations they met. */
void annotated_capture_rows(FILE *file, const struct run *run, size_t from);

/* The whole file, without the set-up. -1 and errno when the file does not take it. */
int annotated_capture_write(FILE *file, const struct run *run);

#endif

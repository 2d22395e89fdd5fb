/*
 * The story as a person reads it in a terminal: a ladder with the client's side, the wire and the
 * server's side. Made from the timeline alone. Pure, but for writing to the given file.
 */
#ifndef REPORT_H
#define REPORT_H

#include "expect/expectation.h"

#include <stdio.h>

struct report {
	const struct timeline *timeline;
	const char *name; /* "sigpipe", "sigpipe-ignored" */
	const char *section, *claim;
	const struct expectation *expectations;
	size_t expectation_count;
	size_t begins; /* the events before this one are the set-up */
	bool verbose;  /* shows the set-up, and every call that was seen */
	bool colour;
};

/* The ladder. UTF-8. */
void report_story(FILE *out, const struct report *report);

/* Its parts: what stands above it, and the lines of the events from this one on. */
void report_heading(FILE *out, const struct report *report);
void report_lines(FILE *out, const struct report *report, size_t from);

/* "PASS ..." or "FAIL ..." with what was wanted and seen; saved is "" or tells where the files are.
 */
void report_verdict(FILE *out, const struct report *report, const char *saved);

#endif

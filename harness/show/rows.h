/*
 * The rows of a run: which of its moments are worth a line, whose each one is, in which words, and
 * where it stands. This is decided here, once: the terminal and the annotated capture show these
 * rows, and the record (NAME.json) has them for everything else. Pure.
 */
#ifndef ROWS_H
#define ROWS_H

#include "record/label.h"

/*
 * How much is shown. A row may be in several of these:
 * - the story: what a reader needs. A call that sends something stands where it was entered, before
 *   the segments that it causes; one that waits stands where it came back.
 * - verbose: also the set-up, every call that was seen, and the start-up of programs.
 * - both ends: the story, but for entry and return of the calls that touch the wire twice, a row
 *   each, and what is read from a terminal. Its order is causal, see annotated_capture.h.
 */
enum detail { ROWS_STORY = 1, ROWS_VERBOSE = 2, ROWS_BOTH_ENDS = 4, ROWS_ALL = 7 };

enum style { PLAIN, DIM, BOLD, RED, GREEN };

struct row {
	size_t event;         /* its number; orders rows of equal times */
	int64_t time_ns;      /* where it stands */
	unsigned int details; /* a set of enum detail */
	enum host side;       /* where the text stands; ANY_HOST: across all columns */
	bool on_wire;         /* an arrow, from that side */
	enum style style;
	char *label; /* which one of several it is about (record/label.h), or "" */
	char *text;  /* without the label */
};

struct rows {
	struct row *rows; /* by time */
	size_t count;
};

/*
 * The rows of the events from `from` on that belong to one of the details; those before `begins`
 * are the set-up. rows_close() frees them.
 */
void rows_open(struct rows *rows, const struct timeline *timeline, size_t begins, size_t from,
	       unsigned int details);
void rows_close(struct rows *rows);

enum { ROW_BYTES = 640 };

/* "child: read(4) = 0": a row as one line; buf is returned. */
const char *row_line(const struct timeline *timeline, const struct row *row,
		     char buf[static ROW_BYTES]);

#endif

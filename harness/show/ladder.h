/* The lines of a ladder: what of the timeline is worth telling, in which words and order. Pure. */
#ifndef LADDER_H
#define LADDER_H

#include "record/label.h"

enum { LADDER_TEXT_BYTES = 512 };

/* How much is told. */
enum detail {
	LADDER_STORY,
	LADDER_VERBOSE,   /* every call that was seen, and the start-up of programs */
	LADDER_BOTH_ENDS, /* the story, but for calls that touch the wire twice: entry and return;
			   * and what is read from a terminal */
};

enum style { PLAIN, DIM, BOLD, RED, GREEN };

struct line {
	int64_t time_ns;
	size_t order;   /* of the event, where times are equal */
	enum host host; /* the side the text is on; ANY_HOST: across all columns */
	bool on_wire;
	enum style style;
	char text[LADDER_TEXT_BYTES];
};

struct ladder {
	const struct timeline *timeline;
	enum detail detail;
	int64_t latest_ns[2]; /* of the lab's events and of the wire's, each in its own order */
	struct line *lines;   /* by time */
	size_t count;
	struct connections connections;
	size_t *first_calls; /* by program: its first event on a socket; 0: there is none */
};

/* The lines of all events from `begins` on; ladder_close() frees them. */
void ladder_open(struct ladder *ladder, const struct timeline *timeline, size_t begins,
		 enum detail detail);
void ladder_close(struct ladder *ladder);

#endif

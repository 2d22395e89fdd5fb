/*
 * Which segment caused a change of a TCP state, by the rules of RFC 9293 3.10.7. Changes that a
 * call or a timer causes have no segment. Pure.
 */
#ifndef CAUSE_H
#define CAUSE_H

#include "record/timeline.h"

struct cause_row {
	size_t first; /* of a packet: the first state it caused; 0: none */
	size_t next;  /* of a state: the next one of the same packet; 0: none */
};

struct causes {
	struct cause_row *rows; /* one for each event */
};

/* Of the states from event `from` on; causes_close() frees them. */
void causes_open(struct causes *causes, const struct timeline *timeline, size_t from);
void causes_close(struct causes *causes);

/* The EVENT_STATEs that a packet caused, in order; 0 for no (other) one. */
size_t causes_first(const struct causes *causes, size_t packet);
size_t causes_next(const struct causes *causes, size_t state);

#endif

/*
 * Finds the row of an array that has a number (a pid, a cookie, a pair of ports) without looking at
 * the others: a hash table of numbers and rows. All fields 0 is an empty one.
 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include <stddef.h>
#include <stdint.h>

enum { LOOKUP_NONE = -1 };

struct lookup_slot {
	uint64_t number;
	size_t row_after; /* 1 + the row; 0: the slot is empty */
};

struct lookup {
	struct lookup_slot *slots; /* a power of two of them, never more than half full */
	size_t slot_count, count;
};

/* The row that was put under the number, or LOOKUP_NONE. */
ptrdiff_t lookup_find(const struct lookup *lookup, uint64_t number);

/* Puts a row under a number, in place of the one that was there. */
void lookup_put(struct lookup *lookup, uint64_t number, size_t row);

/* Forgets a number; does nothing when it is not there. */
void lookup_remove(struct lookup *lookup, uint64_t number);

void lookup_close(struct lookup *lookup);

#endif

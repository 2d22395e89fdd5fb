/*
 * What may differ between two runs of which the lesson is the same: the lines typed, how many come
 * before, the client's ports, who of several it happens to. One seed gives the same run again;
 * without one nothing differs from the book. Pure.
 */
#ifndef SEED_H
#define SEED_H

#include <stdbool.h>
#include <stdint.h>

struct seed {
	bool given;
	uint32_t number;
};

/* Of a whole number from 0 to 2^32 - 1; false for any other text. An empty one gives no seed. */
bool seed_parse(struct seed *seed, const char *text);

/* One of 0 ... count - 1 for what is named; without a seed `otherwise`. */
unsigned int seed_pick(const struct seed *seed, const char *what, unsigned int count,
		       unsigned int otherwise);

/* Another line that means the same; a line that is in no list, or without a seed, is left as is. */
const char *seed_line(const struct seed *seed, const char *line);

/* The nth line of small talk (any n), not longer than the others. */
const char *seed_small_talk(const struct seed *seed, unsigned int nth);

enum { SEED_PORTS = 32 };

/* The first of SEED_PORTS ports from which a client's host takes those of its connections. */
unsigned int seed_first_port(const struct seed *seed);

#endif

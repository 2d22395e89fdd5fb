/*
 * What may differ between two runs with the same lesson (SEED=n): the lines typed, how many come
 * before them, the client's ports, which one of several is concerned. The same seed gives the same
 * run again; without a seed the run is as in the book. Pure.
 */
#ifndef SEED_H
#define SEED_H

#include <stdbool.h>
#include <stdint.h>

struct seed {
	bool given;
	uint32_t number;
};

/* Parses a whole number from 0 to 2^32 - 1; false for any other text. "" and NULL give no seed. */
bool seed_parse(struct seed *seed, const char *text);

/* One of 0 ... count - 1, always the same for one seed and one name; without a seed `otherwise`. */
unsigned int seed_pick(const struct seed *seed, const char *name, unsigned int count,
		       unsigned int otherwise);

/* A line that means the same. Without a seed, or if no list has the line, it is the line itself. */
const char *seed_line(const struct seed *seed, const char *line);

/* The nth line of small talk (any n), not longer than the others. */
const char *seed_small_talk(const struct seed *seed, unsigned int nth);

enum { SEED_PORTS = 32 };

/* The first of the SEED_PORTS ports that the client's host uses for its connections. */
unsigned int seed_first_port(const struct seed *seed);

#endif

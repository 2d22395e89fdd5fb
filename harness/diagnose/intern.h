/* A set of keys, each with a number from 0 in the order in which they came. Pure. */
#ifndef INTERN_H
#define INTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEY_BYTES = 24 };

struct key {
	uint8_t bytes[KEY_BYTES]; /* unused ones are 0 */
};

struct intern {
	struct key *keys;
	uint32_t count;
	uint32_t *slots; /* number + 1; 0 is free */
	uint32_t slot_count;
};

/* The number of the key, which is added if it is new. Ends the program when memory is out. */
uint32_t intern_add(struct intern *intern, const struct key *key);

/* false when it is not there. */
bool intern_find(const struct intern *intern, const struct key *key, uint32_t *number);

void intern_free(struct intern *intern);

#endif

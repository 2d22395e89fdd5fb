/* Rows that grow, and a table from numbers to what they stand for. */
#ifndef ROWS_H
#define ROWS_H

#include <stddef.h>
#include <stdint.h>

struct rows {
	void *at;
	size_t count;
};

/* One more row of `bytes`, zeroed; ends the program when memory is out. Rows may move. */
void *rows_add(struct rows *rows, size_t bytes);
void rows_free(struct rows *rows);

/* The same, for rows that are pointers to what does not move. */
void rows_add_pointer(struct rows *rows, const void *pointer);

struct map {
	struct map_slot {
		uint64_t key; /* 0: free */
		void *value;
	} * slots;
	size_t capacity, count;
};

/* NULL when nothing was put there; a key is not 0. */
void *map_find(const struct map *map, uint64_t key);

/* In place of what was there. */
void map_put(struct map *map, uint64_t key, void *value);
void map_free(struct map *map);

#endif

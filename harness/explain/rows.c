#include "explain/rows.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

void *rows_add(struct rows *rows, size_t bytes)
{
	void *row;

	rows->at = xgrow(rows->at, rows->count, bytes);
	row = (uint8_t *)rows->at + rows->count++ * bytes;
	memset(row, 0, bytes);
	return row;
}

void rows_add_pointer(struct rows *rows, const void *pointer)
{
	const void **row = rows_add(rows, sizeof(pointer));

	*row = pointer;
}

void rows_free(struct rows *rows)
{
	free(rows->at);
	*rows = (struct rows){ 0 };
}

/* Where the key is, or would be put: the capacity is a power of two, never full. */
static struct map_slot *slot_of(const struct map *map, uint64_t key)
{
	uint64_t at = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 20;

	for (;; at++) {
		struct map_slot *slot = &map->slots[at & (map->capacity - 1)];

		if (slot->key == key || slot->key == 0)
			return slot;
	}
}

void *map_find(const struct map *map, uint64_t key)
{
	return map->capacity ? slot_of(map, key)->value : NULL;
}

static void grow(struct map *map)
{
	const struct map before = *map;

	map->capacity = before.capacity ? before.capacity * 2 : 16;
	map->slots = xcalloc(map->capacity, sizeof(*map->slots));
	for (size_t i = 0; i < before.capacity; i++)
		if (before.slots[i].key)
			*slot_of(map, before.slots[i].key) = before.slots[i];
	free(before.slots);
}

void map_put(struct map *map, uint64_t key, void *value)
{
	struct map_slot *slot;

	if ((map->count + 1) * 2 > map->capacity)
		grow(map);
	slot = slot_of(map, key);
	map->count += slot->key == 0;
	*slot = (struct map_slot){ key, value };
}

void map_free(struct map *map)
{
	free(map->slots);
	*map = (struct map){ 0 };
}

#include "base/lookup.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 16 };

/* The finalizer of splitmix64: neighbouring numbers come far from each other. */
static size_t slot_of(const struct lookup *lookup, uint64_t number)
{
	number = (number ^ (number >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ (number >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (size_t)(number ^ (number >> 31)) & (lookup->slot_count - 1);
}

static size_t next(const struct lookup *lookup, size_t slot)
{
	return (slot + 1) & (lookup->slot_count - 1);
}

/* The slot of a number, or the empty one where it would be put. There must be slots. */
static size_t search(const struct lookup *lookup, uint64_t number)
{
	size_t slot = slot_of(lookup, number);

	while (lookup->slots[slot].row_after && lookup->slots[slot].number != number)
		slot = next(lookup, slot);
	return slot;
}

ptrdiff_t lookup_find(const struct lookup *lookup, uint64_t number)
{
	if (lookup->count == 0)
		return LOOKUP_NONE;
	return (ptrdiff_t)lookup->slots[search(lookup, number)].row_after - 1;
}

static void grow(struct lookup *lookup)
{
	const struct lookup before = *lookup;

	lookup->slot_count = before.slot_count ? 2 * before.slot_count : FIRST_SLOTS;
	lookup->slots = xcalloc(lookup->slot_count, sizeof(*lookup->slots));
	for (size_t i = 0; i < before.slot_count; i++)
		if (before.slots[i].row_after)
			lookup->slots[search(lookup, before.slots[i].number)] = before.slots[i];
	free(before.slots);
}

void lookup_put(struct lookup *lookup, uint64_t number, size_t row)
{
	size_t slot;

	if (2 * (lookup->count + 1) > lookup->slot_count)
		grow(lookup);
	slot = search(lookup, number);
	lookup->count += lookup->slots[slot].row_after == 0;
	lookup->slots[slot] = (struct lookup_slot){ number, row + 1 };
}

/* Those that had to go on past the slot are put again: a search ends at an empty slot. */
void lookup_remove(struct lookup *lookup, uint64_t number)
{
	size_t slot;

	if (lookup->count == 0)
		return;
	slot = search(lookup, number);
	if (lookup->slots[slot].row_after == 0)
		return;
	lookup->count--;
	lookup->slots[slot].row_after = 0;
	for (slot = next(lookup, slot); lookup->slots[slot].row_after; slot = next(lookup, slot)) {
		const struct lookup_slot moved = lookup->slots[slot];

		lookup->slots[slot].row_after = 0;
		lookup->slots[search(lookup, moved.number)] = moved;
	}
}

void lookup_close(struct lookup *lookup)
{
	free(lookup->slots);
	memset(lookup, 0, sizeof(*lookup));
}

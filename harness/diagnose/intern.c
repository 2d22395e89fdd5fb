#include "diagnose/intern.h"

#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_AT_FIRST = 256 };

/* FNV-1a, with a last mix so that neighbouring ports do not fill neighbouring slots. */
static uint32_t hash(const struct key *key)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < KEY_BYTES; i++)
		h = (h ^ key->bytes[i]) * 16777619u;
	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	return h ^ h >> 12;
}

/* The slot where the key is, or where it would be. */
static uint32_t *slot_of(const struct intern *intern, const struct key *key)
{
	uint32_t i = hash(key);

	for (;; i++) {
		uint32_t *slot = &intern->slots[i & (intern->slot_count - 1)];
		if (*slot == 0 || memcmp(&intern->keys[*slot - 1], key, sizeof(*key)) == 0)
			return slot;
	}
}

static void grow(struct intern *intern)
{
	const uint32_t slots = intern->slot_count ? intern->slot_count * 2 : SLOTS_AT_FIRST;

	free(intern->slots);
	intern->slots = calloc(slots, sizeof(*intern->slots));
	intern->keys = realloc(intern->keys, slots / 2 * sizeof(*intern->keys));
	if (!intern->slots || !intern->keys)
		broken("allocate", "a table");
	intern->slot_count = slots;
	for (uint32_t i = 0; i < intern->count; i++)
		*slot_of(intern, &intern->keys[i]) = i + 1;
}

uint32_t intern_add(struct intern *intern, const struct key *key)
{
	uint32_t *slot;

	if (intern->count * 2 >= intern->slot_count)
		grow(intern);
	slot = slot_of(intern, key);
	if (*slot == 0) {
		intern->keys[intern->count] = *key;
		*slot = ++intern->count;
	}
	return *slot - 1;
}

bool intern_find(const struct intern *intern, const struct key *key, uint32_t *number)
{
	const uint32_t *slot;

	if (intern->slot_count == 0)
		return false;
	slot = slot_of(intern, key);
	if (*slot == 0)
		return false;
	*number = *slot - 1;
	return true;
}

void intern_free(struct intern *intern)
{
	free(intern->keys);
	free(intern->slots);
}

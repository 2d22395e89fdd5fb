#include "observe/watches.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static uint64_t ports_of(enum host host, const struct socket_name *name)
{
	return (uint64_t)host << 32 | (uint64_t)name->local_port << 16 | name->remote_port;
}

ptrdiff_t watches_find(const struct watches *watches, enum host host,
		       const struct socket_name *name)
{
	ptrdiff_t i = lookup_find(&watches->by_ports, ports_of(host, name));

	while (i != LOOKUP_NONE && name->remote_port &&
	       !address_equal(&watches->rows[i].name.remote, &name->remote))
		i = watches->rows[i].before;
	return i;
}

static size_t append(struct watches *watches, enum host host, const struct socket_name *name)
{
	const uint64_t ports = ports_of(host, name);

	watches->rows = xgrow(watches->rows, watches->count, sizeof(*watches->rows));
	watches->rows[watches->count] = (struct watch){
		.host = host,
		.name = *name,
		.row = NO_SOCKET,
		.before = lookup_find(&watches->by_ports, ports),
	};
	lookup_put(&watches->by_ports, ports, watches->count);
	return watches->count++;
}

size_t watches_add(struct watches *watches, enum host host, const struct socket_name *name)
{
	const ptrdiff_t old = watches_find(watches, host, name);
	const size_t index = old == LOOKUP_NONE ? append(watches, host, name) : (size_t)old;

	watches_move(watches, index, &watches->live);
	return index;
}

static void put(struct watches *watches, struct ring *ring, size_t place, size_t index)
{
	ring->watches[place] = index;
	watches->rows[index].place = place;
}

/* Another one takes its place; those that this round has come to stay before those that are left.
 */
static void leave(struct watches *watches, struct ring *ring, size_t place)
{
	if (place < ring->next) {
		ring->next--;
		put(watches, ring, place, ring->watches[ring->next]);
		place = ring->next;
	}
	ring->count--;
	put(watches, ring, place, ring->watches[ring->count]);
}

void watches_move(struct watches *watches, size_t index, struct ring *to)
{
	struct watch *watch = &watches->rows[index];
	if (watch->ring == to)
		return;
	if (watch->ring)
		leave(watches, watch->ring, watch->place);
	watch->ring = to;
	if (!to)
		return;
	to->watches = xgrow(to->watches, to->count, sizeof(*to->watches));
	put(watches, to, to->count++, index);
}

size_t ring_next(struct ring *ring)
{
	if (ring->next >= ring->count)
		ring->next = 0;
	return ring->watches[ring->next++];
}

void watches_close(struct watches *watches)
{
	lookup_close(&watches->by_ports);
	free(watches->live.watches);
	free(watches->resting.watches);
	free(watches->rows);
	memset(watches, 0, sizeof(*watches));
}

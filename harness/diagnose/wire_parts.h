/* The steps of wire_find_conversations(), each on segments that are sorted by flow and time. */
#ifndef WIRE_PARTS_H
#define WIRE_PARTS_H

#include "diagnose/wire.h"

/*
 * One conversation may be seen in two VLANs: all of it twice, when a mirror port copies both sides
 * of a router; or each direction in its own. Then the segments of one flow become the other's.
 * Flows that merely have the same addresses and ports are left apart. True when any was changed,
 * and the segments must be sorted again.
 */
bool merge_views(struct wire *wire);

/*
 * A flow's segments are sorted by time. Where the sequence numbers say that the order of the file
 * was the right one, because the clock was set meanwhile, they are put into that order, and their
 * times are mended.
 */
void choose_order(struct segment *segments, size_t count);

/* Marks segments of one flow that are copies of an earlier one: .is_copy. */
void mark_copies(struct segment *segments, size_t count);

/* Numbers the conversations of one flow, from `next` on: .conversation. Returns the next number. */
uint32_t number_conversations(struct segment *segments, size_t count, uint32_t next);

/* How far `later` is after `earlier` in the sequence space; negative when it is before. */
static inline int32_t seq_after(uint32_t later, uint32_t earlier)
{
	return (int32_t)(later - earlier);
}

/* How far they are apart, whichever is first. */
static inline uint32_t seq_apart(uint32_t one, uint32_t other)
{
	const uint32_t after = one - other;

	return after > INT32_MAX ? -after : after;
}

#endif

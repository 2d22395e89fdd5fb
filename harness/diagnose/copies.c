/*
 * A frame that was captured twice is one segment. How a copy differs from a retransmission:
 *
 *   a copy has the same IP id; a new packet has a new one, where the sender numbers its packets
 *   a copy has the same time stamp (RFC 7323), where there is one
 *   a copy that a router passed on has a smaller TTL, or was seen at another place
 *
 * Where a sender does neither (IP id 0 and no time stamps), only time is left: a copy on the same
 * wire is microseconds away, and a retransmission waits for an RTO. But when most of a conversation
 * comes twice, in both directions, then it was captured twice.
 */
#include "diagnose/wire_parts.h"

#include <string.h>

enum { NEAR_NS = 100 * 1000000, AT_ONCE_NS = 1000000 };
enum { SLOTS = 65536 };

/* The last segment with this hash; `run` says of which call it is, so that nothing need be cleared.
 */
struct slot {
	uint32_t run, index;
};

static uint32_t hash(const struct segment *segment)
{
	uint32_t h = segment->seq * 2654435761u;

	h = (h ^ segment->ack ^ (uint32_t)segment->from << 31) * 2246822519u;
	h = (h ^ segment->bytes ^ (uint32_t)segment->flags << 24 ^ segment->timestamp) *
	    3266489917u;
	return (h ^ h >> 16) % SLOTS;
}

/* Everything that no router changes. */
static bool is_same(const struct segment *a, const struct segment *b)
{
	return a->from == b->from && a->trouble == b->trouble && a->seq == b->seq &&
	       a->ack == b->ack && a->bytes == b->bytes && a->flags == b->flags &&
	       a->window == b->window && a->ip_id == b->ip_id &&
	       a->has_timestamp == b->has_timestamp && a->timestamp == b->timestamp &&
	       a->icmp_type == b->icmp_type && a->icmp_code == b->icmp_code;
}

/* What one flow tells of how it was captured. */
struct habits {
	bool numbers[2];  /* this end gives its packets different IP ids */
	bool comes_twice; /* most of both directions does */
};

static bool is_copy(const struct habits *habits, const struct segment *kept,
		    const struct segment *segment)
{
	const int64_t apart_ns = segment->time_ns - kept->time_ns;

	if (apart_ns > NEAR_NS)
		return false;
	if (segment->ttl != kept->ttl || segment->place != kept->place)
		return true;
	if (segment->has_timestamp || (segment->ip_id != 0 && habits->numbers[segment->from]))
		return true;
	return apart_ns <= AT_ONCE_NS || habits->comes_twice;
}

/* Calls `seen` for each segment with the last one that is the same, or NULL. */
static void find_twins(struct segment *segments, size_t count, struct habits *habits,
		       void (*seen)(struct habits *, struct segment *twin, struct segment *))
{
	static struct slot slots[SLOTS];
	static uint32_t run;

	if (++run == 0) {
		memset(slots, 0, sizeof(slots));
		run = 1;
	}
	for (size_t i = 0; i < count; i++) {
		struct slot *slot = &slots[hash(&segments[i])];
		struct segment *twin = slot->run == run ? &segments[slot->index] : NULL;

		if (twin && !is_same(twin, &segments[i]))
			twin = NULL;
		seen(habits, twin, &segments[i]);
		if (!segments[i].is_copy)
			*slot = (struct slot){ run, (uint32_t)i };
	}
}

struct counts {
	struct habits habits; /* first: find_twins() passes it on */
	uint32_t twins[2], all[2];
	uint16_t first_id[2];
};

static void count_twin(struct habits *habits, struct segment *twin, struct segment *segment)
{
	struct counts *counts = (struct counts *)habits;
	const int from = segment->from;

	if (counts->all[from]++ == 0)
		counts->first_id[from] = segment->ip_id;
	else if (segment->ip_id != counts->first_id[from])
		habits->numbers[from] = true;
	if (twin && segment->time_ns - twin->time_ns <= NEAR_NS)
		counts->twins[from]++;
}

static void mark(struct habits *habits, struct segment *twin, struct segment *segment)
{
	if (!twin || !is_copy(habits, twin, segment))
		return;
	segment->is_copy = true;
	if (segment->time_ns > twin->seen_ns)
		twin->seen_ns = segment->time_ns;
}

void mark_copies(struct segment *segments, size_t count)
{
	struct counts counts = { .all = { 0 } };

	find_twins(segments, count, &counts.habits, count_twin);
	counts.habits.comes_twice = counts.twins[0] * 5 >= counts.all[0] * 2 &&
				    counts.twins[1] * 5 >= counts.all[1] * 2 &&
				    counts.twins[0] > 0 && counts.twins[1] > 0;
	find_twins(segments, count, &counts.habits, mark);
}

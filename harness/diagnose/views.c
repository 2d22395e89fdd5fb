#include "diagnose/wire_parts.h"

#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

enum { NEAR_NS = 200 * 1000000 };
enum { WINDOW = 1 << 24 }; /* numbers this near are of one conversation */

/* The segments of a flow. */
struct view {
	uint32_t flow;
	struct segment *segments;
	size_t count;
	uint32_t next; /* another flow of the same addresses and ports; index + 1 */
};

static void put_end(uint8_t *to, uint32_t address, uint16_t port)
{
	memcpy(to, &address, sizeof(address));
	memcpy(to + sizeof(address), &port, sizeof(port));
}

/* Addresses and ports without the VLAN, in either order; `addresses` numbers the former. */
static struct key key_without_vlan(const struct wire *wire, struct intern *addresses, uint32_t flow)
{
	const struct flow both = wire_flow(wire, flow);
	struct key key = { { 0 } };
	uint32_t number[2];
	uint16_t port[2];
	int low;

	for (int i = 0; i < 2; i++) {
		struct key address = wire->hosts.keys[wire_host(wire, both.ends[i])];

		memset(address.bytes + 1, 0, 4); /* the VLAN */
		number[i] = intern_add(addresses, &address);
		port[i] = wire_port(wire, both.ends[i]);
	}
	low = number[0] != number[1] ? number[0] > number[1] : port[0] > port[1];
	put_end(key.bytes, number[low], port[low]);
	put_end(key.bytes + 8, number[!low], port[!low]);
	return key;
}

/* Which end of `other` is end 0 of `one`: they are numbered in the order in which they were seen.
 */
static int end_of(const struct wire *wire, const struct view *one, const struct view *other)
{
	const struct flow a = wire_flow(wire, one->flow), b = wire_flow(wire, other->flow);
	const struct address x = wire_address(wire, a.ends[0]), y = wire_address(wire, b.ends[0]);

	return wire_port(wire, a.ends[0]) != wire_port(wire, b.ends[0]) || !address_equal(&x, &y);
}

/* Whether nearly every segment of the smaller one is in the larger one, at nearly the same time. */
static bool is_mirror(const struct view *large, const struct view *small, int turned)
{
	size_t found = 0, from = 0;

	for (size_t i = 0; i < small->count; i++) {
		const struct segment *s = &small->segments[i];

		while (from < large->count && large->segments[from].time_ns < s->time_ns - NEAR_NS)
			from++;
		for (size_t j = from; j < large->count; j++) {
			const struct segment *l = &large->segments[j];
			if (l->time_ns > s->time_ns + NEAR_NS || j > from + 4096)
				break;
			if (l->seq == s->seq && l->ack == s->ack && l->flags == s->flags &&
			    l->bytes == s->bytes && l->ip_id == s->ip_id &&
			    l->timestamp == s->timestamp && l->from == (s->from ^ turned) &&
			    (l->ttl != s->ttl || s->ip_id != 0 || s->has_timestamp)) {
				found++;
				break;
			}
		}
	}
	return found * 10 >= small->count * 8;
}

/* The direction of which all segments are; -1 when there are both. ICMP is of neither. */
static int only_direction(const struct view *view)
{
	int only = -1;

	for (size_t i = 0; i < view->count; i++) {
		if (view->segments[i].trouble)
			continue;
		if (only >= 0 && view->segments[i].from != only)
			return -1;
		only = view->segments[i].from;
	}
	return only;
}

/* Whether one acknowledges what the other sends. */
static bool is_other_half(const struct view *one, const struct view *other, int turned)
{
	const int a = only_direction(one), b = only_direction(other);

	if (a < 0 || b < 0 || a == (b ^ turned))
		return false;
	for (size_t i = 0; i < other->count; i++) {
		const struct segment *s = &other->segments[i];
		if ((s->flags & ACK) && seq_apart(s->ack, one->segments[0].seq) < WINDOW)
			return true;
	}
	return false;
}

static bool is_messages_only(const struct view *view)
{
	for (size_t i = 0; i < view->count; i++)
		if (!view->segments[i].trouble)
			return false;
	return true;
}

static bool merge(const struct wire *wire, struct view *one, struct view *other)
{
	const int turned = end_of(wire, one, other);
	struct view *large = one->count >= other->count ? one : other;
	struct view *small = large == one ? other : one;

	if (one->count == 0 || other->count == 0 || one->flow == other->flow)
		return false;
	if (is_messages_only(large)) {
		struct view *swap = large;
		large = small;
		small = swap;
	}
	if (!is_messages_only(small) && !is_mirror(large, small, turned) &&
	    !is_other_half(large, small, turned))
		return false;
	for (size_t i = 0; i < small->count; i++) {
		small->segments[i].flow = large->flow;
		small->segments[i].from ^= turned & 1;
	}
	return true;
}

static struct view *find_views(struct wire *wire, size_t *count)
{
	struct view *views = calloc(wire->flows.count + 1, sizeof(*views));

	if (!views)
		broken("allocate", "a table");
	*count = 0;
	for (size_t i = 0; i < wire->segment_count; i++) {
		if (i == 0 || wire->segments[i].flow != wire->segments[i - 1].flow)
			views[(*count)++] = (struct view){ .flow = wire->segments[i].flow,
							   .segments = &wire->segments[i] };
		views[*count - 1].count++;
	}
	return views;
}

bool merge_views(struct wire *wire)
{
	struct intern addresses = { 0 }, keys = { 0 };
	bool is_changed = false;
	size_t count;
	struct view *views = find_views(wire, &count);
	uint32_t *last = calloc(count + 1, sizeof(*last)); /* of each key */

	if (!last)
		broken("allocate", "a table");
	for (size_t i = 0; i < count; i++) {
		const struct key key = key_without_vlan(wire, &addresses, views[i].flow);
		const uint32_t number = intern_add(&keys, &key);

		views[i].next = last[number];
		last[number] = (uint32_t)i + 1;
		for (uint32_t j = views[i].next; j; j = views[j - 1].next)
			if (merge(wire, &views[j - 1], &views[i])) {
				is_changed = true;
				break;
			}
	}
	intern_free(&addresses);
	intern_free(&keys);
	free(views);
	free(last);
	return is_changed;
}

#include "diagnose/wire_parts.h"

#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

/* How many of the last conversations of a flow a segment may belong to. */
enum { LOOK_BACK = 256 };
/* Segments whose numbers are this near are of one conversation. */
enum { NEAR_NUMBERS = 1 << 26 };

/* What tells the conversations of one flow apart: each begins with numbers of its own. */
struct numbers {
	bool has_first[2], has_near[2];
	uint32_t first[2]; /* of the SYN; also known from its acknowledgement */
	uint32_t bytes[2]; /* of data on the SYN */
	uint32_t near[2];  /* last seen, or acknowledged */
};

static void set_first(struct numbers *numbers, int end, uint32_t seq)
{
	if (!numbers->has_first[end]) {
		numbers->first[end] = seq;
		numbers->has_first[end] = true;
	}
	numbers->near[end] = seq;
	numbers->has_near[end] = true;
}

static void set_near(struct numbers *numbers, int end, uint32_t seq)
{
	numbers->near[end] = seq;
	numbers->has_near[end] = true;
}

static bool is_near(const struct numbers *numbers, int end, uint32_t seq)
{
	return numbers->has_near[end] && seq_apart(seq, numbers->near[end]) < NEAR_NUMBERS;
}

/* Whether this acknowledges the end's SYN, with or without the data on it. */
static bool is_ack_of_syn(const struct numbers *numbers, int end, uint32_t ack)
{
	return ack - numbers->first[end] - 1 <= numbers->bytes[end];
}

/* Whether the segment may be of the conversation with these numbers. */
static bool fits(const struct numbers *numbers, const struct segment *segment)
{
	const int from = segment->from, to = !from;
	const bool is_syn = segment->flags & SYN, has_ack = segment->flags & ACK;

	if (segment->trouble) /* a quote; Linux quotes the numbers, too */
		return is_near(numbers, from, segment->seq);
	if (is_syn && numbers->has_first[from])
		return segment->seq == numbers->first[from] &&
		       (!has_ack || !numbers->has_first[to] ||
			is_ack_of_syn(numbers, to, segment->ack));
	if (is_syn && has_ack && numbers->has_first[to])
		return is_ack_of_syn(numbers, to, segment->ack);
	if (is_syn) /* the other side's SYN was seen, or this is a simultaneous open, or late */
		return !numbers->has_near[from] ? numbers->has_first[to] && !has_ack
						: segment->seq + 1 == numbers->near[from];
	if ((segment->flags & RST) && has_ack && segment->seq == 0 && numbers->has_first[to])
		return is_ack_of_syn(numbers, to, segment->ack);
	return is_near(numbers, from, segment->seq) ||
	       (has_ack && is_near(numbers, to, segment->ack)) ||
	       (!numbers->has_near[from] && !has_ack);
}

static void learn(struct numbers *numbers, const struct segment *segment)
{
	const int from = segment->from, to = !from;

	if (segment->trouble)
		return;
	if (segment->flags & SYN) {
		set_first(numbers, from, segment->seq);
		numbers->bytes[from] = segment->bytes;
		if ((segment->flags & ACK) && !numbers->has_first[to])
			set_first(numbers, to, segment->ack - 1);
		return;
	}
	if (segment->flags & RST) /* its numbers may be anybody's */
		return;
	if (!numbers->has_near[from] || is_near(numbers, from, segment->seq))
		set_near(numbers, from, segment->seq + segment->bytes);
	if ((segment->flags & ACK) && !numbers->has_near[to])
		set_near(numbers, to, segment->ack);
}

/* An old connection's segments, answered to a new SYN, fit nothing: they stay with the last one. */
static bool begins_another(const struct segment *segment)
{
	return (segment->flags & (SYN | RST)) == SYN && !segment->trouble;
}

uint32_t number_conversations(struct segment *segments, size_t count, uint32_t next)
{
	struct numbers known[LOOK_BACK];
	const uint32_t begin = next;

	for (size_t i = 0; i < count; i++) {
		struct segment *segment = &segments[i];
		uint32_t of = next;

		while (of > begin && next - of < LOOK_BACK &&
		       !fits(&known[(of - 1) % LOOK_BACK], segment))
			of--;
		if (of > begin && next - of < LOOK_BACK)
			of--;
		else if (next > begin && !begins_another(segment))
			of = next - 1;
		else
			known[(of = next++) % LOOK_BACK] = (struct numbers){ .near = { 0 } };
		segment->conversation = of;
		learn(&known[of % LOOK_BACK], segment);
	}
	return next;
}

static int by_flow(const void *one, const void *other)
{
	const struct segment *a = one, *b = other;

	if (a->flow != b->flow)
		return a->flow < b->flow ? -1 : 1;
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static int by_conversation(const void *one, const void *other)
{
	const struct segment *a = one, *b = other;

	if (a->conversation != b->conversation)
		return a->conversation < b->conversation ? -1 : 1;
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

/* What a flow's segments are; returns the number of the next conversation. */
static uint32_t divide(struct wire *wire)
{
	uint32_t next = 0;

	for (size_t from = 0, to; from < wire->segment_count; from = to) {
		for (to = from; to < wire->segment_count &&
				wire->segments[to].flow == wire->segments[from].flow;)
			to++;
		if (wire->out_of_order > 0)
			choose_order(wire->segments + from, to - from);
		mark_copies(wire->segments + from, to - from);
		next = number_conversations(wire->segments + from, to - from, next);
	}
	return next;
}

static int by_first_frame(const void *one, const void *other)
{
	const struct conversation *a = one, *b = other;

	return a->first_frame < b->first_frame ? -1 : a->first_frame > b->first_frame;
}

/* One row for each conversation; copies leave nothing but their number. */
static void gather(struct wire *wire, uint32_t count)
{
	struct segment *kept = wire->segments;

	wire->conversations = calloc(count + 1u, sizeof(*wire->conversations));
	if (!wire->conversations)
		broken("allocate", "the conversations");
	wire->conversation_count = count;
	for (size_t i = 0; i < wire->segment_count; i++) {
		const struct segment segment = wire->segments[i];
		struct conversation *of = &wire->conversations[segment.conversation];

		if (segment.is_copy) {
			of->copies++;
			wire->copies++;
			continue;
		}
		if (of->count++ == 0) {
			of->flow = segment.flow;
			of->first = (size_t)(kept - wire->segments);
			of->first_frame = segment.frame;
		}
		if (segment.frame < of->first_frame)
			of->first_frame = segment.frame;
		*kept++ = segment;
	}
	wire->segment_count = (size_t)(kept - wire->segments);
	qsort(wire->conversations, count, sizeof(*wire->conversations), by_first_frame);
}

/* A port that has sent a SYN,ACK takes connections. */
static void count_accepted(struct wire *wire)
{
	wire->accepted = calloc(wire->endpoints.count + 1u, sizeof(*wire->accepted));
	if (!wire->accepted)
		broken("allocate", "the conversations");
	for (size_t i = 0; i < wire->segment_count; i++) {
		const struct segment *segment = &wire->segments[i];

		if ((segment->flags & (SYN | ACK | RST)) == (SYN | ACK) && !segment->is_copy)
			wire->accepted[wire_flow(wire, segment->flow).ends[segment->from]]++;
	}
}

static bool has_vlans(const struct wire *wire)
{
	for (uint32_t i = 1; i < wire->flows.count; i++)
		if (wire_flow(wire, i).vlan != wire_flow(wire, 0).vlan)
			return true;
	return false;
}

void wire_find_conversations(struct wire *wire)
{
	uint32_t count;

	if (wire->segment_count == 0)
		return;
	qsort(wire->segments, wire->segment_count, sizeof(*wire->segments), by_flow);
	if (has_vlans(wire) && merge_views(wire))
		qsort(wire->segments, wire->segment_count, sizeof(*wire->segments), by_flow);
	count = divide(wire);
	qsort(wire->segments, wire->segment_count, sizeof(*wire->segments), by_conversation);
	gather(wire, count);
	count_accepted(wire);
}

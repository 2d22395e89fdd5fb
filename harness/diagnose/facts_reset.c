#include "diagnose/facts_parts.h"

/*
 * How soon after a segment an RST is its answer. A host answers at once; what has to be allowed for
 * is the way between it and the place of the capture, which earlier answers tell.
 */
enum { AT_ONCE_NS = 10 * 1000000, ROUND_TRIPS = 4 };
static const int64_t UNKNOWN_WAY_NS = 500 * 1000000;

bool facts_are_open(const struct facts *facts)
{
	for (int i = 0; i < 2; i++)
		if (facts->side[i].sent.count > facts->side[i].syn.count)
			return true;
	return false;
}

static bool is_soon(const struct side *side, const struct segment *asked,
		    const struct segment *answer)
{
	const int64_t took_ns = answer->time_ns - asked->seen_ns;

	if (side->answers_ns < 0)
		return took_ns <= UNKNOWN_WAY_NS;
	return took_ns <= AT_ONCE_NS || took_ns / ROUND_TRIPS <= side->answers_ns;
}

/* Data may be followed by an ACK or a FIN before the RST comes that answers the data. */
static const struct segment *refused_data(const struct facts *facts, const struct segment *rst,
					  const struct side *side)
{
	const bool is_bare = !(rst->flags & ACK);

	if (!is_bare && side->fin.count == 0)
		return NULL; /* a program that aborts, after data that it has not read */
	for (const struct segment *s = rst - 1; s >= facts->first && s > side->sent.last; s--)
		if (s->from != rst->from && s->bytes > 0 && !s->trouble && !(s->flags & RST) &&
		    (!is_bare || s->ack == rst->seq))
			return s;
	return NULL;
}

/*
 * Which segment of the other side it answers. A host that does not know the connection answers with
 * a bare RST whose number is the segment's acknowledgement (RFC 9293 3.10.7.1); one whose program
 * aborts it sends an RST,ACK, of its own accord. What demands an answer, and had none, is answered
 * however late; an ACK demands none, so only time tells.
 */
static const struct segment *answered(const struct facts *facts, const struct segment *rst,
				      enum side_name by)
{
	const struct side *side = &facts->side[by], *other = &facts->side[!by];
	const struct segment *asked = other->sent.last, *data;
	bool is_bare = !(rst->flags & ACK), demands;

	if (asked && (asked->bytes == 0 || (is_bare && asked->ack != rst->seq)) &&
	    (data = refused_data(facts, rst, side)))
		return data;
	if (!asked || (is_bare && (!(asked->flags & ACK) || asked->ack != rst->seq)))
		return NULL;
	demands = asked > side->sent.last &&
		  (asked->bytes > 0 || asked->flags & (SYN | FIN) || asked == other->probe.last);
	if (demands)
		return asked;
	return is_bare && is_soon(side, asked, rst) ? asked : NULL;
}

static enum reset_place place_of(const struct facts *facts, const struct reset *reset)
{
	const struct side *side = &facts->side[reset->by], *other = &facts->side[!reset->by];
	const uint32_t seq = reset->segment->seq;
	uint32_t next = side->is_acked ? side->acked : side->end;
	uint32_t window = other->sent.last ? other->sent.last->window : 0;

	if (!side->has_numbers || seq == side->end || seq == next ||
	    (reset->answers && !(reset->segment->flags & ACK)))
		return RESET_EXACT;
	if (seq_after(seq, side->start) >= 0 && seq_after(side->end, seq) >= 0)
		return RESET_EXACT; /* the answer to an older segment; it is dropped, but it is its
				       own */
	if (side->scale && other->scale)
		window <<= other->scale;
	return seq_after(seq, next) >= 0 && seq_after(seq, next) < (int64_t)window ? RESET_INSIDE
										   : RESET_OUTSIDE;
}

static bool is_fin_acked(const struct side *side)
{
	return side->fin.count > 0 && side->is_acked &&
	       seq_after(side->acked, side->fin_seq + 1) >= 0;
}

static void describe_answer(const struct facts *facts, struct reset *reset)
{
	const struct side *side = &facts->side[reset->by], *other = &facts->side[!reset->by];
	const struct segment *asked = reset->answers;

	if (!asked)
		return;
	reset->answers_probe = asked == other->probe.last || asked == other->repeat.last;
	reset->answers_data = asked->bytes > 0 && !reset->answers_probe;
	reset->answers_fin = asked->flags & FIN;
	/* both had closed; what would have been the last ACK is an RST */
	reset->is_closed |= reset->answers_fin && !reset->answers_data && is_fin_acked(side);
	reset->answers_crossing =
		side->fin.count > 0 && seq_after(asked->ack, side->fin_seq + 1) < 0;
}

/* Who speaks first asks; what it asked last has had no answer. */
static bool is_request_open(const struct facts *facts, const struct side *side,
			    const struct side *other)
{
	if (!other->data.last)
		return false;
	if (!side->data.last)
		return facts->has_beginning;
	return other->data.first < side->data.first && other->data.last > side->data.last;
}

void facts_note_reset(struct facts *facts, const struct segment *segment, enum side_name by)
{
	const struct side *side = &facts->side[by], *other = &facts->side[!by];
	struct reset *reset = &facts->resets[facts->reset_count];

	if (facts->reset_count == RESETS_MOST)
		return;
	facts->reset_count++;
	*reset = (struct reset){
		.segment = segment,
		.by = by,
		.answers = answered(facts, segment, by),
		.is_open = facts_are_open(facts),
		.has_own_fin = side->fin.count > 0,
		.has_other_fin = other->fin.count > 0,
		.is_closed = is_fin_acked(side) && is_fin_acked(other),
		.is_unread_likely = is_request_open(facts, side, other),
		.was_zero = side->is_zero,
		.ttl_differs = side->ttl && !side->ttl_varies && segment->ttl != side->ttl,
		.again = side->open_again,
		.probe = side->open_probe.count ? side->open_probe : side->repeat,
		.own_fin = side->fin.first,
		.data_before = side->data.count,
		.fins_before = side->fin.count,
		.acked_before = other->acked,
	};
	describe_answer(facts, reset);
	reset->place = place_of(facts, reset);
}

/*
 * Whether the connection has outlived the RST: its sender has gone on as if nothing had happened,
 * with new data, a FIN, or a new acknowledgement. Not when its numbers have come just to the RST's:
 * then the RST was captured too early.
 */
static bool has_gone_on(const struct facts *facts, const struct reset *reset)
{
	const struct side *side = &facts->side[reset->by], *other = &facts->side[!reset->by];

	if (!reset->is_open)
		return reset->by == SERVER_SIDE && side->syn.count > 0 &&
		       side->syn.first > reset->segment;
	if (reset->place == RESET_OUTSIDE)
		return true; /* its receiver drops it */
	if (side->end == reset->segment->seq)
		return false;
	return side->data.count > reset->data_before || side->fin.count > reset->fins_before ||
	       (other->is_acked && seq_after(other->acked, reset->acked_before) > 0);
}

void facts_judge_resets(struct facts *facts)
{
	for (int i = 0; i < facts->reset_count; i++) {
		struct reset *reset = &facts->resets[i];

		reset->went_on = has_gone_on(facts, reset);
		if (!reset->went_on && !facts->reset.segment)
			facts->reset = *reset;
		if (reset->went_on && reset->is_open && !facts->ignored.segment)
			facts->ignored = *reset;
	}
}

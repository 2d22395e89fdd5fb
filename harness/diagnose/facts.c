#include "diagnose/facts.h"

#include "diagnose/facts_parts.h"

#include <string.h>

/* An empty ACK that comes again and again, this far apart, asks whether the peer is there. */
enum { REPEAT_NS = 900 * 1000000 };

static void note(struct times *times, const struct segment *segment)
{
	if (times->count++ == 0)
		times->first = segment;
	times->last = segment;
}

static void forget(struct times *times)
{
	*times = (struct times){ 0 };
}

/* Whoever sends something, shows that it is there: what the other has sent is no longer open. */
static void answer(struct side *other)
{
	forget(&other->open);
	forget(&other->open_again);
	forget(&other->open_probe);
	forget(&other->repeat);
	forget(&other->trouble);
}

static void note_answer_time(struct side *side, const struct side *other,
			     const struct segment *segment)
{
	const struct segment *asked = other->sent.last;
	int64_t took_ns;

	if (!asked || asked < side->sent.last ||
	    (asked->bytes == 0 && !(asked->flags & (SYN | FIN))))
		return;
	took_ns = segment->time_ns - asked->seen_ns;
	if (took_ns >= 0 && (side->answers_ns < 0 || took_ns < side->answers_ns))
		side->answers_ns = took_ns;
}

static void note_numbers(struct side *side, uint32_t seq)
{
	if (side->has_numbers)
		return;
	side->has_numbers = true;
	side->start = side->end = seq;
}

static void end_stuck(struct side *side)
{
	if (side->stuck.count > side->most_resent)
		side->most_resent = side->stuck.count;
	forget(&side->stuck);
}

/* The acknowledgement of one side moves what the other has sent, seen or not. True if it is new. */
static bool note_ack(struct side *side, struct side *other, uint32_t ack)
{
	if (other->is_acked && seq_after(ack, other->acked) <= 0)
		return false;
	if (other->is_acked)
		side->is_ack_advancing = true;
	other->acked = ack;
	other->is_acked = true;
	end_stuck(other);
	note_numbers(other, ack);
	if (seq_after(ack, other->end) > 0)
		other->end = ack;
	return true;
}

static void note_window(struct side *side, const struct segment *segment)
{
	int64_t lasted_ns;

	if (segment->flags & (SYN | FIN) || side->fin.count > 0)
		return; /* a stack that is closing may well say 0 */
	if (segment->window == 0) {
		note(&side->zero, segment);
		side->is_zero = true;
		return;
	}
	if (!side->is_zero)
		return;
	lasted_ns = segment->time_ns - side->zero.first->time_ns;
	if (lasted_ns >= side->zero_ns) {
		side->zero_ns = lasted_ns;
		side->zero_first = side->zero.first;
		side->zero_last = segment;
	}
	side->is_zero = false;
	forget(&side->zero);
}

/*
 * Keepalive and zero-window probes: empty, one before what would come next (RFC
 * 9293 3.8.4, 3.8.6.1); some stacks put the last byte in, or into a closed window the next one.
 */
static bool is_probe(const struct side *side, const struct side *other,
		     const struct segment *segment)
{
	if (segment->flags & (SYN | FIN) || segment->bytes > 1 || !side->has_numbers)
		return false;
	if (other->is_zero && segment->bytes == 1 &&
	    (segment->seq == side->end || segment->seq + 1 == side->end))
		return true;
	if (segment->seq + 1 != side->end)
		return false;
	return segment->bytes == 0 || (side->is_acked && side->acked == side->end);
}

static void note_probe(struct side *side, struct side *other, const struct segment *segment)
{
	note(&side->probe, segment);
	note(&side->open_probe, segment);
	if (other->is_zero)
		other->zero_probes++;
}

static void note_fin(struct facts *facts, struct side *side, const struct segment *segment)
{
	if (side->fin.count == 0)
		side->fin_seq = segment->seq + segment->bytes;
	note(&side->fin, segment);
	if (!facts->first_fin)
		facts->first_fin = segment;
}

/* Data, a FIN, or both: new, or sent before. */
static void note_data(struct facts *facts, struct side *side, const struct side *other,
		      const struct segment *segment)
{
	const bool is_fin = segment->flags & FIN;
	const uint32_t end = segment->seq + segment->bytes + is_fin;
	int32_t more;

	note_numbers(side, segment->seq);
	more = seq_after(end, side->end);
	if (more > 0 && other->sent.count == 0)
		answer(side); /* it would not send more without an acknowledgement */
	note(&side->open, segment);
	if (more > 0) {
		if (segment->bytes > 0)
			note(&side->data, segment);
		side->bytes += (uint32_t)more - (is_fin && side->fin.count == 0);
		side->end = end;
		if (segment->bytes > 0 && other->fin.count > 0 && !side->after_fin &&
		    seq_after(segment->ack, other->fin_seq + 1) >= 0)
			side->after_fin = segment;
	} else {
		note(&side->resent, segment);
		note(&side->open_again, segment);
		note(&side->stuck, segment);
	}
	if (is_fin)
		note_fin(facts, side, segment);
}

static void note_empty(struct side *side, const struct segment *segment)
{
	const struct segment *last = side->sent.last;

	note_numbers(side, segment->seq);
	if (seq_after(segment->seq, side->end) > 0)
		side->end = segment->seq; /* what was before was not captured */
	if (last && last->bytes == 0 && last->seq == segment->seq && last->ack == segment->ack &&
	    segment->time_ns - last->seen_ns >= REPEAT_NS)
		note(&side->repeat, segment);
}

static void note_syn(struct side *side, const struct segment *segment)
{
	if (side->syn.count == 0) {
		side->start = segment->seq;
		side->scale = segment->scale;
	}
	if (!side->has_numbers || side->syn.count == 0)
		side->end = side->has_numbers && seq_after(side->end, segment->seq) > 0
				    ? side->end
				    : segment->seq + 1 + segment->bytes;
	side->has_numbers = true;
	side->bytes += side->syn.count == 0 ? segment->bytes : 0;
	note(&side->syn, segment);
}

/* A connection of which the sender of the SYN knows nothing is answered for (RFC 9293 3.5.1). */
static bool is_stale(const struct side *side, const struct side *other,
		     const struct segment *segment)
{
	return other->syn.count > 0 && side->syn.count == 0 &&
	       other->sent.count == other->syn.count && !(segment->flags & SYN) &&
	       (segment->flags & ACK) && segment->ack - other->start > 65536;
}

/* After the SYN everything has ACK; and a SYN does not also end (RFC 9293 3.10.7). */
static bool is_odd(const struct segment *segment)
{
	if (segment->flags & SYN)
		return segment->flags & (FIN | RST);
	return !(segment->flags & (ACK | RST));
}

static void see(struct facts *facts, const struct segment *segment)
{
	const enum side_name by = side_of(facts, segment);
	struct side *side = &facts->side[by], *other = &facts->side[!by];

	if (segment->trouble) {
		note(&side->trouble, segment);
		return;
	}
	facts->odd += is_odd(segment);
	if (segment->flags & RST) {
		facts_note_reset(facts, segment, by);
		note(&side->rst, segment);
		return;
	}
	if (is_stale(side, other, segment)) {
		side->stale = segment;
		return;
	}
	note_answer_time(side, other, segment);
	answer(other);
	if (segment->flags & ACK && note_ack(side, other, segment->ack) && other->sent.count == 0)
		answer(side); /* the other side is not seen, but has sent something */
	note_window(side, segment);
	if (segment->flags & SYN)
		note_syn(side, segment);
	else if (is_probe(side, other, segment))
		note_probe(side, other, segment);
	else if (segment->bytes > 0 || segment->flags & FIN)
		note_data(facts, side, other, segment);
	else
		note_empty(side, segment);
	if (side->ttl == 0)
		side->ttl = segment->ttl;
	else if (segment->ttl != side->ttl)
		side->ttl_varies = true;
	note(&side->sent, segment);
}

/* Who has opened it, or who probably has: servers have low ports, or ones where others connect. */
static void find_roles(struct facts *facts, const struct segment *segments)
{
	const struct wire *wire = facts->wire;
	const struct flow flow = wire_flow(wire, facts->conversation->flow);
	int client = -1;

	for (size_t i = 0; i < facts->conversation->count && client < 0; i++)
		if (segments[i].flags & SYN && !segments[i].trouble)
			client = segments[i].flags & ACK ? !segments[i].from : segments[i].from;
	facts->has_beginning = client >= 0;
	facts->is_guess = client < 0;
	if (client < 0) {
		const unsigned int accepted[2] = { wire->accepted[flow.ends[0]],
						   wire->accepted[flow.ends[1]] };
		const uint16_t port[2] = { wire_port(wire, flow.ends[0]),
					   wire_port(wire, flow.ends[1]) };

		client = accepted[0] != accepted[1] ? accepted[0] > accepted[1]
			 : port[0] != port[1]       ? port[0] < port[1]
						    : segments[0].from;
	}
	facts->side[CLIENT_SIDE].endpoint = flow.ends[client];
	facts->side[SERVER_SIDE].endpoint = flow.ends[!client];
}

/* Questions that one host has asked for the other since that was heard of, without an answer. */
static void find_asked(struct facts *facts, enum side_name asker)
{
	const struct wire *wire = facts->wire;
	const struct side *other = &facts->side[!asker];
	uint32_t row = wire_last_neighbour(wire, wire_host(wire, facts->side[asker].endpoint),
					   wire_host(wire, other->endpoint));

	for (; row; row = wire->neighbours[row - 1].next) {
		const struct neighbour *neighbour = &wire->neighbours[row - 1];

		if (!neighbour->is_question ||
		    (other->sent.last && neighbour->time_ns <= other->sent.last->seen_ns))
			return;
		if (facts->asked[asker].count++ == 0) {
			facts->asked[asker].last_frame = neighbour->frame;
			facts->asked[asker].last_ns = neighbour->time_ns;
		}
		facts->asked[asker].first_frame = neighbour->frame;
		facts->asked[asker].first_ns = neighbour->time_ns;
	}
}

static void finish(struct facts *facts)
{
	for (int i = 0; i < 2; i++) {
		struct side *side = &facts->side[i];

		if (side->is_zero && side->zero.first) {
			int64_t lasted_ns = facts->last->seen_ns - side->zero.first->time_ns;
			if (lasted_ns >= side->zero_ns) {
				side->zero_ns = lasted_ns;
				side->zero_first = side->zero.first;
				side->zero_last = facts->last;
			}
		}
		find_asked(facts, (enum side_name)i);
	}
	facts->is_open = facts_are_open(facts);
	facts->is_simultaneous = facts->side[0].syn.count > 0 && facts->side[1].syn.count > 0 &&
				 !(facts->side[0].syn.first->flags & ACK) &&
				 !(facts->side[1].syn.first->flags & ACK);
	facts->has_both_fins = facts->side[0].fin.count > 0 && facts->side[1].fin.count > 0;
	facts->silence_ns = facts->wire->last_ns - facts->last->seen_ns;
	facts_judge_resets(facts);
}

void facts_find(struct facts *facts, const struct wire *wire,
		const struct conversation *conversation)
{
	const struct segment *segments = wire->segments + conversation->first;

	memset(facts, 0, sizeof(*facts));
	facts->wire = wire;
	facts->conversation = conversation;
	facts->side[0].answers_ns = facts->side[1].answers_ns = -1;
	facts->first = segments;
	facts->last = segments + conversation->count - 1;
	find_roles(facts, segments);
	facts->server_accepts = wire->accepted[facts->side[SERVER_SIDE].endpoint];
	for (size_t i = 0; i < conversation->count; i++)
		see(facts, &segments[i]);
	finish(facts);
}

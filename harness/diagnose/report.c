#include "diagnose/report.h"

#include <stdlib.h>

/* Resolution of an address is tried this often, this fast (RFC 1122 2.3.2.1;
 * neigh/…/mcast_solicit). */
enum { QUESTIONS_LEAST = 3, TARGETS_MOST = 4 };
static const int64_t QUESTIONS_NS = INT64_C(10000) * 1000000;

const struct row row_lonely = {
	.id = "connect-unreachable-arp",
	.kind = ROW_FAILURE,
	.says = { { "{s}, {n} times in {t}, and nobody answers: whatever was to be sent there never was.",
		    "{s} ({t} 동안 {n}번). 아무도 답하지 않아, 보내려던 것은 나가지 못했습니다." } },
	.cannot = { { "whether the answer was only not captured: it goes to the asker alone.",
		      "답이 캡처되지 않았을 뿐인지. 답은 물은 호스트에게만 갑니다." } },
	.decides = { { "connect: EHOSTUNREACH; ip neigh shows FAILED.",
		       "connect: EHOSTUNREACH. ip neigh에 FAILED로 보입니다." } },
};

static void count(struct report *report, const struct row *row, size_t example)
{
	for (int i = 0; i < report->tally_count; i++)
		if (report->tallies[i].row == row) {
			report->tallies[i].count++;
			return;
		}
	if (report->tally_count < TALLIES_MOST)
		report->tallies[report->tally_count++] = (struct tally){ row, 1, example };
}

/* Those that were asked for without any answer; false when there was one. */
static bool is_lonely(const struct wire *wire, uint32_t last, struct lonely *lonely)
{
	int64_t times[QUESTIONS_LEAST] = { 0 }, last_ns = wire->neighbours[last - 1].time_ns;
	bool is_burst = false;

	*lonely = (struct lonely){ .asker = wire->neighbours[last - 1].asker,
				   .target = wire->neighbours[last - 1].target,
				   .last_frame = wire->neighbours[last - 1].frame };
	for (uint32_t row = last; row; row = wire->neighbours[row - 1].next) {
		const struct neighbour *neighbour = &wire->neighbours[row - 1];
		const unsigned int slot = lonely->count % QUESTIONS_LEAST;

		if (!neighbour->is_question)
			return false;
		times[slot] = neighbour->time_ns;
		lonely->first_frame = neighbour->frame;
		lonely->lasted_ns = last_ns - neighbour->time_ns;
		lonely->count++;
		if (lonely->count >= QUESTIONS_LEAST &&
		    times[lonely->count % QUESTIONS_LEAST] - times[slot] <= QUESTIONS_NS)
			is_burst = true;
	}
	return is_burst && lonely->asker != lonely->target;
}

static bool have_talked(const struct wire *wire, uint32_t one, uint32_t other)
{
	for (uint32_t i = 0; i < wire->flows.count; i++) {
		const struct flow flow = wire_flow(wire, i);
		const uint32_t a = wire_host(wire, flow.ends[0]), b = wire_host(wire, flow.ends[1]);

		if ((a == one && b == other) || (a == other && b == one))
			return true;
	}
	return false;
}

/* Who asks for everybody scans, or its questions were all that came to the place of the capture. */
static bool asks_for_many(const struct wire *wire, uint32_t asker)
{
	int targets = 0;

	for (uint32_t i = 0; i < wire->pairs.count && targets <= TARGETS_MOST; i++) {
		const struct neighbour *row = &wire->neighbours[wire->last_neighbour[i] - 1];
		targets += row->asker == asker && row->is_question;
	}
	return targets > TARGETS_MOST;
}

static void find_lonely(struct report *report)
{
	const struct wire *wire = report->wire;

	for (uint32_t i = 0; i < wire->pairs.count && report->lonely_count < LONELY_MOST; i++) {
		struct lonely *lonely = &report->lonely[report->lonely_count];

		if (is_lonely(wire, wire->last_neighbour[i], lonely) &&
		    !asks_for_many(wire, lonely->asker) &&
		    !have_talked(wire, lonely->asker, lonely->target))
			report->lonely_count++;
	}
}

static int by_count(const void *one, const void *other)
{
	const struct tally *a = one, *b = other;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return a->example < b->example ? -1 : a->example > b->example;
}

void report_count(struct report *report)
{
	const struct wire *wire = report->wire;

	for (size_t i = 0; i < wire->conversation_count; i++) {
		struct finding findings[FINDINGS_MOST];
		struct facts facts;
		bool recognised = false;
		int found;

		facts_find(&facts, wire, &wire->conversations[i]);
		found = diagnose(&facts, findings);
		for (int j = 0; j < found; j++) {
			count(report, findings[j].row, i);
			recognised |= is_recognised(&findings[j]);
		}
		report->recognised += recognised;
	}
	qsort(report->tallies, (size_t)report->tally_count, sizeof(*report->tallies), by_count);
	find_lonely(report);
	report->recognised += (size_t)report->lonely_count;
}

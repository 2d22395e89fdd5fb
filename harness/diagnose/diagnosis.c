#include "diagnose/diagnosis.h"

#include <string.h>

void decides(struct finding *finding, const struct segment *segment)
{
	if (!segment || finding->evidence_count == EVIDENCE_MOST)
		return;
	for (int i = 0; i < finding->evidence_count; i++)
		if (finding->evidence[i].segment == segment)
			return;
	finding->evidence[finding->evidence_count++] = (struct evidence){
		.frame = segment->frame, .time_ns = segment->time_ns, .segment = segment
	};
}

/* SYN, FIN, RST; with data or without; ICMP. */
static int kind_of(const struct segment *segment)
{
	return segment->trouble ? 128
				: (segment->flags & (SYN | RST)) |
					  (segment->bytes > 0 || segment->flags & FIN ? 64 : 0);
}

void decide(struct finding *finding, const struct facts *facts, const struct times *times)
{
	if (times->count == 0)
		return;
	for (const struct segment *s = times->first; s <= times->last; s++)
		if (s == times->last || (finding->evidence_count < EVIDENCE_MOST - 1 &&
					 kind_of(s) == kind_of(times->first) &&
					 side_of(facts, s) == side_of(facts, times->first)))
			decides(finding, s);
}

bool is_recognised(const struct finding *finding)
{
	return finding->row->kind == ROW_FAILURE || finding->row->kind == ROW_HEALTHY;
}

const char *scenario_of(const struct row *row)
{
	return row->nearest ? row->nearest : row->kind == ROW_UNKNOWN ? NULL : row->id;
}

static bool holds(const struct row *row, const struct facts *facts, struct finding *finding)
{
	*finding = (struct finding){ .row = row };
	if (facts->is_simultaneous) /* both decide what it was that ended */
		for (int i = 0; i < 2; i++)
			decides(finding, facts->side[i].syn.first);
	return row->shows(facts, finding);
}

int diagnose(const struct facts *facts, struct finding findings[static FINDINGS_MOST])
{
	static const struct row *const ends[] = { rows_opening, rows_reset, rows_abort,
						  rows_silence, rows_closed };
	int count = 0;

	for (const struct row *row = rows_beside; row->id; row++)
		if (count < FINDINGS_MOST - 1 && holds(row, facts, &findings[count]))
			count++;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		for (const struct row *row = ends[i]; row->id; row++)
			if (holds(row, facts, &findings[count]))
				return count + 1;
	return count; /* the last row of all holds always */
}

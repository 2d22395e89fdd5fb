#include "diagnose/row.h"

void add_frame(struct finding *finding, const struct segment *segment)
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

void add_frames(struct finding *finding, const struct facts *facts, const struct times *times)
{
	if (times->count == 0)
		return;
	for (const struct segment *s = times->first; s <= times->last; s++)
		if (s == times->last || (finding->evidence_count < EVIDENCE_MOST - 1 &&
					 kind_of(s) == kind_of(times->first) &&
					 side_of(facts, s) == side_of(facts, times->first)))
			add_frame(finding, s);
}

bool is_recognised(const struct finding *finding)
{
	return finding->row->kind == ROW_FAILURE || finding->row->kind == ROW_HEALTHY;
}

const char *scenario_of(const struct row *row)
{
	return row->nearest ? row->nearest : row->kind == ROW_UNKNOWN ? NULL : row->id;
}

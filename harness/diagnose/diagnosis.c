#include "diagnose/diagnosis.h"

static bool holds(const struct row *row, const struct facts *facts, struct finding *finding)
{
	*finding = (struct finding){ .row = row };
	if (facts->is_simultaneous) /* both decide what it was that ended */
		for (int i = 0; i < 2; i++)
			add_frame(finding, facts->side[i].syn.first);
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

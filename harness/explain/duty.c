#include "explain/duty.h"

void owe(struct debts *debts, size_t event)
{
	const struct debt *rows = debts->rows.at;

	for (size_t i = debts->rows.count; i-- > 0;)
		if (rows[i].event == event && rows[i].duty == debts->duty)
			return;
	*(struct debt *)rows_add(&debts->rows, sizeof(struct debt)) =
		(struct debt){ debts->duty, event };
}

int64_t age_at_end(const struct debts *debts, const struct world *world, size_t event)
{
	return time_of(world, debts->last) - time_of(world, event);
}

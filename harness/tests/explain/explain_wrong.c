/* Wrong records of runs that were written down: how many are refused, by the kind of fault. */
#include "base/clock.h"
#include "explain/duty.h"
#include "explain/explain.h"
#include "tests/support/recorded.h"
#include "tests/support/wrong_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct tally {
		size_t made, refused, here;
	} tally[64] = { 0 }, all = { 0 };
	const char *show = getenv("SHOW");

	for (int i = 1; i < argc; i++) {
		struct explanation right;
		struct timeline timeline;

		if (recorded_open(&timeline, argv[i]) < 0)
			return 1;
		explain_open(&right, &timeline);
		for (size_t e = 0; e < timeline.count; e++)
			for (int k = 0; wrong_kinds[k].name; k++) {
				struct explanation explanation;
				struct timeline wrong;
				bool here = false;

				if (!wrong_open(&wrong, &right, &wrong_kinds[k], e))
					continue;
				explain_open(&explanation, &wrong);
				tally[k].made++;
				if (explanation.unexplained || explanation.debt_count)
					tally[k].refused++;
				else if (show && (!*show || strcmp(show, wrong_kinds[k].name) == 0))
					printf("%s %zu: %s [%s]\n", argv[i], e, wrong_kinds[k].name,
					       explain_rule(&right, e));
				here = !explanation.reasons[e].rule ||
				       (wrong.count > timeline.count &&
					!explanation.reasons[timeline.count].rule);
				tally[k].here += here;
				explain_close(&explanation);
				wrong_close(&wrong);
			}
		explain_close(&right);
		timeline_close(&timeline);
	}
	for (int k = 0; wrong_kinds[k].name; k++) {
		printf("%-28s %6zu made %6zu refused (%5.1f %%) %6zu at the event\n",
		       wrong_kinds[k].name, tally[k].made, tally[k].refused,
		       100.0 * (double)tally[k].refused /
			       (double)(tally[k].made ? tally[k].made : 1),
		       tally[k].here);
		all.made += tally[k].made;
		all.refused += tally[k].refused;
		all.here += tally[k].here;
	}
	printf("%zu made, %zu refused (%.2f %%), %zu at the event\n", all.made, all.refused,
	       100.0 * (double)all.refused / (double)all.made, all.here);
	return 0;
}

#include "lab/cost.h"

void cost_print(FILE *out, const struct cost *cost)
{
	static const char *const names[PHASES] = {
		[PHASE_HOSTS] = "hosts",         [PHASE_CAPTURE] = "capture",
		[PHASE_PROCESSES] = "processes", [PHASE_STORY] = "story",
		[PHASE_FILES] = "files",
	};

	fprintf(out, "cost");
	for (int phase = 0; phase < PHASES; phase++)
		fprintf(out, " %s=%.3f", names[phase], (double)cost->phase_ns[phase] / 1e6);
	fprintf(out, " events=%lu questions=%lu looks=%lu\n", cost->events, cost->questions,
		cost->looks);
}

/* What the phases of a run take, for `make bench`. */
#ifndef COST_H
#define COST_H

#include <stdint.h>
#include <stdio.h>

enum phase { PHASE_HOSTS, PHASE_CAPTURE, PHASE_PROCESSES, PHASE_STORY, PHASE_FILES, PHASES };

struct cost {
	int64_t phase_ns[PHASES];
};

/* One line, in milliseconds: "cost hosts=1.200 capture=..." */
void cost_print(FILE *out, const struct cost *cost);

#endif

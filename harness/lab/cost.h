/* What the phases of a run take, and how often the lab did what must not grow faster than a run. */
#ifndef COST_H
#define COST_H

#include <stdint.h>
#include <stdio.h>

enum phase { PHASE_HOSTS, PHASE_CAPTURE, PHASE_PROCESSES, PHASE_STORY, PHASE_FILES, PHASES };

struct cost {
	int64_t phase_ns[PHASES];
	unsigned long events;    /* of the timeline */
	unsigned long questions; /* to the kernel, about sockets */
	unsigned long looks;     /* at events, whether they meet an expectation */
};

/* One line, in milliseconds, then the counts: "cost hosts=1.200 capture=... events=96 ..." */
void cost_print(FILE *out, const struct cost *cost);

#endif

/*
 * Why each event of a run happened: every event gets one rule as its reason, and the events that
 * caused it. Causes lead back to acts of the lab or of a program. Pure.
 *
 * Theory of operation. A record implies a world: connections, processes, what the lab has broken.
 * It is replayed in causal order; before each event the rules of its kind are asked whether they
 * are the reason in that world, and then the event changes it. What no rule explains is either
 * something the lab does not understand, or a record that is wrong.
 */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include "record/timeline.h"

struct rule;
struct duty;

struct reason {
	const struct rule *rule; /* NULL: no rule explains the event */
	size_t first_cause;      /* place in explanation.causes; a chain follows the first one */
	int cause_count;
	int others; /* further rules that held: the first one was taken */
};

/* What was owed to an event and did not follow. */
struct debt {
	const struct duty *duty;
	size_t event;
};

struct explanation {
	const struct timeline *timeline;
	struct reason *reasons; /* one for each event */
	size_t unexplained, ambiguous;
	struct debt *debts;
	size_t debt_count;
	size_t *causes; /* events, of all reasons */
	size_t all_causes;
};

void explain_open(struct explanation *explanation, const struct timeline *timeline);
void explain_close(struct explanation *explanation);

/* "seg.rst.data", or NULL: unexplained. */
const char *explain_rule(const struct explanation *explanation, size_t event);

#endif

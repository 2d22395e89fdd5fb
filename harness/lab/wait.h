/*
 * Waiting for what a scenario expects, until it is seen or cannot come any more. An expectation
 * that is not met ends the scenario: the functions that wait do not return then.
 */
#ifndef WAIT_H
#define WAIT_H

#include "expect/expectation.h"
#include "lab/lab.h"

/*
 * Waits until an event of the actor meets the expectation, of which .kind and the description are
 * given. Returns the number of the event in the timeline.
 */
size_t lab_expect(struct actor *actor, struct here here, struct expectation wanted);

/* Says that no such event comes before the one expected next of this stream, or the end. */
void lab_expect_absence(struct actor *actor, struct here here, struct expectation wanted);

/*
 * Waits until a condition holds, for something that no event announces: holds(actor, argument) is
 * asked again and again.
 */
void lab_expect_condition(struct actor *actor, struct here here, struct condition wanted,
			  bool (*holds)(struct actor *actor, void *argument), void *argument);

/* What the actor's processes did so far meets no later expectation. */
void lab_forget_past(struct actor *actor);

/* Judges the absences that last to the end of the scenario. */
void lab_judge_absences(struct lab *lab);

/* When whoever begins to wait now gives up (monotonic clock). */
int64_t lab_deadline_ns(const struct lab *lab);

/* Whether so much has happened that the run must end. */
bool lab_is_flooded(const struct lab *lab);

#endif

/* An expectation that fails, in its words. */
#ifndef UNMET_H
#define UNMET_H

#include "tests/support/events.h"

/* Nothing since `from` meets the expectation, and these are the words for it. */
static inline void assert_unmet(const struct timeline *timeline, struct expectation expectation,
				size_t from, const char *wanted, const char *seen)
{
	char out[1024];

	assert_int_equal(expectation_find(&expectation, timeline, from, timeline->count),
			 NOT_FOUND);
	expectation_wanted(out, sizeof(out), &expectation);
	assert_text("wanted", out, wanted);
	expectation_seen(out, sizeof(out), &expectation, timeline, from);
	assert_text("seen", out, seen);
}

#endif

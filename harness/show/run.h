/*
 * A run, finished or under way: all that show/ may know of it. The lab fills it in; what it points
 * to belongs to the lab.
 */
#ifndef SHOW_RUN_H
#define SHOW_RUN_H

#include "expect/expectation.h"

enum { RUN_PROGRAMS_MOST = 64 };

/* A program that was started. */
struct run_program {
	enum host host;
	pid_t pid;
	char *const *command; /* its words, ends with NULL */
};

struct run {
	const char *name; /* of its files: "sigpipe", "sigpipe-ignored", "sigpipe-inet6" */
	const char *scenario, *variant, *section, *claim;
	int family; /* AF_INET, AF_INET6 */
	bool has_seed;
	uint32_t seed;
	const struct timeline *timeline;
	size_t begins; /* the events before this one are the set-up */
	const struct expectation *expectations;
	size_t expectation_count;
	bool is_met;                                    /* no expectation was unmet, so far */
	struct run_program programs[RUN_PROGRAMS_MOST]; /* by their numbers in the timeline */
	size_t program_count;
	unsigned long frames; /* captured */
	unsigned int dropped; /* and those that the capture has lost */
};

#endif

/*
 * The table of kinds of expectation: each kind is one row, a `struct expectation_kind` beside the
 * functions that it names (kinds_wire.c, kinds_call.c, kinds_process.c, kinds_socket.c,
 * kinds_condition.c). To add a kind, write its row, declare it in expectation.h, and give it a verb
 * (story.h) and a second opinion (opinion/). Nothing else in C knows which kinds there are.
 */
#ifndef KIND_H
#define KIND_H

#include "expect/expectation.h"

#include <jansson.h>

struct expectation_kind {
	const char *name; /* "no-segment": in the JSON */
	const char *key;  /* of the description in the JSON, if that is not the name */
	enum stream stream;
	bool is_absence;

	/* Which events it can match; EVENT_KINDS: none. */
	enum event_kind event;

	/* Whether such an event is what is described. NULL where .event is EVENT_KINDS. */
	bool (*matches)(const struct expectation *expectation, const struct timeline *timeline,
			const struct event *event);

	/* What is described, in words, without the actor's name and the "no" of an absence. */
	void (*wanted)(char *out, size_t out_bytes, const struct expectation *expectation);

	/* An event that it can match, in the same notation. */
	void (*seen)(char *out, size_t out_bytes, const struct event *event);

	/* The description as JSON, with only the fields that were given; the caller owns it. */
	json_t *(*describe)(const struct expectation *expectation);

	/* Of which kind the events are that show what happened in its place; NULL: of its own. */
	const struct expectation_kind *alike;

	/*
	 * Copies what events in its place must have in common with what was wanted, if there are
	 * such events; NULL: nothing.
	 */
	void (*narrow)(struct expectation *alike, const struct expectation *wanted);
};

/* Whether the event happened to a process of the expectation's actor. */
bool is_of_its_process(const struct expectation *expectation, const struct timeline *timeline,
		       const struct event *event);

#endif

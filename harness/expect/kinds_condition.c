/*
 * The kind of expectation that no event meets: the lab looks again and again whether a condition
 * holds (lab_expect_condition()).
 */
#include "expect/kind.h"

#include "record/json_parts.h"

#include <stdio.h>

/* Each in the JSON and in words; %s is "s" for counts other than 1. */
static const struct {
	const char *name, *text;
	bool is_counted;
} conditions[CONDITIONS] = {
	[CONDITION_HELD] = { "held", "reaches the call where the lab pauses it", false },
	[CONDITION_SERVING] = { "serving", "exactly one process has the connection open", false },
	[CONDITION_ZOMBIES] = { "zombies", "has %d zombie%s", true },
	[CONDITION_THREADS] = { "threads", "has %d thread%s", true },
};

static void wanted_condition(char *out, size_t out_bytes, const struct expectation *expectation)
{
	const struct condition *want = &expectation->condition;

	snprintf(out, out_bytes, conditions[want->kind].text, want->count,
		 want->count == 1 ? "" : "s");
}

static json_t *describe_condition(const struct expectation *expectation)
{
	const struct condition *want = &expectation->condition;
	json_t *object = json_object();
	char text[96];

	put_text(object, "kind", conditions[want->kind].name);
	if (conditions[want->kind].is_counted)
		put_number(object, "count", want->count);
	wanted_condition(text, sizeof(text), expectation);
	put_text(object, "text", text);
	return object;
}

const struct expectation_kind kind_condition = {
	.name = "condition",
	.stream = STREAM_PROCESS,
	.event = EVENT_KINDS,
	.wanted = wanted_condition,
	.describe = describe_condition,
	.alike = &kind_call,
};

/* The kinds of expectation about what the kernel says of a socket. */
#include "expect/kind.h"

#include "record/event_words.h"

#include <stdio.h>
#include <stdlib.h>

/* TCP states ---------------------------------------------------------------------------- */

static bool state_matches(const struct expectation *expectation, const struct timeline *timeline,
			  const struct event *event)
{
	return (!expectation->state || event->state.to == expectation->state) &&
	       socket_is_of(&expectation->who, timeline, event->state.socket);
}

static void wanted_state(char *out, size_t out_bytes, const struct expectation *expectation)
{
	snprintf(out, out_bytes, "socket in %s",
		 expectation->state ? tcp_state_name(expectation->state) : "any state");
}

static void seen_state(char *out, size_t out_bytes, const struct event *event)
{
	snprintf(out, out_bytes, "socket in %s", tcp_state_name(event->state.to));
}

static json_t *describe_state(const struct expectation *expectation)
{
	return json_string(tcp_state_name(expectation->state));
}

const struct expectation_kind kind_state = {
	.name = "state",
	.stream = STREAM_STATE,
	.event = EVENT_STATE,
	.matches = state_matches,
	.wanted = wanted_state,
	.seen = seen_state,
	.describe = describe_state,
};

/* Exponential backoff ------------------------------------------------------------------- */

/* Whether the timeout doubled each time, up to two minutes (RFC 6298 5.5; TCP_RTO_MAX). */
static bool is_doubled(const struct event *event)
{
	const int64_t most_us = 120 * INT64_C(1000000);
	int64_t wanted_us = event->backoff.from_us;

	for (int i = event->backoff.from_times; i < event->backoff.times; i++)
		wanted_us = wanted_us * 2 < most_us ? wanted_us * 2 : most_us;
	return llabs(event->backoff.to_us - wanted_us) <= wanted_us / 100; /* whole jiffies */
}

static bool backoff_matches(const struct expectation *expectation, const struct timeline *timeline,
			    const struct event *event)
{
	return event->backoff.times >= expectation->backoff && is_doubled(event) &&
	       socket_is_of(&expectation->who, timeline, event->backoff.socket);
}

static void wanted_backoff(char *out, size_t out_bytes, const struct expectation *expectation)
{
	char count[TIMES_BYTES];

	snprintf(out, out_bytes, "retransmission timeout doubled %s",
		 times_text(expectation->backoff, count));
}

static json_t *describe_backoff(const struct expectation *expectation)
{
	return json_integer(expectation->backoff);
}

const struct expectation_kind kind_backoff = {
	.name = "backoff",
	.stream = STREAM_STATE,
	.event = EVENT_BACKOFF,
	.matches = backoff_matches,
	.wanted = wanted_backoff,
	.seen = backoff_text,
	.describe = describe_backoff,
};

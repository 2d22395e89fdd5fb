/* The kind of expectation that a returned system call meets. */
#include "expect/kind.h"

#include "base/text.h"
#include "record/event_words.h"
#include "base/fail.h"
#include "record/json_parts.h"

#include <stdio.h>

static bool result_matches(const struct returned *want, const struct call *call)
{
	if (want->restarted != (call->ending == CALL_RESTARTED))
		return false; /* the program did not see it return */
	if (want->name && !name_matches(want->name, call->family) &&
	    !name_matches(want->name, call->name))
		return false;
	if (want->eof)
		return call->error == 0 && call->result == 0;
	if (want->error == NO_ERROR && call->error != 0)
		return false;
	if (want->error > 0 && call->error != want->error)
		return false;
	return want->result == 0 || (call->error == 0 && call->result == want->result);
}

/*
 * Whether the retransmissions of this host's last segment before the event are those of a TCP that
 * gives up after so long: retransmits_timed_out() measures from the first retransmission of the
 * timer, and is asked each time the timer expires. A tail-loss probe may come before that (RFC 8985
 * 7), so that the first or the second retransmission seen is the timer's first.
 */
static bool has_persisted(const struct timeline *timeline, const struct event *end, int ms)
{
	const int64_t limit_ns = ms * INT64_C(1000000);
	const struct event *first = NULL, *second = NULL, *last = NULL;

	for (size_t i = 0; i < timeline->count; i++) {
		const struct event *event = &timeline->events[i];

		if (event->kind != EVENT_PACKET || event->host != end->host ||
		    event->time_ns > end->time_ns || !event->wire.again)
			continue;
		if (last && event->wire.packet.seq != last->wire.packet.seq)
			first = second = NULL;
		second = first && !second ? event : second;
		first = first ? first : event;
		last = event;
	}
	return last && end->time_ns - first->time_ns >= limit_ns &&
	       (!second || last->time_ns - second->time_ns < limit_ns);
}

static bool call_matches(const struct expectation *expectation, const struct timeline *timeline,
			 const struct event *event)
{
	const struct returned *want = &expectation->call;

	return is_of_its_process(expectation, timeline, event) &&
	       result_matches(want, &event->call) &&
	       (want->persisted_ms == 0 || has_persisted(timeline, event, want->persisted_ms));
}

static const char *persistence_text(int ms, char buf[static 64])
{
	char text[DURATION_BYTES];

	*buf = '\0';
	if (ms)
		snprintf(buf, 64, ", after retransmitting for %s", duration_text(ms, text));
	return buf;
}

static void wanted_call(char *out, size_t out_bytes, const struct expectation *expectation)
{
	const struct returned *call = &expectation->call;
	const char *name = call->name ? call->name : "any call";
	char error[16], persistence[64];

	if (call->restarted)
		snprintf(out, out_bytes, "%s() restarted", name);
	else if (call->eof)
		snprintf(out, out_bytes, "%s() = 0, end of file", name);
	else if (call->error > 0)
		snprintf(out, out_bytes, "%s() = -1 %s%s", name, errno_name(call->error, error),
			 persistence_text(call->persisted_ms, persistence));
	else if (call->result)
		snprintf(out, out_bytes, "%s() = %ld", name, call->result);
	else
		snprintf(out, out_bytes, "%s() %s", name,
			 call->error == NO_ERROR ? "succeeds" : "returns");
}

static void seen_call(char *out, size_t out_bytes, const struct event *event)
{
	call_text(out, out_bytes, &event->call);
}

static json_t *describe_call(const struct expectation *expectation)
{
	const struct returned *call = &expectation->call;
	json_t *object = json_object();
	char name[16];

	put_text(object, "name", call->name);
	if (call->error == NO_ERROR)
		put_text(object, "error", "none");
	else if (call->error)
		put_text(object, "error", errno_name(call->error, name));
	if (call->result)
		put_number(object, "result", call->result);
	put_true(object, "eof", call->eof);
	if (call->persisted_ms)
		put_number(object, "persisted_ms", call->persisted_ms);
	put_true(object, "restarted", call->restarted);
	return object;
}

/* Other returns of the same call say more than calls of other names. */
static void narrow_call(struct expectation *alike, const struct expectation *wanted)
{
	alike->call.name = wanted->call.name;
}

const struct expectation_kind kind_call = {
	.name = "call",
	.stream = STREAM_PROCESS,
	.event = EVENT_RETURN,
	.matches = call_matches,
	.wanted = wanted_call,
	.seen = seen_call,
	.describe = describe_call,
	.narrow = narrow_call,
};

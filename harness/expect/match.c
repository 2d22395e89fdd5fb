#include "expect/expectation.h"

#include "base/text.h"
#include "record/retransmission.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool segment_matches(const struct segment *want, const struct event *event,
			    const struct timeline *timeline)
{
	const unsigned int compared = SYN | FIN | RST | ACK;
	const struct packet *packet = &event->wire.packet;

	if (packet->kind != PACKET_TCP)
		return false;
	if (want->from && want->from != event->host)
		return false;
	if (want->flags && (want->flags & compared) != (packet->flags & compared))
		return false;
	if (want->again && !is_retransmission(timeline, event))
		return false;
	if (want->probe && !is_probe(timeline, event))
		return false;
	if (want->no_window && (packet->window > 0 || (packet->flags & RST)))
		return false; /* the window of a RST means nothing */
	if (want->payload_bytes == SOME_DATA)
		return packet->payload_bytes > 0;
	if (want->payload_bytes == EMPTY)
		return packet->payload_bytes == 0;
	return want->payload_bytes == 0 || packet->payload_bytes == (size_t)want->payload_bytes;
}

static bool icmp_matches(const struct icmp_error *want, const struct event *event)
{
	const struct packet *packet = &event->wire.packet;

	return packet->kind == PACKET_ICMP && packet->unreachable &&
	       (!want->from || want->from == event->host) &&
	       (!want->unreachable || want->unreachable == packet->unreachable);
}

static bool question_matches(const struct question *want, const struct event *event,
			     const struct timeline *timeline)
{
	const struct packet *packet = &event->wire.packet;

	return packet->kind == PACKET_NEIGHBOUR && packet->is_question &&
	       (!want->from || want->from == event->host) &&
	       (!want->about || address_equal(&packet->to, &timeline->addresses[want->about]));
}

static bool call_matches(const struct returned *want, const struct call *call)
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
 * timer, and is asked each time the timer expires. A tail-loss probe may stand before that (RFC
 * 8985 7), so that the first or the second seen is meant.
 */
static bool has_persisted(const struct timeline *timeline, const struct event *end, int ms)
{
	const int64_t limit_ns = ms * INT64_C(1000000);
	const struct event *first = NULL, *second = NULL, *last = NULL;

	for (size_t i = 0; i < timeline->count; i++) {
		const struct event *event = &timeline->events[i];

		if (event->kind != EVENT_PACKET || event->host != end->host ||
		    event->time_ns > end->time_ns || !is_retransmission(timeline, event))
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

/* Twice as long each time, up to two minutes (RFC 6298 5.5; TCP_RTO_MAX). */
static bool is_doubled(const struct event *event)
{
	const int64_t most_us = 120 * INT64_C(1000000);
	int64_t wanted_us = event->backoff.from_us;

	for (int i = event->backoff.from_times; i < event->backoff.times; i++)
		wanted_us = wanted_us * 2 < most_us ? wanted_us * 2 : most_us;
	return llabs(event->backoff.to_us - wanted_us) <= wanted_us / 100; /* whole jiffies */
}

static bool signal_matches(const struct signalled *want, const struct event *event)
{
	return (!want->number || want->number == event->signal.number) &&
	       (!want->disposition || want->disposition == event->signal.disposition);
}

static bool end_matches(const struct end *want, const struct event *event)
{
	if (want->exited)
		return event->end.signal == 0 && event->end.status == want->status;
	return !want->signal || event->end.signal == want->signal;
}

static bool process_matches(const struct process_look *want, const struct event *event,
			    const struct timeline *timeline)
{
	if (want->state && want->state != event->process.state)
		return false;
	/* an empty wait channel: this kernel does not tell (no CONFIG_KALLSYMS) */
	if (want->wait_channel && *event->process.wait_channel &&
	    !name_matches(want->wait_channel, event->process.wait_channel))
		return false;
	if (!want->in_call)
		return true;
	for (size_t i = event - timeline->events; i-- > 0;) {
		const struct event *before = &timeline->events[i];

		if (before->pid != event->pid || before->tid != event->tid)
			continue;
		if (before->kind == EVENT_RETURN)
			return false;
		if (before->kind == EVENT_ENTER)
			return name_matches(want->in_call, before->call.family) ||
			       name_matches(want->in_call, before->call.name);
	}
	return false;
}

bool expectation_matches(const struct expectation *expectation, const struct timeline *timeline,
			 size_t index)
{
	const struct event *event = &timeline->events[index];
	const struct who *who = &expectation->who;
	const bool is_its = event->pid && is_event_of(who, timeline, event->pid);

	switch (expectation->kind) {
	case EXPECT_SEGMENT:
	case EXPECT_NO_SEGMENT:
		return event->kind == EVENT_PACKET &&
		       segment_matches(&expectation->segment, event, timeline);
	case EXPECT_ICMP:
		return event->kind == EVENT_PACKET && icmp_matches(&expectation->icmp, event);
	case EXPECT_QUESTION:
		return event->kind == EVENT_PACKET &&
		       question_matches(&expectation->question, event, timeline);
	case EXPECT_STATE:
		return event->kind == EVENT_STATE &&
		       (!expectation->state || event->state.to == expectation->state) &&
		       socket_is_of(who, timeline, event->state.socket);
	case EXPECT_BACKOFF:
		return event->kind == EVENT_BACKOFF &&
		       event->backoff.times >= expectation->backoff && is_doubled(event) &&
		       socket_is_of(who, timeline, event->backoff.socket);
	case EXPECT_CALL:
		return event->kind == EVENT_RETURN && is_its &&
		       call_matches(&expectation->call, &event->call) &&
		       (expectation->call.persisted_ms == 0 ||
			has_persisted(timeline, event, expectation->call.persisted_ms));
	case EXPECT_FORK:
		return event->kind == EVENT_FORK && is_its;
	case EXPECT_SIGNAL:
		return event->kind == EVENT_SIGNAL && is_its &&
		       signal_matches(&expectation->signal, event);
	case EXPECT_END:
		return event->kind == EVENT_END && is_its && end_matches(&expectation->end, event);
	case EXPECT_PROCESS:
		return event->kind == EVENT_PROCESS && is_its &&
		       process_matches(&expectation->process, event, timeline);
	case EXPECT_OUTPUT:
		return event->kind == EVENT_OUTPUT && is_its &&
		       strstr(event->text, expectation->text) != NULL;
	case EXPECT_CONDITION:
	case EXPECTATION_KINDS:
		break;
	}
	return false;
}

ssize_t expectation_find(const struct expectation *expectation, const struct timeline *timeline,
			 size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (expectation_matches(expectation, timeline, i))
			return (ssize_t)i;
	return NOT_FOUND;
}

enum stream expectation_stream(enum expectation_kind kind)
{
	switch (kind) {
	case EXPECT_SEGMENT:
	case EXPECT_NO_SEGMENT:
	case EXPECT_ICMP:
	case EXPECT_QUESTION:
		return STREAM_WIRE;
	case EXPECT_STATE:
	case EXPECT_BACKOFF:
		return STREAM_STATE;
	case EXPECT_OUTPUT:
		return STREAM_OUTPUT;
	case EXPECT_CALL:
	case EXPECT_FORK:
	case EXPECT_SIGNAL:
	case EXPECT_END:
	case EXPECT_PROCESS:
	case EXPECT_CONDITION:
	case EXPECTATION_KINDS:
		break;
	}
	return STREAM_PROCESS;
}

const char *expectation_kind_name(enum expectation_kind kind)
{
	static const char *const names[EXPECTATION_KINDS] = {
		[EXPECT_SEGMENT] = "segment",     [EXPECT_NO_SEGMENT] = "no-segment",
		[EXPECT_ICMP] = "icmp",           [EXPECT_QUESTION] = "question",
		[EXPECT_CALL] = "call",           [EXPECT_FORK] = "fork",
		[EXPECT_SIGNAL] = "signal",       [EXPECT_END] = "end",
		[EXPECT_BACKOFF] = "backoff",     [EXPECT_STATE] = "state",
		[EXPECT_PROCESS] = "process",     [EXPECT_OUTPUT] = "output",
		[EXPECT_CONDITION] = "condition",
	};
	return names[kind];
}

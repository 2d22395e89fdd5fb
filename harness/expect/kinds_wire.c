/* The kinds of expectation that the wire meets. */
#include "expect/kind.h"

#include "record/json_parts.h"

#include <stdio.h>

/* Of a segment's flags these are compared. */
static const unsigned int compared = SYN | FIN | RST | ACK;

/* " from client", or "" for any host. */
static const char *from_text(enum host from, char buf[static 16])
{
	snprintf(buf, 16, "%s%s", from ? " from " : "", from ? host_name(from) : "");
	return buf;
}

/* What was on the wire, without the numbers that no expectation names. */
static void seen_packet(char *out, size_t out_bytes, const struct event *event)
{
	const struct packet *packet = &event->wire.packet;
	const bool no_window = packet->window == 0 && !(packet->flags & RST);
	char text[96], flags[48], length[32] = "";

	packet_text(text, sizeof(text), packet, 0, 0);
	if (packet->payload_bytes)
		snprintf(length, sizeof(length), " len=%zu", packet->payload_bytes);
	if (packet->kind == PACKET_TCP)
		snprintf(out, out_bytes, "%s%s%s from %s", flags_text(packet->flags, flags), length,
			 no_window ? " win=0" : "", host_name(event->host));
	else
		snprintf(out, out_bytes, "%s from %s", text, host_name(event->host));
}

/* Segments ------------------------------------------------------------------------------ */

static bool payload_matches(int wanted, size_t payload_bytes)
{
	if (wanted == SOME_DATA)
		return payload_bytes > 0;
	if (wanted == EMPTY)
		return payload_bytes == 0;
	return wanted == 0 || payload_bytes == (size_t)wanted;
}

static bool segment_matches(const struct expectation *expectation, const struct timeline *timeline,
			    const struct event *event)
{
	const struct segment *want = &expectation->segment;
	const struct packet *packet = &event->wire.packet;

	(void)timeline;
	if (packet->kind != PACKET_TCP)
		return false;
	if (want->from && want->from != event->host)
		return false;
	if (want->flags && (want->flags & compared) != (packet->flags & compared))
		return false;
	if (want->again && !event->wire.again)
		return false;
	if (want->probe && !event->wire.probe)
		return false;
	if (want->no_window && (packet->window > 0 || (packet->flags & RST)))
		return false; /* the window of a RST means nothing */
	return payload_matches(want->payload_bytes, packet->payload_bytes);
}

static void wanted_segment(char *out, size_t out_bytes, const struct expectation *expectation)
{
	const struct segment *segment = &expectation->segment;
	char flags[48], data[32] = "", from[16];

	if (segment->payload_bytes == SOME_DATA)
		snprintf(data, sizeof(data), " with data");
	else if (segment->payload_bytes == EMPTY)
		snprintf(data, sizeof(data), " without data");
	else if (segment->payload_bytes > 0)
		snprintf(data, sizeof(data), " len=%d", segment->payload_bytes);
	snprintf(out, out_bytes, "%s%s%s%s%s%s", segment->again ? "retransmission of " : "",
		 segment->probe ? "probe " : "",
		 segment->flags ? flags_text(segment->flags, flags) : "segment", data,
		 segment->no_window ? " win=0" : "", from_text(segment->from, from));
}

static json_t *describe_segment(const struct expectation *expectation)
{
	const struct segment *segment = &expectation->segment;
	json_t *object = json_object();
	char flags[48];

	put_host(object, "from", segment->from);
	if (segment->flags)
		put_text(object, "flags", flags_text(segment->flags & compared, flags));
	if (segment->payload_bytes == SOME_DATA)
		put_text(object, "payload_bytes", "some");
	else if (segment->payload_bytes == EMPTY)
		put_text(object, "payload_bytes", "none");
	else if (segment->payload_bytes)
		put_number(object, "payload_bytes", segment->payload_bytes);
	put_true(object, "again", segment->again);
	put_true(object, "probe", segment->probe);
	put_true(object, "no_window", segment->no_window);
	return object;
}

const struct expectation_kind kind_segment = {
	.name = "segment",
	.stream = STREAM_WIRE,
	.event = EVENT_PACKET,
	.matches = segment_matches,
	.wanted = wanted_segment,
	.seen = seen_packet,
	.describe = describe_segment,
};

const struct expectation_kind kind_no_segment = {
	.name = "no-segment",
	.key = "segment",
	.stream = STREAM_WIRE,
	.is_absence = true,
	.event = EVENT_PACKET,
	.matches = segment_matches,
	.wanted = wanted_segment,
	.seen = seen_packet,
	.describe = describe_segment,
};

/* ICMP errors --------------------------------------------------------------------------- */

static bool icmp_matches(const struct expectation *expectation, const struct timeline *timeline,
			 const struct event *event)
{
	const struct icmp_error *want = &expectation->icmp;
	const struct packet *packet = &event->wire.packet;

	(void)timeline;
	return packet->kind == PACKET_ICMP && packet->unreachable &&
	       (!want->from || want->from == event->host) &&
	       (!want->unreachable || want->unreachable == packet->unreachable);
}

static void wanted_icmp(char *out, size_t out_bytes, const struct expectation *expectation)
{
	const struct icmp_error *icmp = &expectation->icmp;
	char from[16];

	snprintf(out, out_bytes, "ICMP %s%s", unreachable_name(icmp->unreachable),
		 from_text(icmp->from, from));
}

static json_t *describe_icmp(const struct expectation *expectation)
{
	const struct icmp_error *icmp = &expectation->icmp;
	json_t *object = json_object();

	put_host(object, "from", icmp->from);
	if (icmp->unreachable)
		put_text(object, "unreachable", unreachable_name(icmp->unreachable));
	return object;
}

const struct expectation_kind kind_icmp = {
	.name = "icmp",
	.stream = STREAM_WIRE,
	.event = EVENT_PACKET,
	.matches = icmp_matches,
	.wanted = wanted_icmp,
	.seen = seen_packet,
	.describe = describe_icmp,
};

/* Requests for an address --------------------------------------------------------------- */

static bool question_matches(const struct expectation *expectation, const struct timeline *timeline,
			     const struct event *event)
{
	const struct question *want = &expectation->question;
	const struct packet *packet = &event->wire.packet;

	return packet->kind == PACKET_NEIGHBOUR && packet->is_question &&
	       (!want->from || want->from == event->host) &&
	       (!want->about || address_equal(&packet->to, &timeline->addresses[want->about]));
}

static void wanted_question(char *out, size_t out_bytes, const struct expectation *expectation)
{
	const struct question *question = &expectation->question;
	char from[16];

	snprintf(out, out_bytes, "ARP/ND request for the address%s%s%s",
		 question->about ? " of " : "", question->about ? host_name(question->about) : "",
		 from_text(question->from, from));
}

static json_t *describe_question(const struct expectation *expectation)
{
	json_t *object = json_object();

	put_host(object, "from", expectation->question.from);
	put_host(object, "about", expectation->question.about);
	return object;
}

const struct expectation_kind kind_question = {
	.name = "question",
	.stream = STREAM_WIRE,
	.event = EVENT_PACKET,
	.matches = question_matches,
	.wanted = wanted_question,
	.seen = seen_packet,
	.describe = describe_question,
};

/* The words of expectations: what was wanted and what was seen, in one notation. */
#include "expect/expectation.h"

#include "base/fail.h"
#include "base/text.h"
#include "record/event_words.h"

#include <stdio.h>
#include <string.h>

static void segment_text(char *out, size_t out_bytes, const struct segment *segment)
{
	char flags[48], data[32] = "";

	if (segment->payload_bytes == SOME_DATA)
		snprintf(data, sizeof(data), " with data");
	else if (segment->payload_bytes == EMPTY)
		snprintf(data, sizeof(data), " without data");
	else if (segment->payload_bytes > 0)
		snprintf(data, sizeof(data), " len=%d", segment->payload_bytes);
	snprintf(out, out_bytes, "%s%s%s%s%s%s%s", segment->again ? "retransmission of " : "",
		 segment->probe ? "probe " : "",
		 segment->flags ? flags_text(segment->flags, flags) : "segment", data,
		 segment->no_window ? " win=0" : "", segment->from ? " from " : "",
		 segment->from ? host_name(segment->from) : "");
}

static void wanted_icmp(char *out, size_t out_bytes, const struct icmp_error *icmp)
{
	snprintf(out, out_bytes, "ICMP %s%s%s", unreachable_name(icmp->unreachable),
		 icmp->from ? " from " : "", icmp->from ? host_name(icmp->from) : "");
}

static void wanted_question(char *out, size_t out_bytes, const struct question *question)
{
	snprintf(out, out_bytes, "question who has the address%s%s%s%s",
		 question->about ? " of " : "", question->about ? host_name(question->about) : "",
		 question->from ? " from " : "", question->from ? host_name(question->from) : "");
}

static const char *persistence_text(int ms, char buf[static 64])
{
	char text[DURATION_BYTES];

	*buf = '\0';
	if (ms)
		snprintf(buf, 64, ", when it has retransmitted for %s", duration_text(ms, text));
	return buf;
}

static void returned_text(char *out, size_t out_bytes, const struct returned *call)
{
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

static void look_text(char *out, size_t out_bytes, const struct process_look *look)
{
	char state[16] = "";

	if (look->state)
		snprintf(state, sizeof(state), " in state %c", look->state);
	snprintf(out, out_bytes, "process%s%s%s%s%s", state, look->in_call ? ", blocked in " : "",
		 look->in_call ? look->in_call : "", look->wait_channel ? ", wait channel " : "",
		 look->wait_channel ? look->wait_channel : "");
}

static void wanted_signal(char *out, size_t out_bytes, const struct signalled *signal)
{
	char name[16];

	snprintf(out, out_bytes, "%s%s%s",
		 signal->number ? signal_name(signal->number, name) : "a signal",
		 signal->disposition ? ", " : "",
		 signal->disposition ? disposition_name(signal->disposition) : "");
}

static void wanted_end(char *out, size_t out_bytes, const struct end *end)
{
	const struct event event = { .end = { .status = end->exited ? end->status : -1,
					      .signal = end->exited ? 0 : end->signal } };

	end_text(out, out_bytes, &event);
}

static void wanted_of_kind(char *out, size_t out_bytes, const struct expectation *expectation)
{
	char count[TIMES_BYTES];

	switch (expectation->kind) {
	case EXPECT_SEGMENT:
	case EXPECT_NO_SEGMENT:
		segment_text(out, out_bytes, &expectation->segment);
		return;
	case EXPECT_ICMP:
		wanted_icmp(out, out_bytes, &expectation->icmp);
		return;
	case EXPECT_QUESTION:
		wanted_question(out, out_bytes, &expectation->question);
		return;
	case EXPECT_CALL:
		returned_text(out, out_bytes, &expectation->call);
		return;
	case EXPECT_FORK:
		snprintf(out, out_bytes, "forks a child");
		return;
	case EXPECT_SIGNAL:
		wanted_signal(out, out_bytes, &expectation->signal);
		return;
	case EXPECT_END:
		wanted_end(out, out_bytes, &expectation->end);
		return;
	case EXPECT_STATE:
		snprintf(out, out_bytes, "socket in %s",
			 expectation->state ? tcp_state_name(expectation->state) : "any state");
		return;
	case EXPECT_BACKOFF:
		snprintf(out, out_bytes, "retransmission timeout doubled %s",
			 times_text(expectation->backoff, count));
		return;
	case EXPECT_PROCESS:
		look_text(out, out_bytes, &expectation->process);
		return;
	case EXPECT_OUTPUT:
		snprintf(out, out_bytes, "prints \"%s\"", expectation->text);
		return;
	case EXPECT_CONDITION:
		snprintf(out, out_bytes, "%s", expectation->text);
		return;
	case EXPECTATION_KINDS:
		break;
	}
}

void expectation_wanted(char *out, size_t out_bytes, const struct expectation *expectation)
{
	size_t length;

	snprintf(out, out_bytes, "%s%s%s", expectation->who.name ? expectation->who.name : "",
		 expectation->who.name ? ": " : "",
		 expectation->kind == EXPECT_NO_SEGMENT ? "no " : "");
	length = strlen(out);
	wanted_of_kind(out + length, out_bytes - length, expectation);
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

/* One event in the notation of the expectation it was held against. */
static void event_text(char *out, size_t out_bytes, const struct event *event)
{
	char name[16];

	switch (event->kind) {
	case EVENT_PACKET:
		seen_packet(out, out_bytes, event);
		return;
	case EVENT_RETURN:
		call_text(out, out_bytes, &event->call);
		return;
	case EVENT_SIGNAL:
		snprintf(out, out_bytes, "%s, %s", signal_name(event->signal.number, name),
			 disposition_name(event->signal.disposition));
		return;
	case EVENT_END:
		end_text(out, out_bytes, event);
		return;
	case EVENT_STATE:
		snprintf(out, out_bytes, "socket in %s", tcp_state_name(event->state.to));
		return;
	case EVENT_BACKOFF:
		backoff_text(out, out_bytes, event);
		return;
	case EVENT_PROCESS:
		snprintf(out, out_bytes, "process in state %c, wait channel %s",
			 event->process.state,
			 *event->process.wait_channel ? event->process.wait_channel : "unknown");
		return;
	case EVENT_OUTPUT:
		quote_bytes(out, out_bytes, (const uint8_t *)event->text, strlen(event->text), 160);
		return;
	case EVENT_FORK:
		snprintf(out, out_bytes, "forks a child");
		return;
	case EVENT_ENTER:
		snprintf(out, out_bytes, "still in %s(%s)", event->call.name, event->call.args);
		return;
	case EVENT_SCENE:
	case EVENT_ACTION:
	case EVENT_KINDS:
		break;
	}
	snprintf(out, out_bytes, "?");
}

enum { SEEN_MOST = 4 };

/* Writes "; " and the text behind what is there already. */
static void append_text(char *out, size_t out_bytes, const char *text)
{
	size_t length = strlen(out);

	snprintf(out + length, out_bytes - length, "%s%s", length ? "; " : "", text);
}

static bool is_preparing(const struct event *event)
{
	return event->kind == EVENT_RETURN && call_is_preparation(&event->call);
}

/* Appends the last few matches since `from`, oldest first. Returns how many. */
static int append_matches(char *out, size_t out_bytes, const struct expectation *expectation,
			  const struct timeline *timeline, size_t from, int most)
{
	size_t last[SEEN_MOST];
	char text[512];
	int count = 0;

	for (size_t i = timeline->count; i-- > from && count < most;)
		if (expectation_matches(expectation, timeline, i) &&
		    (!is_preparing(&timeline->events[i]) || expectation->call.name))
			last[count++] = i;
	for (int i = count; i-- > 0;) {
		event_text(text, sizeof(text), &timeline->events[last[i]]);
		append_text(out, out_bytes, text);
	}
	return count;
}

/* How programs ended: the reason for much that was not seen. */
static void append_ends(char *out, size_t out_bytes, const struct expectation *expectation,
			const struct timeline *timeline, size_t from)
{
	const struct expectation end = { .kind = EXPECT_END, .who = expectation->who };
	char text[96], how[64];

	if (expectation->who.name) {
		append_matches(out, out_bytes, &end, timeline, from, 1);
		return;
	}
	/* whenever it was: the wire may be read after the end of who used it */
	for (size_t i = 0; i < timeline->count; i++) {
		const struct event *event = &timeline->events[i];
		const struct process *process = timeline_process(timeline, event->pid);

		if (event->kind != EVENT_END || !process || process->parent != 0)
			continue;
		end_text(how, sizeof(how), event);
		snprintf(text, sizeof(text), "%s %s", host_name(event->host), how);
		append_text(out, out_bytes, text);
	}
}

/* The call that a living process is in: its last word before it fell silent. */
static const struct event *call_in_progress(const struct expectation *expectation,
					    const struct timeline *timeline)
{
	for (size_t i = timeline->count; i-- > 0;) {
		const struct event *event = &timeline->events[i];
		const struct process *process = timeline_process(timeline, event->pid);

		if (event->kind == EVENT_ENTER && process && !process->ended &&
		    is_event_of(&expectation->who, timeline, event->pid) &&
		    !timeline_has_returned(timeline, i))
			return event;
	}
	return NULL;
}

void expectation_seen(char *out, size_t out_bytes, const struct expectation *expectation,
		      const struct timeline *timeline, size_t from)
{
	struct expectation loose = { .kind = expectation->kind, .who = expectation->who };
	const struct event *entered;
	char text[512];

	*out = '\0';
	if (loose.kind == EXPECT_NO_SEGMENT) {
		event_text(out, out_bytes, &timeline->events[expectation->event]);
		return;
	}
	if (loose.kind == EXPECT_CONDITION)
		loose.kind = EXPECT_CALL;
	if (expectation->kind == EXPECT_CALL)
		loose.call.name = expectation->call.name;
	if (loose.kind == EXPECT_OUTPUT)
		loose.text = "";
	if (append_matches(out, out_bytes, &loose, timeline, from, SEEN_MOST) == 0 &&
	    loose.kind == EXPECT_CALL) { /* no call of that name: then any */
		loose.call.name = NULL;
		append_matches(out, out_bytes, &loose, timeline, from, SEEN_MOST);
	}
	if (loose.kind != EXPECT_END)
		append_ends(out, out_bytes, expectation, timeline, from);
	entered = expectation->who.name ? call_in_progress(expectation, timeline) : NULL;
	if (entered) {
		event_text(text, sizeof(text), entered);
		append_text(out, out_bytes, text);
	}
	if (!*out)
		snprintf(out, out_bytes, "nothing of the kind");
}

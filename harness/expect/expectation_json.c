#include "expect/expectation_json.h"

#include "base/fail.h"
#include "record/json_parts.h"

static json_t *segment_json(const struct segment *segment)
{
	const unsigned int compared = SYN | FIN | RST | ACK;
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

static json_t *icmp_json(const struct icmp_error *icmp)
{
	json_t *object = json_object();

	put_host(object, "from", icmp->from);
	if (icmp->unreachable)
		put_text(object, "unreachable", unreachable_name(icmp->unreachable));
	return object;
}

static json_t *question_json(const struct question *question)
{
	json_t *object = json_object();

	put_host(object, "from", question->from);
	put_host(object, "about", question->about);
	return object;
}

static json_t *call_json(const struct returned *call)
{
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

static json_t *signal_json(const struct signalled *signal)
{
	json_t *object = json_object();

	put_signal(object, "name", signal->number);
	if (signal->disposition)
		put_text(object, "disposition", disposition_name(signal->disposition));
	return object;
}

static json_t *end_json(const struct end *end)
{
	json_t *object = json_object();

	if (end->exited)
		put_number(object, "status", end->status);
	else
		put_signal(object, "signal", end->signal);
	return object;
}

static json_t *process_json(const struct process_look *look)
{
	json_t *object = json_object();
	char state[2] = { look->state, '\0' };

	put_text(object, "state", look->state ? state : NULL);
	put_text(object, "in_call", look->in_call);
	put_text(object, "wait_channel", look->wait_channel);
	return object;
}

static json_t *description(const struct expectation *expectation)
{
	switch (expectation->kind) {
	case EXPECT_SEGMENT:
	case EXPECT_NO_SEGMENT:
		return segment_json(&expectation->segment);
	case EXPECT_ICMP:
		return icmp_json(&expectation->icmp);
	case EXPECT_QUESTION:
		return question_json(&expectation->question);
	case EXPECT_CALL:
		return call_json(&expectation->call);
	case EXPECT_SIGNAL:
		return signal_json(&expectation->signal);
	case EXPECT_END:
		return end_json(&expectation->end);
	case EXPECT_STATE:
		return json_text(tcp_state_name(expectation->state));
	case EXPECT_BACKOFF:
		return json_integer(expectation->backoff);
	case EXPECT_PROCESS:
		return process_json(&expectation->process);
	case EXPECT_OUTPUT:
	case EXPECT_CONDITION:
		return json_text(expectation->text);
	case EXPECT_FORK:
	case EXPECTATION_KINDS:
		break;
	}
	return json_object();
}

json_t *expectation_json(const struct expectation *expectation, size_t number)
{
	static const char *const verdicts[] = {
		[VERDICT_OPEN] = "open", [VERDICT_MET] = "met", [VERDICT_UNMET] = "unmet"
	};
	const char *kind = expectation_kind_name(expectation->kind);
	json_t *object = json_object();
	char wanted[256];

	put_number(object, "n", (int64_t)number + 1);
	json_object_set_new(object, "at",
			    json_sprintf("%s:%d", expectation->file, expectation->line));
	put_text(object, "kind", kind);
	if (expectation->who.name) {
		put_text(object, "who", expectation->who.name);
		put_text(object, "host", host_name(expectation->who.host));
		put_number(object, "program", expectation->who.program);
		put_number(object, "pid", expectation->who.pid);
		put_number(object, "since", (int64_t)expectation->from);
	}
	json_object_set_new(object, expectation->kind == EXPECT_NO_SEGMENT ? "segment" : kind,
			    description(expectation));
	expectation_wanted(wanted, sizeof(wanted), expectation);
	put_text(object, "wanted", wanted);
	put_text(object, "verdict", verdicts[expectation->verdict]);
	if (expectation->verdict == VERDICT_MET && expectation->kind != EXPECT_NO_SEGMENT &&
	    expectation->kind != EXPECT_CONDITION)
		put_number(object, "event", (int64_t)expectation->event);
	put_text(object, "seen", expectation->seen);
	return object;
}

/* The kinds of expectation about processes, but for their calls: forks, signals, ends, looks,
 * output. */
#include "expect/kind.h"

#include "base/text.h"
#include "record/event_words.h"
#include "record/json_parts.h"

#include <stdio.h>
#include <string.h>

/* Forks --------------------------------------------------------------------------------- */

static void wanted_fork(char *out, size_t out_bytes, const struct expectation *expectation)
{
	(void)expectation;
	snprintf(out, out_bytes, "forks a child");
}

static void seen_fork(char *out, size_t out_bytes, const struct event *event)
{
	(void)event;
	snprintf(out, out_bytes, "forks a child");
}

static json_t *describe_fork(const struct expectation *expectation)
{
	(void)expectation;
	return json_object();
}

const struct expectation_kind kind_fork = {
	.name = "fork",
	.stream = STREAM_PROCESS,
	.event = EVENT_FORK,
	.matches = is_of_its_process,
	.wanted = wanted_fork,
	.seen = seen_fork,
	.describe = describe_fork,
};

/* Signals ------------------------------------------------------------------------------- */

static bool signal_matches(const struct expectation *expectation, const struct timeline *timeline,
			   const struct event *event)
{
	const struct signalled *want = &expectation->signal;

	return is_of_its_process(expectation, timeline, event) &&
	       (!want->number || want->number == event->signal.number) &&
	       (!want->disposition || want->disposition == event->signal.disposition);
}

static void wanted_signal(char *out, size_t out_bytes, const struct expectation *expectation)
{
	const struct signalled *signal = &expectation->signal;
	char name[16];

	snprintf(out, out_bytes, "%s%s%s",
		 signal->number ? signal_name(signal->number, name) : "a signal",
		 signal->disposition ? ", " : "",
		 signal->disposition ? disposition_name(signal->disposition) : "");
}

static void seen_signal(char *out, size_t out_bytes, const struct event *event)
{
	char name[16];

	snprintf(out, out_bytes, "%s, %s", signal_name(event->signal.number, name),
		 disposition_name(event->signal.disposition));
}

static json_t *describe_signal(const struct expectation *expectation)
{
	const struct signalled *signal = &expectation->signal;
	json_t *object = json_object();

	if (signal->number)
		put_signal(object, "name", signal->number);
	if (signal->disposition)
		put_text(object, "disposition", disposition_name(signal->disposition));
	return object;
}

const struct expectation_kind kind_signal = {
	.name = "signal",
	.stream = STREAM_PROCESS,
	.event = EVENT_SIGNAL,
	.matches = signal_matches,
	.wanted = wanted_signal,
	.seen = seen_signal,
	.describe = describe_signal,
};

const struct expectation_kind kind_no_signal = {
	.name = "no-signal",
	.key = "signal",
	.stream = STREAM_PROCESS,
	.is_absence = true,
	.event = EVENT_SIGNAL,
	.matches = signal_matches,
	.wanted = wanted_signal,
	.seen = seen_signal,
	.describe = describe_signal,
};

/* Ends ---------------------------------------------------------------------------------- */

static bool end_matches(const struct expectation *expectation, const struct timeline *timeline,
			const struct event *event)
{
	const struct end *want = &expectation->end;

	if (!is_of_its_process(expectation, timeline, event))
		return false;
	if (want->exited)
		return event->end.signal == 0 && event->end.status == want->status;
	return !want->signal || event->end.signal == want->signal;
}

static void wanted_end(char *out, size_t out_bytes, const struct expectation *expectation)
{
	const struct end *end = &expectation->end;
	const struct event event = { .end = { .status = end->exited ? end->status : -1,
					      .signal = end->exited ? 0 : end->signal } };

	end_text(out, out_bytes, &event);
}

static json_t *describe_end(const struct expectation *expectation)
{
	const struct end *end = &expectation->end;
	json_t *object = json_object();

	if (end->exited)
		put_number(object, "status", end->status);
	else
		put_signal(object, "signal", end->signal);
	return object;
}

const struct expectation_kind kind_end = {
	.name = "end",
	.stream = STREAM_PROCESS,
	.event = EVENT_END,
	.matches = end_matches,
	.wanted = wanted_end,
	.seen = end_text,
	.describe = describe_end,
};

/* Looks at a process -------------------------------------------------------------------- */

/* Whether the thread was in such a call when it was looked at. */
static bool is_in_call(const struct timeline *timeline, const struct event *look, const char *name)
{
	for (size_t i = look - timeline->events; i-- > 0;) {
		const struct event *before = &timeline->events[i];

		if (before->pid != look->pid || before->tid != look->tid)
			continue;
		if (before->kind == EVENT_RETURN)
			return false;
		if (before->kind == EVENT_ENTER)
			return name_matches(name, before->call.family) ||
			       name_matches(name, before->call.name);
	}
	return false;
}

static bool process_matches(const struct expectation *expectation, const struct timeline *timeline,
			    const struct event *event)
{
	const struct process_look *want = &expectation->process;
	const char *channel = event->process.wait_channel;

	if (!is_of_its_process(expectation, timeline, event))
		return false;
	if (want->state && want->state != event->process.state)
		return false;
	/* an empty wait channel: this kernel does not say (no CONFIG_KALLSYMS) */
	if (want->wait_channel && *channel && !name_matches(want->wait_channel, channel))
		return false;
	return !want->in_call || is_in_call(timeline, event, want->in_call);
}

static void wanted_process(char *out, size_t out_bytes, const struct expectation *expectation)
{
	const struct process_look *look = &expectation->process;
	char state[16] = "";

	if (look->state)
		snprintf(state, sizeof(state), " in state %c", look->state);
	snprintf(out, out_bytes, "process%s%s%s%s%s", state, look->in_call ? ", blocked in " : "",
		 look->in_call ? look->in_call : "", look->wait_channel ? ", wait channel " : "",
		 look->wait_channel ? look->wait_channel : "");
}

static void seen_process(char *out, size_t out_bytes, const struct event *event)
{
	const char *channel = event->process.wait_channel;

	snprintf(out, out_bytes, "process in state %c, wait channel %s", event->process.state,
		 *channel ? channel : "unknown");
}

static json_t *describe_process(const struct expectation *expectation)
{
	const struct process_look *look = &expectation->process;
	json_t *object = json_object();
	char state[2] = { look->state, '\0' };

	put_text(object, "state", look->state ? state : NULL);
	put_text(object, "in_call", look->in_call);
	put_text(object, "wait_channel", look->wait_channel);
	return object;
}

const struct expectation_kind kind_process = {
	.name = "process",
	.stream = STREAM_LOOK,
	.event = EVENT_PROCESS,
	.matches = process_matches,
	.wanted = wanted_process,
	.seen = seen_process,
	.describe = describe_process,
};

/* Output -------------------------------------------------------------------------------- */

static bool output_matches(const struct expectation *expectation, const struct timeline *timeline,
			   const struct event *event)
{
	return is_of_its_process(expectation, timeline, event) &&
	       (!expectation->output || strstr(event->text, expectation->output));
}

static void wanted_output(char *out, size_t out_bytes, const struct expectation *expectation)
{
	snprintf(out, out_bytes, "prints \"%s\"", expectation->output);
}

static void seen_output(char *out, size_t out_bytes, const struct event *event)
{
	quote_bytes(out, out_bytes, (const uint8_t *)event->text, strlen(event->text), 160);
}

static json_t *describe_output(const struct expectation *expectation)
{
	return json_text(expectation->output);
}

const struct expectation_kind kind_output = {
	.name = "output",
	.stream = STREAM_OUTPUT,
	.event = EVENT_OUTPUT,
	.matches = output_matches,
	.wanted = wanted_output,
	.seen = seen_output,
	.describe = describe_output,
};

#include "record/event_words.h"

#include "base/fail.h"

#include <stdio.h>

const char *duration_text(double ms, char buf[static DURATION_BYTES])
{
	snprintf(buf, DURATION_BYTES, ms < 1000 ? "%g ms" : "%g s", ms < 1000 ? ms : ms / 1e3);
	return buf;
}

const char *times_text(int count, char buf[static TIMES_BYTES])
{
	if (count == 1)
		return "once";
	snprintf(buf, TIMES_BYTES, "%d times", count);
	return buf;
}

/* Whether it is the wait for the next probe of a closed window that was doubled. */
static bool is_of_probes(const struct event *event)
{
	const uint32_t most_us = 120 * 1000000;

	return event->backoff.times > event->backoff.from_times &&
	       event->backoff.to_us == event->backoff.from_us && event->backoff.to_us < most_us;
}

void backoff_text(char *out, size_t out_bytes, const struct event *event)
{
	char count[TIMES_BYTES], timeout[DURATION_BYTES];

	duration_text(event->backoff.to_us / 1e3, timeout);
	if (is_of_probes(event))
		snprintf(out, out_bytes, "wait for the next probe doubled %s",
			 times_text(event->backoff.times, count));
	else if (event->backoff.times)
		snprintf(out, out_bytes, "retransmission timeout %s, doubled %s", timeout,
			 times_text(event->backoff.times, count));
	else
		snprintf(out, out_bytes, "retransmission timeout back to %s", timeout);
}

void call_text(char *out, size_t out_bytes, const struct call *call)
{
	char error[16];
	const char *by_lab = call->by_lab ? " (ended by the lab)" : "";

	if (call->ending == CALL_RESTARTED)
		snprintf(out, out_bytes, "%s(%s) interrupted, restarted by the kernel", call->name,
			 call->args);
	else if (call->error)
		snprintf(out, out_bytes, "%s(%s) = -1 %s%s", call->name, call->args,
			 errno_name(call->error, error), by_lab);
	else
		snprintf(out, out_bytes, "%s(%s) = %lld%s", call->name, call->args,
			 (long long)call->result, by_lab);
}

void end_text(char *out, size_t out_bytes, const struct event *event)
{
	char name[16];

	if (event->end.signal)
		snprintf(out, out_bytes, "killed by %s", signal_name(event->end.signal, name));
	else
		snprintf(out, out_bytes, "exited with status %d", event->end.status);
}

#include "explain/sentence.h"

#include "base/fail.h"
#include "explain/duty.h"

#include <stdio.h>
#include <string.h>

enum { FIELD_BYTES = 64 };

/* "SIGTERM", or "write()" */
static void cause_field(char *out, const struct explanation *explanation, size_t index)
{
	const struct reason *reason = &explanation->reasons[index];
	const struct event *cause;
	char name[16];

	*out = '\0';
	if (reason->cause_count == 0)
		return;
	cause = &explanation->timeline->events[explanation->causes[reason->first_cause]];
	if (cause->kind == EVENT_SIGNAL)
		snprintf(out, FIELD_BYTES, "%s", signal_name(cause->signal.number, name));
	if (cause->kind == EVENT_ENTER || cause->kind == EVENT_RETURN)
		snprintf(out, FIELD_BYTES, "%s()", cause->call.name);
}

static bool is_field(const char *name, size_t length, const char *wanted)
{
	return strlen(wanted) == length && strncmp(name, wanted, length) == 0;
}

/* The value of a field of the event; "" when it has none of this name. */
static void field(char *out, const struct explanation *explanation, size_t index, const char *name,
		  size_t length)
{
	const struct event *event = &explanation->timeline->events[index];
	const bool is_call = event->kind == EVENT_ENTER || event->kind == EVENT_RETURN;
	char text[16];

	*out = '\0';
	if (is_field(name, length, "host"))
		snprintf(out, FIELD_BYTES, "%s", host_name(event->host));
	else if (is_field(name, length, "cause"))
		cause_field(out, explanation, index);
	else if (is_call && is_field(name, length, "name"))
		snprintf(out, FIELD_BYTES, "%s", event->call.name);
	else if (is_call && is_field(name, length, "result"))
		snprintf(out, FIELD_BYTES, "%lld", (long long)event->call.result);
	else if (is_call && is_field(name, length, "error"))
		snprintf(out, FIELD_BYTES, "%s", errno_name(event->call.error, text));
	else if (event->kind == EVENT_FORK && is_field(name, length, "child"))
		snprintf(out, FIELD_BYTES, "%d", event->child);
	else if (event->kind == EVENT_END && is_field(name, length, "status"))
		snprintf(out, FIELD_BYTES, "%d", event->end.status);
	else if (event->kind == EVENT_END && is_field(name, length, "signal"))
		snprintf(out, FIELD_BYTES, "%s", signal_name(event->end.signal, text));
	else if (event->kind == EVENT_PROCESS && is_field(name, length, "wait_channel"))
		snprintf(out, FIELD_BYTES, "%s", event->process.wait_channel);
}

const char *explain_sentence(const struct explanation *explanation, size_t event,
			     enum language language, char buf[static SENTENCE_BYTES])
{
	const struct rule *rule = explanation->reasons[event].rule;
	const char *at = !rule ? "" : language == KOREAN ? rule->korean : rule->english;
	size_t used = 0;

	while (*at && used < SENTENCE_BYTES - FIELD_BYTES) {
		const char *end = *at == '{' ? strchr(at, '}') : NULL;

		if (!end) {
			buf[used++] = *at++;
			continue;
		}
		field(buf + used, explanation, event, at + 1, (size_t)(end - at - 1));
		used += strlen(buf + used);
		at = end + 1;
	}
	buf[used] = '\0';
	return buf;
}

const char *explain_owed(const struct debt *debt, enum language language)
{
	return language == KOREAN ? debt->duty->korean : debt->duty->english;
}

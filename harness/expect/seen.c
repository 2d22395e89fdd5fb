/* What was seen in place of what was wanted: for whoever has to find out why. */
#include "expect/kind.h"

#include "record/call.h"
#include "record/event_words.h"

#include <stdio.h>
#include <string.h>

enum { SEEN_MOST = 4 };

/* Writes "; " and the text after what is there already. */
static void append_text(char *out, size_t out_bytes, const char *text)
{
	size_t length = strlen(out);

	snprintf(out + length, out_bytes - length, "%s%s", length ? "; " : "", text);
}

static bool is_preparing(const struct event *event)
{
	return event->kind == EVENT_RETURN && call_is_preparation(&event->call);
}

/*
 * Appends the last few matches since `from`, oldest first; calls that only prepare are shown if
 * they were named. Returns how many.
 */
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
		expectation->kind->seen(text, sizeof(text), &timeline->events[last[i]]);
		append_text(out, out_bytes, text);
	}
	return count;
}

/* What happened of the kind: with as much in common as there is. */
static void append_alike(char *out, size_t out_bytes, const struct expectation *expectation,
			 const struct timeline *timeline, size_t from)
{
	const struct expectation_kind *kind =
		expectation->kind->alike ? expectation->kind->alike : expectation->kind;
	const struct expectation any = { .kind = kind, .who = expectation->who };
	struct expectation narrowed = any;

	if (expectation->kind->narrow)
		expectation->kind->narrow(&narrowed, expectation);
	if (append_matches(out, out_bytes, &narrowed, timeline, from, SEEN_MOST) == 0)
		append_matches(out, out_bytes, &any, timeline, from, SEEN_MOST);
}

/* How programs ended: the reason for much that was not seen. */
static void append_ends(char *out, size_t out_bytes, const struct expectation *expectation,
			const struct timeline *timeline, size_t from)
{
	const struct expectation end = { .kind = &kind_end, .who = expectation->who };
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

/* The last call that a living process of the actor entered and has not returned from, or NULL. */
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

static void append_call_in_progress(char *out, size_t out_bytes,
				    const struct expectation *expectation,
				    const struct timeline *timeline)
{
	const struct event *entered =
		expectation->who.name ? call_in_progress(expectation, timeline) : NULL;
	char text[512];

	if (!entered)
		return;
	snprintf(text, sizeof(text), "still in %s(%s)", entered->call.name, entered->call.args);
	append_text(out, out_bytes, text);
}

void expectation_seen(char *out, size_t out_bytes, const struct expectation *expectation,
		      const struct timeline *timeline, size_t from)
{
	*out = '\0';
	if (expectation->kind->is_absence) {
		expectation->kind->seen(out, out_bytes, &timeline->events[expectation->event]);
		return;
	}
	append_alike(out, out_bytes, expectation, timeline, from);
	if (expectation->kind != &kind_end)
		append_ends(out, out_bytes, expectation, timeline, from);
	append_call_in_progress(out, out_bytes, expectation, timeline);
	if (!*out)
		snprintf(out, out_bytes, "nothing similar");
}

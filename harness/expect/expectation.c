#include "expect/kind.h"

#include <stdio.h>
#include <string.h>

bool is_of_its_process(const struct expectation *expectation, const struct timeline *timeline,
		       const struct event *event)
{
	return event->pid && is_event_of(&expectation->who, timeline, event->pid);
}

bool expectation_matches(const struct expectation *expectation, const struct timeline *timeline,
			 size_t index)
{
	const struct event *event = &timeline->events[index];

	return event->kind == expectation->kind->event &&
	       expectation->kind->matches(expectation, timeline, event);
}

ssize_t expectation_find(const struct expectation *expectation, const struct timeline *timeline,
			 size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (expectation_matches(expectation, timeline, i))
			return (ssize_t)i;
	return NOT_FOUND;
}

ssize_t expectation_search(const struct expectation *expectation, const struct timeline *timeline,
			   struct search *search)
{
	const bool is_of_socket = expectation->kind->stream == STREAM_STATE;
	ssize_t found;

	if (is_of_socket && search->owners_learned != timeline->owners_learned)
		search->next = expectation->from;
	search->owners_learned = timeline->owners_learned;
	found = expectation_find(expectation, timeline, search->next, timeline->count);
	search->looks += (found == NOT_FOUND ? timeline->count : (size_t)found + 1) - search->next;
	search->next = timeline->count;
	return found;
}

enum stream expectation_stream(const struct expectation *expectation)
{
	return expectation->kind->stream;
}

bool expectation_is_absence(const struct expectation *expectation)
{
	return expectation->kind->is_absence;
}

bool expectation_has_event(const struct expectation *expectation)
{
	const enum verdict by_event = expectation->kind->is_absence ? VERDICT_UNMET : VERDICT_MET;

	return expectation->kind->event != EVENT_KINDS && expectation->verdict == by_event;
}

bool expectations_unmet(const struct expectation *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].verdict == VERDICT_UNMET)
			return true;
	return false;
}

const char *expectation_kind_name(const struct expectation *expectation)
{
	return expectation->kind->name;
}

void expectation_wanted(char *out, size_t out_bytes, const struct expectation *expectation)
{
	const char *name = expectation->who.name;
	size_t length;

	snprintf(out, out_bytes, "%s%s%s", name ? name : "", name ? ": " : "",
		 expectation->kind->is_absence ? "no " : "");
	length = strlen(out);
	expectation->kind->wanted(out + length, out_bytes - length, expectation);
}

#include "explain/chain.h"

#include "base/fail.h"
#include "base/memory.h"
#include "explain/rule.h"

#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many rows are read; a chain ends there. */
enum { ROWS_MOST = 40, DEPTH_MOST = 12 };

struct walk {
	const struct explanation *explanation;
	struct chain *chain;
	bool *seen; /* of each event: it is in the chain, or was passed */
};

static const struct reason *reason_of(const struct walk *walk, size_t event)
{
	return &walk->explanation->reasons[event];
}

static size_t cause(const struct walk *walk, size_t event, int nth)
{
	return walk->explanation->causes[reason_of(walk, event)->first_cause + (size_t)nth];
}

static struct chain_row *add_row(struct walk *walk, size_t event, int depth)
{
	struct chain *chain = walk->chain;

	chain->rows = xgrow(chain->rows, chain->count, sizeof(*chain->rows));
	chain->rows[chain->count] = (struct chain_row){ .event = event, .depth = depth };
	return &chain->rows[chain->count++];
}

/* The call itself is no news, where something else has made it return. */
static bool is_own_entry(const struct walk *walk, size_t event, size_t cause)
{
	const struct event *effect = &walk->explanation->timeline->events[event];

	return effect->kind == EVENT_RETURN && effect->call.entered == cause &&
	       reason_of(walk, event)->cause_count > 1;
}

static void show(struct walk *walk, size_t event, int depth);

/* The causes of an event, at this depth; those of what only passes something on. */
static void show_causes(struct walk *walk, size_t event, int depth)
{
	const struct reason *reason = reason_of(walk, event);

	for (int nth = 0; nth < reason->cause_count; nth++) {
		const size_t index = cause(walk, event, nth);
		const struct rule *rule = reason_of(walk, index)->rule;

		if (is_own_entry(walk, event, index) || (rule && rule->link == LINK_QUIET))
			continue;
		if (rule && rule->link == LINK_PASSED) {
			if (!walk->seen[index]) {
				walk->seen[index] = true;
				show_causes(walk, index, depth);
			}
			continue;
		}
		show(walk, index, depth);
	}
}

static bool is_repetition(const struct walk *walk, size_t event)
{
	const struct rule *rule = reason_of(walk, event)->rule;

	return rule && rule->repeats;
}

/* What was repeated again and again is one row: the causes of the first time stand below. */
static size_t skip_repeated(const struct walk *walk, size_t event, int *times)
{
	const struct rule *rule = reason_of(walk, event)->rule;

	while (is_repetition(walk, event) && reason_of(walk, event)->cause_count > 0) {
		const size_t before = cause(walk, event, 0);

		if (!is_repetition(walk, before))
			break;
		*times += reason_of(walk, before)->rule == rule;
		walk->seen[event] = true;
		event = before;
	}
	return event;
}

static void show(struct walk *walk, size_t event, int depth)
{
	const struct rule *rule = reason_of(walk, event)->rule;
	struct chain_row *row;
	size_t first;
	int times = 0;

	if (depth > DEPTH_MOST || walk->chain->count >= ROWS_MOST ||
	    (walk->seen[event] && rule && rule->is_root))
		return;
	row = add_row(walk, event, depth);
	row->known = walk->seen[event];
	if (row->known)
		return;
	walk->seen[event] = true;
	first = skip_repeated(walk, event, &times);
	row->repeated = times;
	show_causes(walk, first, depth + 1);
}

void chain_open(struct chain *chain, const struct explanation *explanation, size_t event)
{
	struct walk walk = { .explanation = explanation, .chain = chain };

	*chain = (struct chain){ 0 };
	walk.seen = xcalloc(explanation->timeline->count, sizeof(*walk.seen));
	show(&walk, event, 0);
	free(walk.seen);
}

void chain_close(struct chain *chain)
{
	free(chain->rows);
	*chain = (struct chain){ 0 };
}

/* Which event is meant ------------------------------------------------------------------- */

static bool is_time(const struct explanation *explanation, const struct event *event,
		    const char *meant)
{
	char text[32];
	const double ms = (double)(event->time_ns - explanation->timeline->started_ns) / 1e6;
	const char *point = strchr(meant, '.');

	if (!point)
		return false;
	snprintf(text, sizeof(text), "%.*f", (int)strlen(point + 1), ms);
	return strcmp(text, meant) == 0;
}

static bool is_flag(const struct event *event, const char *meant)
{
	const struct packet *packet = &event->wire.packet;
	char flags[48];

	if (packet->kind != PACKET_TCP)
		return false;
	return strstr(flags_text(packet->flags, flags), meant) != NULL;
}

static bool is_meant(const struct explanation *explanation, const struct event *event,
		     const char *meant)
{
	char name[16];

	if (is_time(explanation, event, meant))
		return true;
	switch (event->kind) {
	case EVENT_PACKET:
		return is_flag(event, meant);
	case EVENT_RETURN:
		return strcmp(event->call.name, meant) == 0 ||
		       strcmp(event->call.family, meant) == 0 ||
		       (event->call.error &&
			strcmp(errno_name(event->call.error, name), meant) == 0);
	case EVENT_SIGNAL:
		return strcmp(signal_name(event->signal.number, name), meant) == 0;
	case EVENT_END:
		return atoi(meant) == event->pid;
	case EVENT_STATE:
		return strcmp(tcp_state_name(event->state.to), meant) == 0;
	default:
		return false;
	}
}

size_t explain_find(const struct explanation *explanation, const char *meant)
{
	const struct timeline *timeline = explanation->timeline;
	size_t found = timeline->count;

	for (size_t i = 0; i < timeline->count; i++) {
		const struct event *event = &timeline->events[i];
		const bool failed = event->kind == EVENT_RETURN && event->call.error;

		if (!is_meant(explanation, event, meant))
			continue;
		if (failed || found == timeline->count ||
		    timeline->events[found].kind != EVENT_RETURN ||
		    !timeline->events[found].call.error)
			found = i;
	}
	return found;
}

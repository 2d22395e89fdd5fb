/* What the lab did, as JSON: the verb, and what the verb has. */
#include "record/json_parts.h"
#include "show/json_event.h"

static void put_command(json_t *object, const char *const *command)
{
	json_t *words = json_array();

	for (; *command; command++)
		json_array_append_new(words, json_text(*command));
	json_object_set_new(object, "command", words);
}

static void put_typed(json_t *object, const struct action *action)
{
	put_text(object, "line", action->line);
	put_true(object, "eof", !action->line);
}

static void put_killed(json_t *object, const struct action *action)
{
	put_signal(object, "signal", action->signal);
	if (action->to_pid)
		put_number(object, "to_pid", action->to_pid);
	put_true(object, "all", !action->to_pid);
}

static void put_forged(json_t *object, const struct action *action)
{
	char flags[48];

	put_host(object, "from", action->from);
	put_text(object, "flags", flags_text(action->flags, flags));
	put_number(object, "offset", action->offset);
}

static void put_drops(json_t *object, const struct action *action)
{
	json_t *drops = json_object();

	put_host(drops, "to", action->drops_to);
	put_host(drops, "at", action->drops_at);
	json_object_set_new(object, "drops", drops);
}

void put_action(json_t *object, const struct action *action)
{
	put_text(object, "verb", verb_name(action->verb));
	put_text(object, "text", action->text);
	put_host(object, "to", action->to);
	if (action->verb == VERB_START)
		put_command(object, action->command);
	else if (action->verb == VERB_TYPE)
		put_typed(object, action);
	else if (action->verb == VERB_SIGNAL)
		put_killed(object, action);
	else if (action->verb == VERB_FORGE)
		put_forged(object, action);
	else if (action->verb == VERB_SHORTEN_TIMEOUT)
		put_number(object, "rto_min_ms", action->rto_min_ms);
	put_text(object, "name", action->name);
	put_text(object, "value", action->value);
	put_text(object, "value_before", action->value_before);
	if (action->drops_to)
		put_drops(object, action);
	put_true(object, "setup", action->is_setup);
}

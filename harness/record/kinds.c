/* Names of what a timeline has kinds of, as the record has them. */
#include "record/timeline.h"

#include <assert.h>

const char *event_kind_name(enum event_kind kind)
{
	static const char *const names[] = {
		[EVENT_SCENE] = "scene",     [EVENT_ACTION] = "action",   [EVENT_PACKET] = "packet",
		[EVENT_ENTER] = "enter",     [EVENT_RETURN] = "return",   [EVENT_FORK] = "fork",
		[EVENT_SIGNAL] = "signal",   [EVENT_END] = "end",         [EVENT_STATE] = "state",
		[EVENT_BACKOFF] = "backoff", [EVENT_PROCESS] = "process", [EVENT_OUTPUT] = "output",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == EVENT_KINDS, "every kind has a name");
	return names[kind];
}

const char *verb_name(enum verb verb)
{
	static const char *const names[] = {
		[VERB_BUILD] = "build",
		[VERB_START] = "start",
		[VERB_TYPE] = "type",
		[VERB_SIGNAL] = "signal",
		[VERB_SET_PARAMETER] = "set_parameter",
		[VERB_SHORTEN_TIMEOUT] = "shorten_timeout",
		[VERB_CRASH] = "crash",
		[VERB_DETACH] = "detach",
		[VERB_FORGET_NEIGHBOUR] = "forget_neighbour",
		[VERB_REMOVE_ROUTE] = "remove_route",
		[VERB_PROHIBIT_ROUTE] = "prohibit_route",
		[VERB_REBOOT] = "reboot",
		[VERB_FORGE] = "forge",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == VERBS, "every verb has a name");
	return names[verb];
}

const char *fd_kind_name(enum fd_kind kind)
{
	static const char *const names[] = { [FD_NONE] = NULL,
					     [FD_SOCKET] = "socket",
					     [FD_TERMINAL] = "terminal",
					     [FD_OTHER] = "other" };
	return names[kind];
}

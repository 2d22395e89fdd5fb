/*
 * Names for one of several: programs of a host, their children and threads, connections. What is
 * the only one of its kind needs none. Pure.
 */
#ifndef LABEL_H
#define LABEL_H

#include "record/timeline.h"

enum { LABEL_BYTES = 64 };

/* Whose process it is: "client", "client 2" for the host's second program, "server child". */
const char *process_name(const struct timeline *timeline, const struct process *process,
			 char buf[static LABEL_BYTES]);

/*
 * What an event's line begins with: "client 2" where a host has several programs, "child",
 * "child 12" or "thread 12" for what these do, both ("client 2: child"), or "" where there is no
 * doubt. buf is returned.
 */
const char *event_label(const struct timeline *timeline, const struct event *event,
			char buf[static LABEL_BYTES]);

/* The number of a connection where there are several, or "". buf is returned. */
const char *connection_label(const struct timeline *timeline, int number,
			     char buf[static LABEL_BYTES]);

#endif

/* Which one of several: programs of a host, their children and threads, connections. Pure. */
#ifndef WHOSE_H
#define WHOSE_H

#include "record/timeline.h"

enum { WHOSE_BYTES = 64 };

/*
 * What stands before a line: "client 2: " where a host has several programs, "child: " or
 * "thread 12: " for what these do, "" where there is no doubt. buf is returned.
 */
const char *whose(const struct timeline *timeline, const struct event *event,
		  char buf[static WHOSE_BYTES]);

enum { CONNECTIONS_MOST = 64 };

/* The connections of a timeline, by their ports, in the order of their first segments. */
struct connections {
	struct {
		uint16_t low, high;
	} ports[CONNECTIONS_MOST];
	int count;
};

void connections_find(struct connections *connections, const struct timeline *timeline);

/* "2: " where there are several, or ""; buf is returned. */
const char *connection_text(const struct connections *connections, uint16_t port, uint16_t other,
			    char buf[static WHOSE_BYTES]);

#endif

/* Who: one process, or all processes of a started program. Pure. */
#ifndef WHO_H
#define WHO_H

#include "record/timeline.h"

struct who {
	const char *name; /* "client", "server child"; NULL for the wire */
	enum host host;
	int program; /* index of the started program */
	pid_t pid;   /* 0: any process of the program */
};

/* Whether the process with this pid is one of `who`'s; false for a pid the timeline lacks. */
bool is_event_of(const struct who *who, const struct timeline *timeline, pid_t pid);

/*
 * Whether a socket (a row of timeline->sockets) is one of `who`'s: one of its processes made a
 * call on it. The kernel's inode ties calls and sockets.
 */
bool socket_is_of(const struct who *who, const struct timeline *timeline, size_t row);

#endif

/* Which processes have made a call on which socket. Pure. */
#ifndef CALLERS_H
#define CALLERS_H

#include "base/lookup.h"

#include <stdbool.h>
#include <sys/types.h>

struct caller {
	pid_t pid;
	ptrdiff_t before; /* the row of the socket's caller before it, or LOOKUP_NONE */
};

/* Each pair of a socket and a process once. All fields 0: none. */
struct callers {
	struct caller *rows;
	size_t count;
	struct lookup newest; /* by inode: a socket's last row */
	struct lookup pairs;
};

/* Notes that the process has made a call on the socket with this inode. Whether that is new. */
bool callers_note(struct callers *callers, uint64_t inode, pid_t pid);

/* Whether it has. */
bool callers_have(const struct callers *callers, uint64_t inode, pid_t pid);

/* The newest caller of a socket; `before` leads on to the others. Or LOOKUP_NONE. */
ptrdiff_t callers_of(const struct callers *callers, uint64_t inode);

void callers_close(struct callers *callers);

#endif

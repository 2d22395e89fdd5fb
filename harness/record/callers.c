#include "record/callers.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* A pid has at most 22 bits (PID_MAX_LIMIT), the inode of a socket 32 (get_next_ino()). */
static uint64_t pair_of(uint64_t inode, pid_t pid)
{
	return (inode << 22) | (uint64_t)pid;
}

bool callers_have(const struct callers *callers, uint64_t inode, pid_t pid)
{
	return lookup_find(&callers->pairs, pair_of(inode, pid)) != LOOKUP_NONE;
}

bool callers_note(struct callers *callers, uint64_t inode, pid_t pid)
{
	if (callers_have(callers, inode, pid))
		return false;
	callers->rows = xgrow(callers->rows, callers->count, sizeof(*callers->rows));
	callers->rows[callers->count] = (struct caller){ pid, callers_of(callers, inode) };
	lookup_put(&callers->newest, inode, callers->count);
	lookup_put(&callers->pairs, pair_of(inode, pid), callers->count);
	callers->count++;
	return true;
}

ptrdiff_t callers_of(const struct callers *callers, uint64_t inode)
{
	return lookup_find(&callers->newest, inode);
}

void callers_close(struct callers *callers)
{
	free(callers->rows);
	lookup_close(&callers->newest);
	lookup_close(&callers->pairs);
	memset(callers, 0, sizeof(*callers));
}

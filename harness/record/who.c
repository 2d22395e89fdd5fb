#include "record/who.h"

bool is_event_of(const struct who *who, const struct timeline *timeline, pid_t pid)
{
	const struct process *process;

	if (who->pid)
		return who->pid == pid;
	process = timeline_process(timeline, pid);
	return process && process->program == who->program;
}

bool socket_is_of(const struct who *who, const struct timeline *timeline, size_t row)
{
	const struct callers *callers = &timeline->callers;
	const uint64_t inode = timeline->sockets[row].inode;

	if (inode == 0 || timeline->sockets[row].host != who->host)
		return false;
	if (who->pid)
		return callers_have(callers, inode, who->pid);
	for (ptrdiff_t i = callers_of(callers, inode); i != LOOKUP_NONE;
	     i = callers->rows[i].before)
		if (is_event_of(who, timeline, callers->rows[i].pid))
			return true;
	return false;
}

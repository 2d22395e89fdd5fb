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
	uint64_t inode = timeline->sockets[row].inode;

	if (inode == 0 || timeline->sockets[row].host != who->host)
		return false;
	for (size_t i = 0; i < timeline->count; i++) {
		const struct event *event = &timeline->events[i];

		if ((event->kind == EVENT_ENTER || event->kind == EVENT_RETURN) &&
		    event->call.inode == inode && is_event_of(who, timeline, event->pid))
			return true;
	}
	return false;
}

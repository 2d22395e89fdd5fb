/*
 * Processes as /proc shows them (proc(5)). The lab has mounted a /proc of its own, which shows only
 * the processes of its run.
 */
#ifndef PROC_H
#define PROC_H

#include "record/timeline.h"

/* Fills state, parent, command and wait channel of a thread; false when it is gone. */
bool proc_look(pid_t tid, struct event *event);

/*
 * The same for each thread of a process, at most `most` of them; pid and tid are set, too. Returns
 * how many there are.
 */
int proc_look_at_threads(pid_t pid, struct event *events, int most);

/* The thread group (process) a thread belongs to; 0 when it is gone. */
pid_t proc_group(pid_t tid);

/* How many threads the process has; 0 when it is gone. */
int proc_threads(pid_t pid);

/* What the process does with a signal at present. */
enum disposition proc_disposition(pid_t pid, int signal);

/* What a descriptor of the process is. The inode is that of a socket, 0 for anything else. */
enum fd_kind proc_fd(pid_t pid, int fd, uint64_t *inode);

/* Whether a descriptor of the process is the socket with this inode. */
bool proc_holds_socket(pid_t pid, uint64_t inode);

#endif

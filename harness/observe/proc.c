#include "observe/proc.h"

#include "base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads a small file of /proc/PID as a string; false when the process is gone. */
static bool slurp(pid_t pid, const char *file, char *out, size_t out_bytes)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, out, out_bytes - 1);
	close(fd);
	if (n < 0)
		return false;
	out[n] = '\0';
	return true;
}

bool proc_look(pid_t tid, struct event *event)
{
	char stat[512], *command_end;

	if (!slurp(tid, "stat", stat, sizeof(stat)))
		return false;
	/* "pid (command) state ppid ...": the command may hold spaces and parentheses */
	command_end = strrchr(stat, ')');
	if (!command_end)
		return false;
	event->kind = EVENT_PROCESS;
	event->process.state = command_end[2];
	event->process.parent = atoi(command_end + 4);
	*command_end = '\0';
	snprintf(event->process.command, sizeof(event->process.command), "%s",
		 strchr(stat, '(') + 1);
	replace_controls(event->process.command); /* a program may call itself anything */
	/* "0" while it runs, or when the kernel does not say */
	if (!slurp(tid, "wchan", event->process.wait_channel,
		   sizeof(event->process.wait_channel)) ||
	    strcmp(event->process.wait_channel, "0") == 0)
		*event->process.wait_channel = '\0';
	return true;
}

int proc_look_at_threads(pid_t pid, struct event *events, int most)
{
	struct dirent *entry;
	char path[64];
	DIR *directory;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	directory = opendir(path);
	while (directory && count < most && (entry = readdir(directory))) {
		const pid_t tid = atoi(entry->d_name);

		events[count] = (struct event){ .pid = pid, .tid = tid };
		if (tid > 0 && proc_look(tid, &events[count]))
			count++;
	}
	if (directory)
		closedir(directory);
	return count;
}

/* The number after "\nKey:\t" in /proc/PID/status. */
static unsigned long long status_value(pid_t pid, const char *key, int base)
{
	char status[8192], line[32];
	const char *at;

	if (!slurp(pid, "status", status, sizeof(status)))
		return 0;
	snprintf(line, sizeof(line), "\n%s:\t", key);
	at = strstr(status, line);
	return at ? strtoull(at + strlen(line), NULL, base) : 0;
}

pid_t proc_group(pid_t tid)
{
	return (pid_t)status_value(tid, "Tgid", 10);
}

int proc_threads(pid_t pid)
{
	return (int)status_value(pid, "Threads", 10);
}

enum disposition proc_disposition(pid_t pid, int signal)
{
	unsigned long long bit = 1ULL << (signal - 1);

	if (status_value(pid, "SigCgt", 16) & bit)
		return CAUGHT;
	return status_value(pid, "SigIgn", 16) & bit ? IGNORED : DEFAULT_ACTION;
}

static enum fd_kind kind_of_link(const char *path, uint64_t *inode)
{
	char link[64];
	unsigned long long number;
	ssize_t n = readlink(path, link, sizeof(link) - 1);

	*inode = 0;
	if (n < 0)
		return FD_NONE;
	link[n] = '\0';
	if (sscanf(link, "socket:[%llu]", &number) == 1) {
		*inode = number;
		return FD_SOCKET;
	}
	return strncmp(link, "/dev/pts/", 9) == 0 || strncmp(link, "/dev/tty", 8) == 0 ? FD_TERMINAL
										       : FD_OTHER;
}

enum fd_kind proc_fd(pid_t pid, int fd, uint64_t *inode)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	return kind_of_link(path, inode);
}

bool proc_holds_socket(pid_t pid, uint64_t inode)
{
	char path[64 + NAME_MAX];
	struct dirent *entry;
	uint64_t found = 0;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	directory = opendir(path);
	while (directory && found != inode && (entry = readdir(directory))) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%s", pid, entry->d_name);
		kind_of_link(path, &found);
	}
	if (directory)
		closedir(directory);
	return found == inode && inode != 0;
}

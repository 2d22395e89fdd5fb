#include "unp.h"

#include <fcntl.h>

pid_t Fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err_sys("fork error");
	return pid;
}

pid_t Wait(int *status)
{
	pid_t pid = wait(status);

	if (pid < 0)
		err_sys("wait error");
	return pid;
}

pid_t Waitpid(pid_t pid, int *status, int options)
{
	pid_t ended = waitpid(pid, status, options);

	if (ended < 0)
		err_sys("waitpid error");
	return ended;
}

ssize_t Read(int fd, void *buf, size_t n)
{
	ssize_t got = read(fd, buf, n);

	if (got < 0)
		err_sys("read error");
	return got;
}

void Close(int fd)
{
	if (close(fd) < 0)
		err_sys("close error");
}

void *Malloc(size_t bytes)
{
	void *memory = malloc(bytes);

	if (!memory)
		err_sys("malloc error");
	return memory;
}

void Set_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		err_sys("fcntl error");
}

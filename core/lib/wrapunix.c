#include "unp.h"

pid_t Fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		err_sys("fork error");
	return pid;
}

void Close(int fd)
{
	if (close(fd) < 0)
		err_sys("close error");
}

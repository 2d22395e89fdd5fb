#include "unp.h"

int Select(int maxfdp1, fd_set *readable, fd_set *writable, fd_set *except, struct timeval *limit)
{
	int n;

	do
		n = select(maxfdp1, readable, writable, except, limit);
	while (n < 0 && errno == EINTR);

	if (n < 0)
		err_sys("select error");
	return n;
}

int Poll(struct pollfd *fds, nfds_t count, int limit_ms)
{
	int n;

	do
		n = poll(fds, count, limit_ms);
	while (n < 0 && errno == EINTR);

	if (n < 0)
		err_sys("poll error");
	return n;
}

int Epoll_create(void)
{
	int fd = epoll_create1(0);

	if (fd < 0)
		err_sys("epoll_create1 error");
	return fd;
}

void Epoll_ctl(int epollfd, int operation, int fd, struct epoll_event *event)
{
	if (epoll_ctl(epollfd, operation, fd, event) < 0)
		err_sys("epoll_ctl error");
}

int Epoll_wait(int epollfd, struct epoll_event *events, int most, int limit_ms)
{
	int n;

	do
		n = epoll_wait(epollfd, events, most, limit_ms);
	while (n < 0 && errno == EINTR);

	if (n < 0)
		err_sys("epoll_wait error");
	return n;
}

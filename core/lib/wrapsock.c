#include "unp.h"

int Socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (fd < 0)
		err_sys("socket error");
	return fd;
}

static int port_of(const SA *addr)
{
	if (addr->sa_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)addr)->sin6_port);
	return ntohs(((const struct sockaddr_in *)addr)->sin_port);
}

void Bind(int fd, const SA *addr, socklen_t addrlen)
{
	int port = port_of(addr);

	if (bind(fd, addr, addrlen) == 0)
		return;
	if (errno == EADDRINUSE)
		err_quit("%s: bind error on port %d: %s; to see who has it: ss -tanp sport = :%d",
			 program_invocation_short_name, port, strerror(errno), port);
	err_sys("bind error on port %d", port);
}

void Listen(int fd, int backlog)
{
	if (listen(fd, backlog) < 0)
		err_sys("listen error");
}

int Accept(int fd, SA *addr, socklen_t *addrlen)
{
	int connfd;

	do
		connfd = accept(fd, addr, addrlen);
	while (connfd < 0 && (errno == ECONNABORTED || errno == EPROTO));

	if (connfd < 0)
		err_sys("accept error");
	return connfd;
}

int accept_ready(int fd)
{
	int connfd = accept(fd, NULL, NULL);

	if (connfd < 0 && (errno == ECONNABORTED || errno == EPROTO || errno == EINTR))
		errno = EAGAIN;
	return connfd;
}

int Accept_ready(int fd)
{
	int connfd = accept_ready(fd);

	if (connfd < 0 && errno != EAGAIN)
		err_sys("accept error");
	return connfd;
}

void Connect(int fd, const SA *addr, socklen_t addrlen)
{
	if (connect(fd, addr, addrlen) < 0)
		err_sys("connect error");
}

void Setsockopt(int fd, int level, int option, const void *value, socklen_t bytes)
{
	if (setsockopt(fd, level, option, value, bytes) < 0)
		err_sys("setsockopt error");
}

void Shutdown(int fd, int how)
{
	if (shutdown(fd, how) < 0)
		err_sys("shutdown error");
}

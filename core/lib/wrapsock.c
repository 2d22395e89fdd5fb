#include "unp.h"

int Socket(int family, int type, int protocol)
{
	int fd = socket(family, type, protocol);

	if (fd < 0)
		err_sys("socket error");
	return fd;
}

void Bind(int fd, const SA *addr, socklen_t addrlen)
{
	int port = ntohs(((const struct sockaddr_in *)addr)->sin_port);

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

void Connect(int fd, const SA *addr, socklen_t addrlen)
{
	if (connect(fd, addr, addrlen) < 0)
		err_sys("connect error");
}

void Inet_pton(int family, const char *text, void *addr)
{
	int n = inet_pton(family, text, addr);

	if (n < 0)
		err_sys("inet_pton error for %s", text);
	if (n == 0) /* not an errno: the text is wrong, the call is not */
		err_quit("%s: not an IPv4 address: %s", program_invocation_short_name, text);
}

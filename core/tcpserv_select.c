/*
 * The echo server, one process for all clients, with select (UNP 6.8). It may wait in select alone:
 * wherever else it waited for one client, it would leave the others alone. lib/echo.c serves a
 * client as far as that goes without waiting.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	static struct echo clients[FD_SETSIZE]; /* by descriptor */
	fd_set connected, readable, writable;
	int listenfd, connfd, fd, maxfd, count = 0;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);

	/*
	 * A client may give up after select has reported it and before accept comes to it; then a
	 * blocking accept would wait for the next one, and all others with it (UNP 16.6). Linux
	 * keeps such a connection in the queue; POSIX does not say that it must.
	 */
	Set_nonblock(listenfd);

	Signal(SIGPIPE, SIG_IGN); /* one client that is gone must not end the others */

	FD_ZERO(&connected);
	maxfd = listenfd;
	for (;;) {
		FD_ZERO(&readable);
		FD_ZERO(&writable);
		if (count < CLIENTS_MOST)
			FD_SET(listenfd, &readable);
		for (fd = listenfd + 1; fd <= maxfd; fd++)
			if (FD_ISSET(fd, &connected))
				FD_SET(fd, echo_unsent(&clients[fd]) ? &writable : &readable);
		Select(maxfd + 1, &readable, &writable, NULL, NULL);

		for (fd = listenfd + 1; fd <= maxfd; fd++) {
			if (!FD_ISSET(fd, &readable) && !FD_ISSET(fd, &writable))
				continue;
			if (!echo_step(&clients[fd])) {
				Close(fd);
				FD_CLR(fd, &connected);
				count--;
			}
		}

		if (!FD_ISSET(listenfd, &readable))
			continue;
		connfd = Accept_ready(listenfd);
		if (connfd >= FD_SETSIZE) {
			Close(connfd); /* FD_SET would write behind the set (select(2)) */
		} else if (connfd >= 0) {
			echo_start(&clients[connfd], connfd);
			FD_SET(connfd, &connected);
			maxfd = connfd > maxfd ? connfd : maxfd;
			count++;
		}
	}
}

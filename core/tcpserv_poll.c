/*
 * The echo server, one process for all clients, with poll (UNP 6.11). It may wait in poll alone:
 * wherever else it waited for one client, it would leave the others alone. lib/echo.c serves a
 * client as far as that goes without waiting.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	static struct echo clients[1 + CLIENTS_MOST]; /* of the descriptor of the same index */
	static struct pollfd fds[1 + CLIENTS_MOST];   /* 0: the listening socket */
	int listenfd, connfd, i, count = 0;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);

	/*
	 * A client may give up after poll has reported it and before accept comes to it; then a
	 * blocking accept would wait for the next one, and all others with it (UNP 16.6). Linux
	 * keeps such a connection in the queue; POSIX does not say that it must.
	 */
	Set_nonblock(listenfd);

	Signal(SIGPIPE, SIG_IGN); /* one client that is gone must not end the others */

	fds[0].fd = listenfd;
	for (;;) {
		fds[0].events = count < CLIENTS_MOST ? POLLIN : 0;
		for (i = 1; i <= count; i++)
			fds[i].events = echo_unsent(&clients[i]) ? POLLOUT : POLLIN;
		Poll(fds, 1 + count, -1);

		/* Backwards, because the last one takes the place of one that has ended. */
		for (i = count; i > 0; i--) {
			if (fds[i].revents == 0)
				continue;
			if (!echo_step(&clients[i])) {
				Close(fds[i].fd);
				clients[i] = clients[count];
				fds[i] = fds[count];
				count--;
			}
		}

		if (fds[0].revents == 0)
			continue;
		connfd = Accept_ready(listenfd);
		if (connfd >= 0) {
			count++;
			echo_start(&clients[count], connfd);
			fds[count].fd = connfd;
		}
	}
}

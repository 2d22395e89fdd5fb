/*
 * tcpserv04 that can be restarted at once (UNP 7.5: every TCP server should set SO_REUSEADDR).
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr, cliaddr;
	socklen_t servlen, clilen;
	const int on = 1;
	int listenfd, connfd;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);

	/*
	 * Connections of a server before this one, in TIME_WAIT or still alive, do not keep the
	 * port from us. A second server that listens there does, as before (UNP 7.5).
	 */
	Setsockopt(listenfd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);

	Signal(SIGCHLD, sig_chld); /* before the first fork */

	for (;;) {
		clilen = sizeof(cliaddr);
		connfd = accept(listenfd, (SA *)&cliaddr, &clilen);
		if (connfd < 0) {
			/*
			 * A child ended while we waited. Linux goes on waiting by itself, because
			 * Signal() asks for SA_RESTART; not every system does (UNP 5.9).
			 */
			if (errno == EINTR)
				continue;
			/* This client gave up while it was queued; the next may not (UNP 5.11). */
			if (errno == ECONNABORTED || errno == EPROTO)
				continue;
			err_sys("accept error");
		}

		if (Fork() == 0) {
			Close(listenfd);
			str_echo(connfd);
			exit(0); /* closes connfd: this is the FIN */
		}
		Close(connfd); /* or the child's close would not be the last, and no FIN be sent */
	}
}

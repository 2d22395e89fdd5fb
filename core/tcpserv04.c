/*
 * The echo server, one child per client, that reaps its children (UNP 5.10). Compare tcpserv01.c.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr, cliaddr;
	socklen_t servlen, clilen;
	int listenfd, connfd;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);

	/*
	 * No SO_REUSEADDR, as in the book's first servers: while a connection on this port lives,
	 * or is in TIME_WAIT, a restarted server gets EADDRINUSE here (UNP 7.5, RFC 9293 3.6.1).
	 */
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

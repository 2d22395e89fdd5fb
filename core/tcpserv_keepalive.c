/*
 * tcpserv04 that asks whether its clients' hosts are still there (SO_KEEPALIVE): without it, the
 * child of a client whose host has crashed waits for ever, since it has nothing to send that would
 * time out.
 */
#include "unp.h"

#include <netinet/tcp.h>

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr, cliaddr;
	socklen_t servlen, clilen;
	const int on = 1, idle = 1, interval = 1, count = 1;
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

		/*
		 * If nothing has come for idle seconds, the kernel asks the peer whether it is
		 * still there, every interval seconds; after count questions without an answer,
		 * read fails with ETIMEDOUT (UNP 7.5, RFC 9293 3.8.4). Left alone, this takes Linux
		 * 7200 s + 9 * 75 s.
		 */
		Setsockopt(connfd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		Setsockopt(connfd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
		Setsockopt(connfd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
		Setsockopt(connfd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));

		if (Fork() == 0) {
			Close(listenfd);
			str_echo(connfd);
			exit(0); /* closes connfd: this is the FIN */
		}
		Close(connfd); /* or the child's close would not be the last, and no FIN be sent */
	}
}

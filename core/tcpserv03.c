/*
 * The echo server that reaps its children and goes on (UNP 5.9). What is still wrong: children that
 * end together leave zombies (UNP 5.10), and a connection that the kernel reports as aborted, where
 * it does, ends the server (UNP 5.11). Compare tcpserv02.c, and tcpserv04.c, the cure.
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

	Signal_intr(SIGCHLD, sig_chld_wait); /* before the first fork */

	for (;;) {
		clilen = sizeof(cliaddr);
		connfd = accept(listenfd, (SA *)&cliaddr, &clilen);
		if (connfd < 0) {
			/* A child ended while we waited. No system goes on by itself here. */
			if (errno == EINTR)
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

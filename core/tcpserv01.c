/*
 * The echo server, one child per client (UNP 5.2). It never waits for its children: each becomes a
 * zombie (UNP 5.7). tcpserv04.c is the cure.
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

	for (;;) {
		clilen = sizeof(cliaddr);
		connfd = Accept(listenfd, (SA *)&cliaddr, &clilen);

		if (Fork() == 0) {
			Close(listenfd);
			str_echo(connfd);
			exit(0); /* closes connfd: this is the FIN */
		}
		Close(connfd); /* or the child's close would not be the last, and no FIN be sent */
	}
}

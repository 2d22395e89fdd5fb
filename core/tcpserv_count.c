/*
 * Reads to the end and then answers how many bytes there were. Where the request ends, only a FIN
 * can tell here, so a client must close its half of the connection and keep the other (UNP 6.6):
 * tcpcli_halfclose does.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	char buf[MAXLINE];
	size_t bytes;
	ssize_t n;
	int listenfd, connfd;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);

	Signal(SIGPIPE, SIG_IGN); /* a client that is gone must not end the server */

	for (;;) {
		connfd = Accept(listenfd, NULL, NULL);
		bytes = 0;
		while ((n = read(connfd, buf, sizeof(buf))) > 0)
			bytes += n;
		if (n < 0) {
			err_ret("read error");
		} else {
			n = snprintf(buf, sizeof(buf), "%zu bytes\n", bytes);
			if (writen(connfd, buf, n) < 0)
				err_ret("write error");
		}
		Close(connfd); /* this is the FIN */
	}
}

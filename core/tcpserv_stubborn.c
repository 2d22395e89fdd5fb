/*
 * Goes on after an error, and says what each call returned: who is it, and then two reads or two
 * writes. To see what accept has handed out when the client's RST came before it (UNP 5.11).
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr, cliaddr;
	socklen_t servlen, clilen;
	char buf[MAXLINE] = "stubborn\n";
	int listenfd, connfd, i;
	bool reads = argc > 1 && strcmp(argv[1], "read") == 0;
	bool writes = argc > 1 && strcmp(argv[1], "write") == 0;

	if (argc > 3 || (!reads && !writes))
		err_quit("usage: %s read|write [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 3 ? argv[2] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);

	Signal(SIGPIPE, SIG_IGN); /* EPIPE says the same, and one lives to see it */

	for (;;) {
		connfd = Accept(listenfd, NULL, NULL);
		clilen = sizeof(cliaddr);
		Say_result("getpeername", getpeername(connfd, (SA *)&cliaddr, &clilen));
		for (i = 0; i < 2; i++) {
			if (reads)
				Say_result("read", read(connfd, buf, sizeof(buf)));
			else
				Say_result("write", write(connfd, buf, strlen(buf)));
		}
		Close(connfd);
	}
}

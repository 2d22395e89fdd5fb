/*
 * Reads nothing from its client until Enter is typed here (RFC 9293 3.8.6: the window closes when
 * the receive buffer is full, and the client's kernel probes it until it opens). tcpcli_flood is
 * the client for it.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	const int buffer_bytes = 4 * 1024; /* the kernel would let it grow to megabytes */
	char buf[MAXLINE];
	size_t bytes = 0;
	ssize_t n;
	int listenfd, connfd;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);

	/* Before listen: the first window that a client is told is this buffer's (UNP 7.5). */
	Setsockopt(listenfd, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof(buffer_bytes));
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);

	connfd = Accept(listenfd, NULL, NULL);
	Say("connected; Enter lets me read");
	Read(STDIN_FILENO, buf, sizeof(buf));

	while ((n = Read(connfd, buf, sizeof(buf))) > 0)
		bytes += n;
	Say("read: %zu bytes, and the end", bytes);
	exit(0); /* closes connfd: this is the FIN */
}

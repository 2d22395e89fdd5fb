/*
 * Closes each connection as soon as something has come, without reading it. Bytes that nobody will
 * read any more are lost data, and TCP says so: close sends an RST and no FIN (RFC 9293 3.6.1, RFC
 * 2525 2.17).
 */
#include "unp.h"

#include <sys/ioctl.h>

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	int listenfd, connfd, unread;
	char byte;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);

	for (;;) {
		connfd = Accept(listenfd, NULL, NULL);
		if (recv(connfd, &byte, 1, MSG_PEEK) < 0) /* waits for it, and leaves it there */
			err_ret("recv error");
		if (ioctl(connfd, FIONREAD, &unread) < 0)
			err_sys("ioctl error");
		Say("close: with %d bytes unread", unread);
		Close(connfd); /* this is the RST, or if nothing was sent, the FIN */
	}
}

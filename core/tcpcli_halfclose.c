/*
 * Sends all of stdin, says that this was all, and only then reads (UNP 6.6). shutdown() sends the
 * FIN and leaves the way back open; after close() there would be nobody left to read the answer,
 * and it would be met with an RST.
 *
 * For a server that answers at the end, like tcpserv_count. One that echoes meanwhile may fill all
 * buffers on the way back, and then both wait for ever: tcpcli_select.c is the cure.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	char line[MAXLINE];
	ssize_t n;
	int sockfd;

	if (argc != 2)
		err_quit("usage: %s <IPaddress>", program_invocation_short_name);
	servlen = Sock_pton(argv[1], SERV_PORT, &servaddr);

	sockfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Connect(sockfd, (SA *)&servaddr, servlen);

	while ((n = Fgetline(line, sizeof(line), stdin)) > 0)
		Writen(sockfd, line, n);
	Shutdown(sockfd, SHUT_WR); /* this is the FIN */

	while ((n = Read(sockfd, line, sizeof(line))) > 0)
		Fputline(line, n, stdout);
	exit(0);
}

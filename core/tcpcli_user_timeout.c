/*
 * tcpcli01 that does not wait a quarter of an hour for an acknowledgement (UNP 5.14; RFC 5482):
 * when what it sent has gone unacknowledged for a second, or for so many milliseconds, read fails
 * with ETIMEDOUT.
 */
#include "unp.h"

#include <netinet/tcp.h>

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	unsigned int limit_ms = 1000;
	int sockfd;

	if (argc != 2 && argc != 3)
		err_quit("usage: %s <IPaddress> [<milliseconds>]", program_invocation_short_name);
	if (argc == 3 && (limit_ms = (unsigned int)atoi(argv[2])) == 0)
		err_quit("%s: not a number of milliseconds: %s", program_invocation_short_name,
			 argv[2]);
	servlen = Sock_pton(argv[1], SERV_PORT, &servaddr);

	sockfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	/* Looked at only when a retransmission is due: it takes somewhat longer than that. */
	Setsockopt(sockfd, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof(limit_ms));
	Connect(sockfd, (SA *)&servaddr, servlen);

	str_cli(stdin, sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

/*
 * The echo client with five connections (UNP 5.10). It uses the first; the others are there to end
 * with it, all at the same time.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	int sockfd[5], i;

	if (argc != 2)
		err_quit("usage: %s <IPaddress>", program_invocation_short_name);
	servlen = Sock_pton(argv[1], SERV_PORT, &servaddr);

	for (i = 0; i < 5; i++) {
		sockfd[i] = Socket(servaddr.ss_family, SOCK_STREAM, 0);
		Connect(sockfd[i], (SA *)&servaddr, servlen);
	}

	str_cli(stdin, sockfd[0]);
	exit(0); /* closes all five: five FINs, and at the server five children end together */
}

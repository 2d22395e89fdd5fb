/*
 * The echo client: a line to the server, its answer to stdout (UNP 5.4).
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	int sockfd;

	if (argc != 2)
		err_quit("usage: %s <IPaddress>", program_invocation_short_name);
	servlen = Sock_pton(argv[1], SERV_PORT, &servaddr);

	sockfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Connect(sockfd, (SA *)&servaddr, servlen);

	str_cli(stdin, sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

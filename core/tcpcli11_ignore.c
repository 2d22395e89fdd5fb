/*
 * tcpcli11 with SIGPIPE ignored (UNP 5.13): the write that would have raised it returns EPIPE,
 * and this process ends in its own words.
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

	Signal(SIGPIPE, SIG_IGN);

	sockfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Connect(sockfd, (SA *)&servaddr, servlen);

	str_cli11(stdin, sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

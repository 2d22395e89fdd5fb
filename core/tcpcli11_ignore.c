/*
 * tcpcli11 with SIGPIPE ignored (UNP 5.13): the write that would have raised it returns EPIPE,
 * and this process ends in its own words.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_in servaddr = {
		.sin_family = AF_INET,
		.sin_port = htons(SERV_PORT),
	};
	int sockfd;

	if (argc != 2)
		err_quit("usage: %s <IPaddress>", program_invocation_short_name);
	Inet_pton(AF_INET, argv[1], &servaddr.sin_addr);

	Signal(SIGPIPE, SIG_IGN);

	sockfd = Socket(AF_INET, SOCK_STREAM, 0);
	Connect(sockfd, (SA *)&servaddr, sizeof(servaddr));

	str_cli11(stdin, sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

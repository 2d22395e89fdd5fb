/*
 * tcpcli01 with two writes per line (UNP 5.13). SIGPIPE is left alone: if the server is gone, the
 * second write kills this process before it can say anything.
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

	sockfd = Socket(AF_INET, SOCK_STREAM, 0);
	Connect(sockfd, (SA *)&servaddr, sizeof(servaddr));

	str_cli11(stdin, sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

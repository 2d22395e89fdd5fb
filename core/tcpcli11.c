/*
 * tcpcli01 with two writes per line (UNP 5.13). SIGPIPE is left alone: if the server is gone, the
 * second write kills this process before it can say anything.
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

	str_cli11(stdin, sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

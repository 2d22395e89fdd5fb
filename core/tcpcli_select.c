/*
 * tcpcli01 with select: waits for the keyboard and for the server at once (UNP 6.7). It notices the
 * server's end when it comes, and ^D or the end of a file loses nothing that is still under way.
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

	str_cli_select(sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

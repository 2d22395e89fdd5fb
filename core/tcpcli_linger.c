/*
 * tcpcli01 that ends with an RST and not with a FIN (UNP 7.5, SO_LINGER of 0 seconds). What is
 * under way is lost, and there is no TIME_WAIT. With ^D before any line, the RST may come while the
 * connection still waits for the server's accept (UNP 5.11).
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };
	int sockfd;

	if (argc != 2)
		err_quit("usage: %s <IPaddress>", program_invocation_short_name);
	servlen = Sock_pton(argv[1], SERV_PORT, &servaddr);

	sockfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Connect(sockfd, (SA *)&servaddr, servlen);

	str_cli(stdin, sockfd);

	Setsockopt(sockfd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	exit(0); /* closes sockfd: this is the RST */
}

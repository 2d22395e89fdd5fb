/*
 * tcpcli01 with poll: waits for the keyboard and for the server at once (UNP 6.10). Compare
 * tcpcli_select.c, and lib/str_cli_poll.c with lib/str_cli_select.c.
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

	str_cli_poll(sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

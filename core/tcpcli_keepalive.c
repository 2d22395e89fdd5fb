/*
 * tcpcli_select that asks whether the server's host is still there (SO_KEEPALIVE): if not, it
 * learns so after two seconds, without a line typed.
 */
#include "unp.h"

#include <netinet/tcp.h>

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	const int on = 1, idle = 1, interval = 1, count = 1;
	int sockfd;

	if (argc != 2)
		err_quit("usage: %s <IPaddress>", program_invocation_short_name);
	servlen = Sock_pton(argv[1], SERV_PORT, &servaddr);

	sockfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);

	/*
	 * If nothing has come for idle seconds, the kernel asks the peer whether it is still
	 * there, every interval seconds; after count questions without an answer, read fails with
	 * ETIMEDOUT (UNP 7.5, RFC 9293 3.8.4). Left alone, this takes Linux 7200 s + 9 * 75 s.
	 */
	Setsockopt(sockfd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	Setsockopt(sockfd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	Setsockopt(sockfd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	Setsockopt(sockfd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));

	Connect(sockfd, (SA *)&servaddr, servlen);

	str_cli_select(sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

/*
 * Goes on after an error, and says what each call returned: a line typed, a write and a read. To
 * see what a socket says when it has already said that its connection is gone (UNP 5.12 to 5.15).
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	char line[MAXLINE], answer[MAXLINE];
	ssize_t n;
	int sockfd;

	if (argc != 2)
		err_quit("usage: %s <IPaddress>", program_invocation_short_name);
	servlen = Sock_pton(argv[1], SERV_PORT, &servaddr);

	sockfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Connect(sockfd, (SA *)&servaddr, servlen);

	Signal(SIGPIPE, SIG_IGN); /* EPIPE says the same, and one lives to see it */

	while ((n = Fgetline(line, sizeof(line), stdin)) > 0) {
		Say_result("write", write(sockfd, line, n));
		Say_result("read", read(sockfd, answer, sizeof(answer)));
	}
	exit(0); /* closes sockfd: this is the FIN */
}

#include "unp.h"

/*
 * str_cli with two writes per line (UNP 5.13). If the server has closed, its kernel answers the
 * first with an RST (RFC 9293 3.6.1: data for which there is no reader any more). The second then
 * comes, a second later, after that RST: it is the one that raises SIGPIPE.
 */
void str_cli11(FILE *fp, int sockfd)
{
	char sendline[MAXLINE], recvline[MAXLINE];
	ssize_t sent, want, got;

	while ((sent = Fgetline(sendline, MAXLINE, fp)) > 0) {
		Writen(sockfd, sendline, 1);
		sleep(1);
		Writen(sockfd, sendline + 1, sent - 1);

		want = ends_line(sendline, sent) ? MAXLINE - 1 : sent;
		got = Readline(sockfd, recvline, want + 1);
		Fputline(recvline, got, stdout);
		if (got < want && !ends_line(recvline, got))
			err_quit("str_cli: server terminated prematurely");
	}
}

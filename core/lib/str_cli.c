#include "unp.h"

/*
 * While this waits for fp, it does not see what happens to the connection: a FIN or an RST from
 * the server is noticed only after the next line has been typed (UNP 5.12).
 *
 * The book waits for a whole line even if it has sent less: the end of a file without a newline,
 * or a piece of a line longer than MAXLINE. Then we wait for as many bytes as we sent, since more
 * will not come.
 */
void str_cli(FILE *fp, int sockfd)
{
	char sendline[MAXLINE], recvline[MAXLINE];
	ssize_t sent, want, got;

	while ((sent = Fgetline(sendline, MAXLINE, fp)) > 0) {
		Writen(sockfd, sendline, sent);

		want = ends_line(sendline, sent) ? MAXLINE - 1 : sent;
		got = Readline(sockfd, recvline, want + 1);
		Fputline(recvline, got, stdout);
		if (got < want && !ends_line(recvline, got))
			err_quit("str_cli: server terminated prematurely");
	}
}

#include "unp.h"

/* Bytes, not lines: whatever read() gives goes back, so no length and no NUL byte is special. */
void str_echo(int sockfd)
{
	char buf[MAXLINE];
	ssize_t n;

again:
	while ((n = read(sockfd, buf, sizeof(buf))) > 0)
		Writen(sockfd, buf, n);

	if (n < 0 && errno == EINTR)
		goto again;
	if (n < 0)
		err_sys("read error");
}

#include "unp.h"

/*
 * While this waits, it waits for both, stdin and the server (UNP 6.7): a FIN or an RST is noticed
 * when it comes.
 */
void str_cli_select(int sockfd)
{
	struct talk talk = { .sockfd = sockfd, .typing = true };
	fd_set readable, writable;

	for (;;) {
		FD_ZERO(&readable);
		FD_ZERO(&writable);
		FD_SET(sockfd, &readable);
		if (talk.unsent > 0)
			FD_SET(sockfd, &writable);
		else if (talk.typing)
			FD_SET(STDIN_FILENO, &readable);
		Select(sockfd + 1, &readable, &writable, NULL, NULL);

		if (FD_ISSET(sockfd, &readable) && !talk_receive(&talk))
			return;
		if (FD_ISSET(STDIN_FILENO, &readable))
			talk_type(&talk);
		if (FD_ISSET(sockfd, &writable))
			talk_send(&talk);
	}
}

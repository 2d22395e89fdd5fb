#include "unp.h"

/*
 * While this waits, it waits for both, stdin and the server (UNP 6.10): a FIN or an RST is noticed
 * when it comes.
 */
void str_cli_poll(int sockfd)
{
	enum { KEYBOARD, SERVER };
	struct talk talk = { .sockfd = sockfd, .typing = true };
	struct pollfd fds[] = {
		[KEYBOARD] = { .events = POLLIN },
		[SERVER] = { .fd = sockfd },
	};

	for (;;) {
		fds[KEYBOARD].fd = talk.typing && talk.unsent == 0 ? STDIN_FILENO : -1;
		fds[SERVER].events = talk.unsent > 0 ? POLLIN | POLLOUT : POLLIN;
		Poll(fds, 2, -1);

		/* POLLHUP and POLLERR come unasked; read() tells what they are */
		if ((fds[SERVER].revents & ~POLLOUT) && !talk_receive(&talk))
			return;
		if (fds[KEYBOARD].revents)
			talk_type(&talk);
		if (fds[SERVER].revents & POLLOUT)
			talk_send(&talk);
	}
}

#include "unp.h"

/*
 * It reads with read(): what stdio or readline had read ahead, select() and poll() would not see
 * (UNP 6.5).
 *
 * Nor does it wait in write(): if the server waits there too, until we read, both would wait for
 * ever (UNP 16.2). So send() takes what there is room for, and stdin is read when all has gone.
 */

bool talk_receive(struct talk *talk)
{
	char answer[MAXLINE];
	ssize_t n = Read(talk->sockfd, answer, sizeof(answer));

	if (n == 0 && (talk->typing || talk->unanswered > 0))
		err_quit("str_cli: server terminated prematurely");
	if (n == 0)
		return false;
	Writen(STDOUT_FILENO, answer, n);
	talk->unanswered -= (size_t)n < talk->unanswered ? (size_t)n : talk->unanswered;
	return true;
}

/*
 * When stdin has ended, only our half of the connection is closed: answers may still be under way
 * (UNP 6.6).
 */
void talk_type(struct talk *talk)
{
	talk->next = talk->line;
	talk->unsent = Read(STDIN_FILENO, talk->line, sizeof(talk->line));
	if (talk->unsent == 0) {
		talk->typing = false;
		Shutdown(talk->sockfd, SHUT_WR); /* this is the FIN */
	}
}

void talk_send(struct talk *talk)
{
	ssize_t n = send(talk->sockfd, talk->next, talk->unsent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0)
		err_sys("write error");
	talk->next += n;
	talk->unsent -= n;
	talk->unanswered += n;
}

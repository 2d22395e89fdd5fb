/*
 * The echo server, one thread per client (UNP 26.4). Threads share the process: its descriptors, so
 * each socket is closed once, by its own thread; and its life, so no client's error may end it.
 */
#include "unp.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>

static sem_t places; /* CLIENTS_MOST and no more: a descriptor less, and accept would fail */

/* str_echo would call exit() on an error, and exit() ends all threads. */
static void *serve(void *arg)
{
	int connfd = (int)(intptr_t)arg;
	char buf[MAXLINE];
	ssize_t n;

	errno = pthread_detach(pthread_self()); /* nobody waits for it: its remains go at once */
	if (errno)
		err_sys("pthread_detach error");

	while ((n = read(connfd, buf, sizeof(buf))) > 0)
		if (writen(connfd, buf, n) < 0)
			break;
	if (n != 0)
		err_ret(n < 0 ? "read error" : "write error");

	Close(connfd); /* this is the FIN */
	if (sem_post(&places) < 0)
		err_sys("sem_post error");
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	pthread_t thread;
	int listenfd, connfd;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);

	Signal(SIGPIPE, SIG_IGN); /* one client that is gone must not end the others */

	if (sem_init(&places, 0, CLIENTS_MOST) < 0)
		err_sys("sem_init error");

	for (;;) {
		if (sem_wait(&places) < 0)
			err_sys("sem_wait error");
		connfd = Accept(listenfd, NULL, NULL);

		/* By value: a pointer to connfd would see the next client's, too (UNP 26.4). */
		errno = pthread_create(&thread, NULL, serve, (void *)(intptr_t)connfd);
		if (errno) {
			err_ret("pthread_create error");
			Close(connfd);
			if (sem_post(&places) < 0)
				err_sys("sem_post error");
		}
	}
}

/*
 * The echo server, one process for all clients, with Linux's epoll: select and poll are told
 * everything each time they are called, epoll remembers. It may wait in epoll_wait alone: wherever
 * else it waited for one client, it would leave the others alone. lib/echo.c serves a client as far
 * as that goes without waiting.
 */
#include "unp.h"

/* Only a client that has not taken its bytes is watched for room to send, no other is. */
static void watch(int epollfd, int operation, struct echo *client)
{
	struct epoll_event event = { .data.ptr = client };

	event.events = echo_unsent(client) ? EPOLLOUT : EPOLLIN;
	Epoll_ctl(epollfd, operation, client->fd, &event);
}

static void admit(int epollfd, int connfd)
{
	struct echo *client = Malloc(sizeof(*client));

	echo_start(client, connfd);
	watch(epollfd, EPOLL_CTL_ADD, client);
}

/* Returns false when the client has ended. */
static bool serve(int epollfd, struct echo *client)
{
	bool unsent = echo_unsent(client);

	if (echo_step(client)) {
		if (echo_unsent(client) != unsent)
			watch(epollfd, EPOLL_CTL_MOD, client);
		return true;
	}
	Close(client->fd); /* epoll forgets it, too */
	free(client);
	return false;
}

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	struct epoll_event events[64], listening = { .events = EPOLLIN }; /* .data.ptr is NULL */
	int listenfd, epollfd, connfd, i, n, count = 0;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);

	/*
	 * A client may give up after epoll_wait has reported it and before accept comes to it; then
	 * a blocking accept would wait for the next one, and all others with it (UNP 16.6). Linux
	 * keeps such a connection in the queue; POSIX does not say that it must.
	 */
	Set_nonblock(listenfd);

	Signal(SIGPIPE, SIG_IGN); /* one client that is gone must not end the others */

	epollfd = Epoll_create();
	Epoll_ctl(epollfd, EPOLL_CTL_ADD, listenfd, &listening);
	for (;;) {
		n = Epoll_wait(epollfd, events, 64, -1);
		for (i = 0; i < n; i++) {
			if (events[i].data.ptr) {
				if (!serve(epollfd, events[i].data.ptr))
					count--;
			} else if ((connfd = Accept_ready(listenfd)) >= 0) {
				admit(epollfd, connfd);
				count++;
			}
		}

		if ((count < CLIENTS_MOST) == (listening.events == EPOLLIN))
			continue;
		listening.events = count < CLIENTS_MOST ? EPOLLIN : 0;
		Epoll_ctl(epollfd, EPOLL_CTL_MOD, listenfd, &listening);
	}
}

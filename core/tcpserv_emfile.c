/*
 * tcpserv_poll with room for three clients: with the fourth, accept fails with EMFILE. "die" ends
 * the server, and its three clients with it. "spare" turns the fourth away. Compare tcpserv_poll.c.
 *
 * To go on without more ado is no way: the client stays in the queue, so poll reports it again at
 * once, and the server spins. So a descriptor is kept in reserve: given up, it makes room to accept
 * the client, and to close its connection, which the client then knows.
 */
#include "unp.h"

#include <fcntl.h>
#include <sys/resource.h>

enum { PLACES = 3 };

static int reserve(void)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd < 0)
		err_sys("cannot open /dev/null");
	return fd;
}

/* Descriptors are given out lowest first, so all below the spare one are in use. */
static void limit_descriptors(int spare)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		err_sys("getrlimit error");
	limit.rlim_cur = spare + 1 + PLACES;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		err_sys("setrlimit error");
}

/* Returns -1 if there is no client, or no room for it: then it has been turned away. */
static int accept_or_turn_away(int listenfd, int *spare)
{
	int connfd = accept_ready(listenfd);

	if (connfd >= 0 || errno == EAGAIN)
		return connfd;
	if (errno != EMFILE)
		err_sys("accept error");
	err_ret("accept error");

	Close(*spare);
	connfd = Accept_ready(listenfd);
	if (connfd >= 0)
		Close(connfd);
	*spare = reserve();
	return -1;
}

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	static struct echo clients[1 + CLIENTS_MOST]; /* of the descriptor of the same index */
	static struct pollfd fds[1 + CLIENTS_MOST];   /* 0: the listening socket */
	int listenfd, connfd, spare, i, count = 0;
	bool dies = argc > 1 && strcmp(argv[1], "die") == 0;
	bool turns_away = argc > 1 && strcmp(argv[1], "spare") == 0;

	if (argc > 3 || (!dies && !turns_away))
		err_quit("usage: %s die|spare [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 3 ? argv[2] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);
	Set_nonblock(listenfd);
	Signal(SIGPIPE, SIG_IGN); /* one client that is gone must not end the others */
	spare = reserve();
	limit_descriptors(spare);

	fds[0].fd = listenfd;
	for (;;) {
		fds[0].events = POLLIN;
		for (i = 1; i <= count; i++)
			fds[i].events = echo_unsent(&clients[i]) ? POLLOUT : POLLIN;
		Poll(fds, 1 + count, -1);

		/* Backwards, because the last one takes the place of one that has ended. */
		for (i = count; i > 0; i--) {
			if (fds[i].revents == 0)
				continue;
			if (!echo_step(&clients[i])) {
				Close(fds[i].fd);
				clients[i] = clients[count];
				fds[i] = fds[count];
				count--;
			}
		}

		if (fds[0].revents == 0)
			continue;
		connfd = dies ? Accept_ready(listenfd) : accept_or_turn_away(listenfd, &spare);
		if (connfd >= 0) {
			count++;
			echo_start(&clients[count], connfd);
			fds[count].fd = connfd;
		}
	}
}

/*
 * Listens with a backlog of 1 and never accepts. Linux then keeps two connections in the queue (a
 * backlog of N lets N + 1 in, UNP 4.5) and leaves the SYN of a third without an answer, so that it
 * may come again: connect waits, and in the end fails with ETIMEDOUT.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	int listenfd;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, 1);

	for (;;)
		pause();
}

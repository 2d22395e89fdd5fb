/*
 * The echo server, one child per client, that can be asked to end (UNP 5.16): on SIGTERM it accepts
 * no more, lets its clients finish, and exits with status 0.
 *
 * SIGTERM and SIGCHLD are blocked except while ppoll sleeps, which lets them in and goes to sleep
 * in one step (pselect does the same, UNP 6.9). So
 * - none comes between looking at the flag and going to sleep, to be noticed with the next client;
 * - none interrupts another call: EINTR is ppoll's alone;
 * - a child is born with SIGTERM blocked. When the whole host is shut down, SIGTERM goes to every
 *   process, and at no time is there a child that it would kill in the middle of its work.
 *
 * One race remains, for a socket has no such step: a connection whose handshake ends between the
 * last accept and the close of the listening socket gets an RST.
 */
#include "unp.h"

static volatile sig_atomic_t terminated;

static void sig_term(int signo)
{
	(void)signo;
	terminated = 1;
}

/* Returns false if nobody is waiting. */
static bool serve_next(int listenfd)
{
	int connfd = Accept_ready(listenfd);

	if (connfd < 0)
		return false;
	if (Fork() == 0) {
		Close(listenfd);
		str_echo(connfd);
		exit(0); /* closes connfd: this is the FIN */
	}
	Close(connfd);
	return true;
}

/* From now on the two wait. Returns the mask that lets them in. */
static sigset_t block_signals(void)
{
	sigset_t two, before;

	sigemptyset(&two);
	sigaddset(&two, SIGTERM);
	sigaddset(&two, SIGCHLD);
	Sigprocmask(SIG_BLOCK, &two, &before);
	sigdelset(&before, SIGTERM); /* who started us may have blocked them */
	sigdelset(&before, SIGCHLD);
	return before;
}

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	struct pollfd listening = { .events = POLLIN };
	sigset_t unblocked;
	pid_t pid;
	int listenfd, i;

	if (argc > 2)
		err_quit("usage: %s [<IPaddress>]", program_invocation_short_name);
	servlen = Sock_pton(argc == 2 ? argv[1] : ANY_ADDRESS, SERV_PORT, &servaddr);

	listenfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Bind(listenfd, (SA *)&servaddr, servlen);
	Listen(listenfd, LISTENQ);
	Set_nonblock(listenfd);

	unblocked = block_signals();
	Signal(SIGCHLD, sig_chld);
	Signal(SIGTERM, sig_term);

	listening.fd = listenfd;
	while (!terminated) {
		if (ppoll(&listening, 1, NULL, &unblocked) < 0 && errno != EINTR)
			err_sys("ppoll error");
		serve_next(listenfd);

		/* With a client always there, ppoll never sleeps. Let them in all the same. */
		Sigprocmask(SIG_SETMASK, &unblocked, NULL);
		block_signals();
	}

	Say("SIGTERM: no new clients; those who are here may finish");
	for (i = 0; i < LISTENQ && serve_next(listenfd); i++)
		continue; /* who waits in the queue has seen its connect() succeed, and is here */
	Close(listenfd);  /* who comes from now on is refused */

	while ((pid = waitpid(-1, NULL, 0)) > 0)
		report_child(pid);
	exit(0);
}

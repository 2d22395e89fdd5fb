/*
 * tcpcli11 with SIGPIPE caught (UNP 5.13): the handler runs, and when it has returned, the write
 * that raised the signal returns EPIPE all the same.
 */
#include "unp.h"

static void sig_pipe(int signo)
{
	static const char note[] = "caught SIGPIPE\n";
	int saved_errno = errno;

	(void)signo;
	/*
	 * write and not printf: see sig_chld_waitpid.c. If stderr is itself a broken pipe, this
	 * write raises SIGPIPE again, and returning would mean to come back here for ever.
	 */
	if (write(STDERR_FILENO, note, sizeof(note) - 1) < 0)
		_exit(1);
	errno = saved_errno;
}

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	int sockfd;

	if (argc != 2)
		err_quit("usage: %s <IPaddress>", program_invocation_short_name);
	servlen = Sock_pton(argv[1], SERV_PORT, &servaddr);

	Signal(SIGPIPE, sig_pipe);

	sockfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Connect(sockfd, (SA *)&servaddr, servlen);

	str_cli11(stdin, sockfd);
	exit(0); /* closes sockfd: this is the FIN */
}

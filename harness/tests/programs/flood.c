/*
 * flood KIND PROCESSES [ADDRESS]: so many processes do one thing without end:
 *
 *	output	 print lines
 *	null	 write to /dev/null, which the lab does not note
 *	calls	 make a system call that the lab notes
 *	signals	 send themselves a signal that does nothing; they never connect
 *	forks	 fork a child that exits, FORKS_MOST times: the machine's processes have an end
 *	socket	 write to the server and take what it answers
 *	wire	 write to the server, with few calls and many segments
 *
 * `burst` is no flood: one write of 4 MiB to the server, then the end.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FORKS_MOST = 5000 };

static char lines[4096], data[4 << 20];

static int connection_to(const char *host)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9877) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, host, &address.sin_addr);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("connect");
		exit(1);
	}
	return fd;
}

/* Everything that does not have to wait. */
static void drain(int fd)
{
	while (recv(fd, NULL, sizeof(data), MSG_TRUNC | MSG_DONTWAIT) > 0)
		;
}

static void fork_once(void)
{
	static int forks;

	if (forks++ == FORKS_MOST)
		pause();
	if (fork() == 0)
		_exit(0);
}

static void once(const char *kind, int fd)
{
	struct sockaddr_in peer;
	socklen_t length = sizeof(peer);
	ssize_t n = 0;

	if (strcmp(kind, "output") == 0)
		n = write(1, lines, sizeof(lines));
	else if (strcmp(kind, "null") == 0)
		n = write(fd, lines, sizeof(lines));
	else if (strcmp(kind, "calls") == 0)
		getpeername(fd, (struct sockaddr *)&peer, &length);
	else if (strcmp(kind, "signals") == 0)
		kill(getpid(), SIGURG);
	else if (strcmp(kind, "forks") == 0)
		fork_once();
	else if (strcmp(kind, "socket") == 0)
		n = send(fd, lines, sizeof(lines), 0);
	else if (strcmp(kind, "wire") == 0)
		n = send(fd, data, sizeof(data), 0);
	if (strcmp(kind, "socket") == 0)
		drain(fd);
	if (n < 0)
		exit(1);
}

int main(int argc, char **argv)
{
	const char *kind = argc > 2 ? argv[1] : "";
	const int processes = argc > 2 ? atoi(argv[2]) : 0;
	const char *host = argv[argc - 1];
	int fd = -1;

	if (strcmp(kind, "null") == 0)
		fd = open("/dev/null", O_WRONLY);
	else if (strcmp(kind, "signals") != 0)
		fd = connection_to(host);
	if (strcmp(kind, "burst") == 0) {
		fcntl(fd, F_SETFL, O_NONBLOCK);
		return write(fd, data, sizeof(data)) <= 0;
	}
	for (size_t i = 0; i < sizeof(lines); i++)
		lines[i] = "a line of many\n\n"[i % 16];
	signal(SIGCHLD, SIG_IGN);
	for (int i = 1; i < processes && fork() != 0; i++)
		;
	for (;;)
		once(kind, fd);
}

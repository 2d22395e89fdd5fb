/*
 * A student's echo server, without the book's wrappers. The first argument says what is wrong with
 * it:
 *
 *	fork	   nothing: one child per client, which dies by SIGTERM; children stay zombies
 *	linger	   its connections have SO_LINGER 0: when they are closed, an RST goes out, no FIN
 *	polite	   the child exits when SIGTERM comes, and is not killed by it
 *	stubborn   the child ignores SIGTERM
 *	single	   it serves its client itself and forks no child
 *	reaps	   a thread waits for every child, so that no zombie is left
 *	thread	   nothing, but a second thread makes calls of its own all the time
 *	worker	   nothing, but it accepts in another thread than its first
 *	sink	   it answers nothing, and takes as much as comes in one call
 */
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void echo(int connection)
{
	char data[4096];
	ssize_t n;

	while ((n = recv(connection, data, sizeof(data), 0)) > 0)
		if (send(connection, data, (size_t)n, 0) != n)
			fail("send");
	if (n < 0)
		fail("recv");
}

static void swallow(int connection)
{
	while (recv(connection, NULL, 1 << 30, MSG_TRUNC | MSG_WAITALL) > 0)
		;
}

static void leave(int number)
{
	(void)number;
	_exit(0);
}

/*
 * SIGCHLD is blocked, so it reaches nobody until this thread has reaped the child and lets it
 * through: when it is seen, the zombie is gone for certain.
 */
static void *reap(void *argument)
{
	sigset_t *set = argument;
	int number;

	while (sigwait(set, &number) == 0) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		pthread_sigmask(SIG_UNBLOCK, set, NULL);
		raise(SIGCHLD);
		pthread_sigmask(SIG_BLOCK, set, NULL);
	}
	return NULL;
}

static void start_thread(void *(*run)(void *), void *argument)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, argument) != 0)
		fail("pthread_create");
}

static void start_to_reap(void)
{
	static sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	start_thread(reap, &set);
}

static void *be_elsewhere(void *argument)
{
	while (poll(NULL, 0, 1) == 0)
		;
	return argument;
}

static void be_child(int connection, const char *mode)
{
	if (strcmp(mode, "polite") == 0)
		signal(SIGTERM, leave);
	if (strcmp(mode, "stubborn") == 0)
		signal(SIGTERM, SIG_IGN);
	if (strcmp(mode, "sink") == 0)
		swallow(connection);
	else
		echo(connection);
	exit(0);
}

struct service {
	int listener;
	const char *mode;
};

static void *serve(void *argument)
{
	const struct service *service = argument;
	const struct linger abort_it = { .l_onoff = 1, .l_linger = 0 };
	const char *mode = service->mode;
	int connection;

	while ((connection = accept(service->listener, NULL, NULL)) >= 0) {
		if (strcmp(mode, "linger") == 0)
			setsockopt(connection, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
		if (strcmp(mode, "single") == 0) {
			echo(connection);
		} else if (fork() == 0) {
			close(service->listener);
			be_child(connection, mode);
		}
		close(connection);
	}
	fail("accept");
	return NULL;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9877) };
	struct service service = { .listener = socket(AF_INET, SOCK_STREAM, 0),
				   .mode = argc > 1 ? argv[1] : "fork" };

	if (bind(service.listener, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail("bind");
	if (listen(service.listener, 5) < 0)
		fail("listen");
	if (strcmp(service.mode, "reaps") == 0)
		start_to_reap();
	if (strcmp(service.mode, "thread") == 0)
		start_thread(be_elsewhere, NULL);
	if (strcmp(service.mode, "worker") == 0) {
		start_thread(serve, &service);
		pause();
	}
	serve(&service);
}

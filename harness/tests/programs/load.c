/*
 * A client that makes work for the lab: load KIND COUNT ADDRESS. For `make bench`, and for the
 * tests that count what the lab does.
 *
 *	held	connections, all open at once
 *	serial	connections, one after another, with a line and its echo on each
 *	echoes	lines and their echoes on one connection; the median of the round trips is printed
 *	calls	getpeername() on one connection; the time that one takes is printed
 *
 * It prints "done" and exits.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int connect_to(const char *address)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(9877) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (inet_pton(AF_INET, address, &server.sin_addr) != 1)
		fail(address);
	if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof(server)) < 0)
		fail("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static void echo(int fd)
{
	char answer[2];

	if (write(fd, "x\n", 2) != 2 || recv(fd, answer, 2, MSG_WAITALL) != 2)
		fail("echo");
}

static void hold(const char *address, int count)
{
	for (int i = 0; i < count; i++)
		connect_to(address);
}

static void serial(const char *address, int count)
{
	for (int i = 0; i < count; i++) {
		int fd = connect_to(address);

		echo(fd);
		close(fd);
	}
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void echoes(const char *address, int count)
{
	int64_t *trip_ns = calloc((size_t)count, sizeof(*trip_ns));
	int fd = connect_to(address);

	if (!trip_ns)
		fail("calloc");
	for (int i = 0; i < count; i++) {
		const int64_t began = now_ns();

		echo(fd);
		trip_ns[i] = now_ns() - began;
	}
	qsort(trip_ns, (size_t)count, sizeof(*trip_ns), ascending);
	printf("median %lld ns\n", (long long)trip_ns[count / 2]);
	free(trip_ns);
}

static void calls(const char *address, int count)
{
	int fd = connect_to(address);
	struct sockaddr_in peer;
	int64_t began = now_ns();

	for (int i = 0; i < count; i++) {
		socklen_t bytes = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &bytes) < 0)
			fail("getpeername");
	}
	printf("each %lld ns\n", (long long)(now_ns() - began) / count);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*work)(const char *address, int count);
	} kinds[] = {
		{ "held", hold }, { "serial", serial }, { "echoes", echoes }, { "calls", calls }
	};
	const int count = argc == 4 ? atoi(argv[2]) : 0;
	struct rlimit files;

	if (count <= 0)
		return 2;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		kinds[i].work(argv[3], count);
		printf("done\n");
		return 0;
	}
	return 2;
}

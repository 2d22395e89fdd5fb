/* A client that measures the echo of one line, many times: "median N ns". For `make bench`. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TRIPS = 1000 };

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The server may not listen yet: it is started at the same time. */
static int connect_to(const char *host)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(9877) };

	inet_pton(AF_INET, host, &server.sin_addr);
	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (connect(fd, (struct sockaddr *)&server, sizeof(server)) == 0)
			return fd;
		close(fd);
	}
}

int main(int argc, char **argv)
{
	static int64_t trip_ns[TRIPS];
	char line[] = "x\n", answer[2];
	int fd, on = 1;

	if (argc != 2)
		return 1;
	fd = connect_to(argv[1]);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	for (int i = 0; i < TRIPS; i++) {
		int64_t began = now_ns();

		if (write(fd, line, 2) != 2 || recv(fd, answer, 2, MSG_WAITALL) != 2)
			return 1;
		trip_ns[i] = now_ns() - began;
	}
	qsort(trip_ns, TRIPS, sizeof(*trip_ns), ascending);
	printf("median %lld ns\n", (long long)trip_ns[TRIPS / 2]);
	return 0;
}

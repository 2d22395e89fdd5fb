/*
 * A student's echo client. The first argument says what is wrong with it, the second is the
 * server's address:
 *
 *	fine	nothing: a line in one write, the answer, the next line; FIN after ^D
 *	reset	it closes with SO_LINGER 0: an RST goes out, no FIN
 *	mute	it connects and reads what is typed, but writes nothing
 *	half	like the book's tcpcli11, but of the second line it writes the first byte only
 *	port	fine, but it wants address and port: --to ADDRESS --port PORT
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void put(int connection, const char *data, size_t bytes)
{
	if (write(connection, data, bytes) != (ssize_t)bytes)
		fail("write");
}

/* The answer, as long as what was sent. */
static void show_answer(int connection, size_t bytes)
{
	char data[4096];
	ssize_t n;

	for (size_t got = 0; got < bytes; got += (size_t)n) {
		n = read(connection, data, sizeof(data));
		if (n <= 0)
			fail("read");
		fwrite(data, 1, (size_t)n, stdout);
	}
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[1] : "fine";
	const char *host = argv[argc - 1], *port = "9877";
	const struct linger abort_it = { .l_onoff = 1, .l_linger = 0 };
	struct sockaddr_in address = { .sin_family = AF_INET };
	int connection = socket(AF_INET, SOCK_STREAM, 0), lines = 0;
	char line[4096];

	if (strcmp(mode, "port") == 0) {
		if (argc != 6 || strcmp(argv[2], "--to") != 0 || strcmp(argv[4], "--port") != 0)
			return 2;
		host = argv[3];
		port = argv[5];
	}
	address.sin_port = htons((uint16_t)atoi(port));
	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		fail(host);
	if (connect(connection, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail("connect");
	while (fgets(line, sizeof(line), stdin)) {
		size_t bytes = strlen(line);

		lines++;
		if (strcmp(mode, "mute") == 0)
			continue;
		if (strcmp(mode, "half") == 0) {
			put(connection, line, 1);
			if (lines == 2)
				continue;
			put(connection, line + 1, bytes - 1);
		} else {
			put(connection, line, bytes);
		}
		show_answer(connection, bytes);
	}
	if (strcmp(mode, "reset") == 0)
		setsockopt(connection, SOL_SOCKET, SO_LINGER, &abort_it, sizeof(abort_it));
	return 0;
}

#include "unp.h"

/*
 * One read per byte would be slow, so read ahead and keep the rest here for the next call. A
 * static buffer is shared by all descriptors and all threads of a process; that is all right
 * here, because a client has one thread, one connection, and reads it by readline alone. With
 * select() it would not be: select() sees the socket, not these bytes (UNP 3.9, 6.5).
 */
static char ahead[MAXLINE];
static char *next;
static ssize_t left;

/* Returns 1 and the next byte, 0 at the end of the connection, -1 with errno. */
static int next_byte(int fd, char *c)
{
	while (left == 0) {
		left = read(fd, ahead, sizeof(ahead));
		if (left == 0)
			return 0;
		if (left < 0) {
			left = 0;
			if (errno != EINTR)
				return -1;
		}
		next = ahead;
	}
	left--;
	*c = *next++;
	return 1;
}

ssize_t readline(int fd, void *line, size_t maxlen)
{
	char *p = line;
	size_t n = 0;

	while (n + 1 < maxlen) {
		int rc = next_byte(fd, &p[n]);

		if (rc < 0)
			return -1;
		if (rc == 0 || p[n++] == '\n')
			break;
	}
	p[n] = '\0';
	return n;
}

ssize_t Readline(int fd, void *line, size_t maxlen)
{
	ssize_t n = readline(fd, line, maxlen);

	if (n < 0)
		err_sys("read error");
	return n;
}

bool ends_line(const char *line, ssize_t n)
{
	return n > 0 && line[n - 1] == '\n';
}

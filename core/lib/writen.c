#include "unp.h"

/*
 * write() may take fewer bytes than it was given: when a signal arrives after the first of them
 * have gone into a full send buffer, or always on a non-blocking socket (UNP 3.9). That is no
 * error, and errno says nothing about it.
 */
int writen(int fd, const void *buf, size_t n)
{
	const char *p = buf;

	while (n > 0) {
		ssize_t written = write(fd, p, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		p += written;
		n -= written;
	}
	return 0;
}

void Writen(int fd, const void *buf, size_t n)
{
	if (writen(fd, buf, n) < 0)
		err_sys("write error");
}

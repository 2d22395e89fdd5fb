#include "unp.h"

/* fgets() does not tell how much it read, and strlen() stops at the first NUL byte typed. */
ssize_t Fgetline(char *line, size_t size, FILE *fp)
{
	size_t n = 0;
	int c;

	while (n + 1 < size && (c = getc(fp)) != EOF) {
		line[n++] = c;
		if (c == '\n')
			break;
	}
	line[n] = '\0';

	/* Bytes read before an error are still good; the next call meets the error again. */
	if (n == 0 && ferror(fp))
		err_sys("input error");
	return n;
}

/*
 * Flushed, because stdout holds lines back when it is not a terminal (ISO C 7.21.3), and a process
 * killed by SIGPIPE never comes to exit(), which would print them. And whoever reads our output
 * from a pipe sees an answer when it has come.
 */
void Fputline(const char *line, size_t n, FILE *fp)
{
	if (fwrite(line, 1, n, fp) < n || fflush(fp) == EOF)
		err_sys("output error");
}

#include "unp.h"

void echo_start(struct echo *client, int fd)
{
	Set_nonblock(fd);
	client->fd = fd;
	client->gone = client->bytes = 0;
}

bool echo_unsent(const struct echo *client)
{
	return client->gone < client->bytes;
}

/*
 * Not an error: the socket was not ready after all, or its send buffer is full. ECONNRESET and the
 * like are one client's, and must not end the others: report it, and go on without this one.
 */
static bool is_lost(ssize_t n, const char *what)
{
	if (n >= 0 || errno == EAGAIN || errno == EINTR)
		return false;
	err_ret("%s", what);
	return true;
}

/*
 * A client that sends and does not read must cost neither time nor memory. So nothing more is read
 * from it until it has taken what is here. Then its own send buffer fills up, TCP closes the
 * window (RFC 9293 3.8.6), and it is the client that waits.
 */
bool echo_step(struct echo *client)
{
	ssize_t n;

	if (!echo_unsent(client)) {
		n = read(client->fd, client->buf, sizeof(client->buf));
		if (n == 0 || is_lost(n, "read error"))
			return false;
		client->gone = 0;
		client->bytes = n > 0 ? n : 0;
	}
	if (!echo_unsent(client))
		return true;

	n = write(client->fd, client->buf + client->gone, client->bytes - client->gone);
	if (n > 0)
		client->gone += n;
	return !is_lost(n, "write error");
}

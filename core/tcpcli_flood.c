/*
 * Sends 64 KiB and reads nothing. When the server does not read either (tcpserv_noread),
 * its receive buffer and our send buffer fill up, TCP closes the window (RFC 9293 3.8.6), and write
 * waits.
 */
#include "unp.h"

int main(int argc, char **argv)
{
	struct sockaddr_storage servaddr;
	socklen_t servlen;
	const int buffer_bytes = 16 * 1024; /* the kernel would choose megabytes */
	struct pollfd room = { .events = POLLOUT };
	size_t sent = 0, bytes = 64 * 1024;
	char piece[8 * 1024];
	bool told = false;
	int sockfd;

	if (argc != 2)
		err_quit("usage: %s <IPaddress>", program_invocation_short_name);
	servlen = Sock_pton(argv[1], SERV_PORT, &servaddr);

	sockfd = Socket(servaddr.ss_family, SOCK_STREAM, 0);
	Setsockopt(sockfd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
	Connect(sockfd, (SA *)&servaddr, servlen);

	memset(piece, 'x', sizeof(piece));
	room.fd = sockfd;
	while (sent < bytes) {
		if (!told && Poll(&room, 1, 0) == 0) {
			Say("write: %zu bytes taken; the next one has to wait", sent);
			told = true;
		}
		Writen(sockfd, piece, sizeof(piece));
		sent += sizeof(piece);
	}
	Say("write: all %zu bytes taken", sent);
	exit(0); /* closes sockfd: this is the FIN */
}

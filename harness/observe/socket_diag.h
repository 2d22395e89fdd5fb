/*
 * Asks the kernel for the TCP state of one socket (NETLINK_SOCK_DIAG, sock_diag(7)), by its
 * addresses and ports. A dump of all sockets would walk the machine's whole hash table, which takes
 * half a millisecond.
 */
#ifndef SOCKET_DIAG_H
#define SOCKET_DIAG_H

#include "record/packet.h"

#include <linux/inet_diag.h>
#include <netinet/tcp.h>

struct mnl_socket;

/* Opens a socket for questions about the host whose network namespace the calling thread is in.
 * Ends the run when the kernel has no sock_diag for TCP. The caller closes it (mnl_socket_close()).
 */
struct mnl_socket *socket_diag_open(void);

/* One end of a connection; a remote port of 0: a listener. */
struct socket_name {
	struct address local, remote; /* the remote one of a listener has a family only */
	uint16_t local_port, remote_port;
};

struct socket_answer {
	int state; /* TCP_ESTABLISHED ... */
	uint64_t cookie;
	uint64_t inode; /* 0: not accepted yet, or an orphan */
	bool has_info;  /* false in TIME_WAIT */
	int backoff;    /* tcpi_backoff and tcpi_rto of TCP_INFO, if has_info */
	uint32_t rto_us;
};

/*
 * Looks a socket up as the kernel would for a segment that arrives; false when there is none.
 * Source: inet_diag_dump_one_icsk(), which also finds what is in TIME_WAIT.
 */
bool socket_diag_ask(struct mnl_socket *netlink, const struct socket_name *name,
		     struct socket_answer *answer);

#endif

/*
 * The observer of TCP states: the kernel's own word (NETLINK_SOCK_DIAG, sock_diag(7)), never
 * inferred from segments. Each connection is asked for by its addresses and ports, on both hosts: a
 * dump of all sockets would walk the machine's whole hash table, half a millisecond each time.
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "record/timeline.h"

struct mnl_socket;
struct watch;

struct sockets {
	struct timeline *timeline;
	struct mnl_socket *netlink[HOST_COUNT];
	struct watch *watches;
	size_t watch_count;
	size_t events_read; /* of the timeline, in search of new connections */
};

void sockets_open(struct sockets *sockets, struct timeline *timeline);
void sockets_close(struct sockets *sockets);

/* Asks this host from now on (after a reboot: the new one). The calling thread must be in its
 * network namespace. */
void sockets_add_host(struct sockets *sockets, enum host host);

/* Watches the listening socket of a port, too. */
void sockets_watch_listener(struct sockets *sockets, enum host host, uint16_t port);

/*
 * Asks the kernel for every connection whose SYN is in the timeline and appends an EVENT_STATE for
 * each state that is not the last one seen, and an EVENT_BACKOFF likewise. A state shorter than the
 * time between two calls is not seen. Returns how many changed.
 */
int sockets_read(struct sockets *sockets);

#endif

/*
 * Observes TCP states: as the kernel reports them (NETLINK_SOCK_DIAG, sock_diag(7)), never inferred
 * from segments. Each connection is looked up by its addresses and ports, on both hosts: a dump of
 * all sockets would walk the machine's whole hash table, which takes half a millisecond.
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
	size_t events_read; /* of the timeline, in which new connections are looked for */
};

void sockets_open(struct sockets *sockets, struct timeline *timeline);
void sockets_close(struct sockets *sockets);

/*
 * Observes this host from now on; after a reboot, the new one. The calling thread must be in its
 * network namespace. Ends the run when the kernel has no sock_diag for TCP.
 */
void sockets_add_host(struct sockets *sockets, enum host host);

/* Observes the listening socket of a port, too. */
void sockets_watch_listener(struct sockets *sockets, enum host host, uint16_t port);

/*
 * Looks up every connection whose SYN is in the timeline. Appends an EVENT_STATE for each state
 * that differs from the last one seen, and an EVENT_BACKOFF for each number of doublings that does.
 * A state shorter than the time between two calls is missed. Returns how many events were appended.
 */
int sockets_read(struct sockets *sockets);

#endif

/*
 * Observes TCP states: as the kernel reports them (socket_diag.h), never inferred from segments.
 *
 * Theory of operation. Each connection whose SYN was seen is watched on both hosts. The kernel is
 * asked about a socket when an event can concern it: a segment of its connection, or a call on it
 * that opens it, closes it or fails. The segment may be seen before the kernel has acted on it, so
 * the socket is asked about once more with whatever happens next. What no event shows (a process
 * that ends closes its sockets, a timer gives up) is found by asking around: all live ones in turn,
 * a few at a time. So what a run costs grows with its events, and not with events times sockets.
 */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "observe/watches.h"
#include "record/timeline.h"

struct mnl_socket;

/* Watches that must be asked about, by their index. */
struct queue {
	size_t *watches;
	size_t count, first;
};

struct sockets {
	struct timeline *timeline;
	struct mnl_socket *netlink[HOST_COUNT];
	struct watches watches;
	ptrdiff_t listener;      /* its watch, or LOOKUP_NONE */
	struct lookup by_inode;  /* the watch of a socket */
	struct queue due;        /* an event concerns them */
	struct queue due_again;  /* with what happens next */
	struct queue unaccepted; /* maybe; in the order of their SYNs */
	size_t unsettled;        /* so many live ones must be asked about after an end */
	size_t backed_off;       /* so many may end without an event */
	size_t open;             /* so many connections are in a state other than CLOSED */
	size_t events_read;
	unsigned long questions; /* asked so far */
};

void sockets_open(struct sockets *sockets, struct timeline *timeline);
void sockets_close(struct sockets *sockets);

/*
 * Observes this host from now on; after a reboot, the new one. The calling thread must be in its
 * network namespace. Ends the run when the kernel has no sock_diag for TCP.
 */
void sockets_add_host(struct sockets *sockets, enum host host);

/* Observes the listening socket of a port, too; of one. */
void sockets_watch_listener(struct sockets *sockets, enum host host, uint16_t port);

/*
 * Asks about the sockets that the new events of the timeline concern. Appends an EVENT_STATE for
 * each state that differs from the last one seen, and an EVENT_BACKOFF for each number of doublings
 * that does. A state shorter than the time between two questions is missed. Returns how many events
 * were appended.
 */
int sockets_read(struct sockets *sockets);

/*
 * Whether that has left some for the next time: it asks about a few at a time, so that the capture
 * is read often enough.
 */
bool sockets_are_due(const struct sockets *sockets);

/* The same, and asks around: for whoever waits for what no event announces. */
int sockets_ask_around(struct sockets *sockets);

/* Asks about all that must still be asked about because of what has happened. */
void sockets_settle(struct sockets *sockets);

#endif

/* Interfaces, addresses and routes: what ip(8) does, through rtnetlink(7). */
#ifndef LINK_H
#define LINK_H

#include "record/packet.h"

/* One end of a cable. */
struct link_end {
	int netns; /* descriptor of the network namespace, borrowed */
	const char *interface;
	const uint8_t *mac; /* 6 bytes */
};

/*
 * All of these end the program when the kernel refuses: without a network there is no story. They
 * act on the network namespace of the calling thread, but for link_make_pair.
 */

/* ip link add NAME netns A type veth peer name NAME netns B */
void link_make_pair(const struct link_end *a, const struct link_end *b);

/* ip link set NAME up */
void link_up(const char *interface);

/* ip link set NAME netns N; it arrives down and without addresses */
void link_move(const char *interface, int netns);

/* ip addr add ADDRESS/PREFIX dev NAME; ip addr del ... */
void link_add_address(const char *interface, const struct address *address, int prefix_bits);
void link_remove_address(const char *interface, const struct address *address, int prefix_bits);

/* Where a host sends what is for `to`. */
struct route {
	struct address to;             /* a host, or any address of a network */
	int prefix_bits;               /* 0: a default route */
	const char *interface;         /* NULL: to nowhere, a "prohibit" route */
	const struct address *gateway; /* NULL: it is on the link itself */
	int rto_min_ms; /* TCP's least retransmission timeout to it; 0: the kernel's */
};

/* ip route replace TO/PREFIX via GATEWAY dev NAME rto_min N */
void link_add_route(const struct route *route);

/* ip route del TO/PREFIX */
void link_remove_route(const struct route *route);

/* ip neigh add ADDRESS lladdr MAC dev NAME, for good; the MAC has 6 bytes */
void link_add_neighbour(const char *interface, const struct address *address, const uint8_t *mac);

/* ip neigh del ADDRESS dev NAME, if it is known */
void link_forget_neighbour(const char *interface, const struct address *address);

/*
 * Waits until the kernel has finished to bring the interface up (operstate UP). A segment sent
 * before that is lost and costs a retransmission. Ends the program after timeout_ms.
 */
void link_wait_up(const char *interface, int timeout_ms);

/*
 * Switches checksum and segmentation offload off (ethtool -K NAME tx off tso off gso off gro off),
 * so that a capture shows true checksums and segments as they would be on a wire.
 */
void link_offload_off(const char *interface);

#endif

/* Interfaces, addresses and routes: what ip(8) does, through rtnetlink(7). */
#ifndef LINK_H
#define LINK_H

#include "packet.h"

/* One end of a cable. */
struct link_end {
	int netns; /* descriptor of the network namespace, borrowed */
	const char *interface;
	uint8_t mac[6];
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

/* ip route add ADDRESS dev NAME rto_min N: TCP's least retransmission timeout to this address */
void link_set_rto_min(const char *interface, const struct address *address, int rto_min_ms);

/* ip addr add ADDRESS/PREFIX dev NAME */
void link_add_address(const char *interface, const struct address *address, int prefix_bits);

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

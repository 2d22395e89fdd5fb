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

struct mnl_socket;

/*
 * A socket for requests to the kernel about the host whose network namespace the calling thread is
 * in. link_close() frees it.
 */
struct mnl_socket *link_open(void);
void link_close(struct mnl_socket *netlink);

/*
 * All functions end the run when the kernel refuses. They act on the host of the socket, on which
 * the calling thread must be, too; except for link_make_pair().
 */

/* ip link add NAME netns A type veth peer name NAME netns B */
void link_make_pair(struct mnl_socket *netlink, const struct link_end *a, const struct link_end *b);

/* ip link set NAME up */
void link_up(struct mnl_socket *netlink, const char *interface);

/* ip link set NAME netns N; it arrives down and without addresses */
void link_move(struct mnl_socket *netlink, const char *interface, int netns);

/* ip addr add ADDRESS/PREFIX dev NAME; ip addr del ... */
void link_add_address(struct mnl_socket *netlink, const char *interface,
		      const struct address *address, int prefix_bits);
void link_remove_address(struct mnl_socket *netlink, const char *interface,
			 const struct address *address, int prefix_bits);

/* Where a host sends packets for `to`. */
struct route {
	struct address to;             /* a host, or any address of a network */
	int prefix_bits;               /* 0: a default route */
	const char *interface;         /* NULL: a "prohibit" route, which refuses them */
	const struct address *gateway; /* NULL: `to` is on the link itself */
	int rto_min_ms;                /* TCP's minimum retransmission timeout; 0: the kernel's */
};

/* ip route replace TO/PREFIX via GATEWAY dev NAME rto_min N */
void link_add_route(struct mnl_socket *netlink, const struct route *route);

/* ip route del TO/PREFIX */
void link_remove_route(struct mnl_socket *netlink, const struct route *route);

/* ip neigh add ADDRESS lladdr MAC dev NAME nud permanent; the MAC has 6 bytes */
void link_add_neighbour(struct mnl_socket *netlink, const char *interface,
			const struct address *address, const uint8_t *mac);

/* ip neigh del ADDRESS dev NAME; it is no error if the address is not known */
void link_forget_neighbour(struct mnl_socket *netlink, const char *interface,
			   const struct address *address);

/*
 * Waits until the interface is up (operstate UP): a segment that is sent before is lost and has to
 * be retransmitted. Ends the run after timeout_ms.
 */
void link_wait_up(const char *interface, int timeout_ms);

/*
 * Switches checksum and segmentation offload off (ethtool -K NAME tx off tso off gso off gro off),
 * so that a capture shows real checksums, and segments as they would be on a real wire.
 */
void link_offload_off(const char *interface);

#endif

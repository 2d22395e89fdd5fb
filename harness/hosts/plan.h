/*
 * The plan of a network: which hosts there are, their interfaces, addresses and cables. Pure.
 *
 *	client 192.0.2.1  eth0 ────── eth0  192.0.2.2 server
 *
 *	client 192.0.2.1  eth0 ────── eth0  192.0.2.254 router
 *	                              router 198.51.100.254  eth1 ────── eth0  198.51.100.2 server
 *
 * With IPv6 the networks are 2001:db8:1::/64 and 2001:db8:2::/64, with the same host numbers. All
 * of these networks are reserved for documentation (RFC 5737, RFC 3849).
 */
#ifndef NETWORK_H
#define NETWORK_H

#include "record/packet.h"

/* The interface of every host; a router's is the one on the client's side. */
#define INTERFACE "eth0"

struct network {
	int family;  /* AF_INET, AF_INET6 */
	bool routed; /* a router between the hosts */
};

/* An interface. */
struct port {
	enum host host;
	const char *interface;
	const char *address; /* as text */
	uint8_t mac[6];
};

/* All ports, after the last one with host ANY_HOST. The two ends of a cable are neighbours. */
const struct port *network_ports(const struct network *network);

/* A host's port; a router's is the one on the client's side. */
const struct port *network_port(const struct network *network, enum host host);

/* The other end of the cable. */
const struct port *network_peer(const struct network *network, const struct port *port);

struct address network_address(const struct port *port);

/* The prefix length of a network, and of a single host (all bits). */
int network_prefix_bits(const struct network *network);
int network_host_bits(const struct network *network);

/* How a host reaches another: from which of its ports, through which gateway (NULL: directly). */
struct way {
	const struct port *port, *gateway;
};
struct way network_way(const struct network *network, enum host from, enum host to);

#endif

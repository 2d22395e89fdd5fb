/* Netlink (netlink(7), libmnl): a socket, a request, its answer. For rtnetlink and sock_diag. */
#ifndef NETLINK_H
#define NETLINK_H

#include <libmnl/libmnl.h>
#include <stdint.h>
#include <sys/types.h>

/* Room for a message, aligned as the kernel wants it. */
struct netlink_buffer {
	char bytes[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/*
 * Opens a socket of a protocol (NETLINK_ROUTE ...) in the network namespace of the calling thread.
 * It is a member of the multicast groups (a mask of RTMGRP_ ...). NULL and errno when the kernel
 * refuses; mnl_socket_close() frees it.
 */
struct mnl_socket *netlink_open(int protocol, unsigned int groups);

/* Begins a request in the buffer; NLM_F_REQUEST is added to the flags. */
struct nlmsghdr *netlink_request(struct netlink_buffer *buffer, uint16_t type, uint16_t flags);

/*
 * Sends a request and reads one answer, which may take the place of the request in its buffer.
 * Returns the bytes of the answer; -1 and errno when the socket fails. That the kernel refuses what
 * was asked is an answer (NLMSG_ERROR).
 */
ssize_t netlink_ask(struct mnl_socket *netlink, const struct nlmsghdr *request,
		    struct netlink_buffer *answer);

#endif

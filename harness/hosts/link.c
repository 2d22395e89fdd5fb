#include "hosts/link.h"

#include "base/clock.h"
#include "base/fail.h"
#include "base/netlink.h"

#include <errno.h>
#include <net/if.h> /* before linux/if.h, which gives way to it */
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static struct mnl_socket *open_rtnetlink(unsigned int groups)
{
	struct mnl_socket *netlink = netlink_open(NETLINK_ROUTE, groups);

	if (!netlink)
		broken("open", "an rtnetlink socket");
	return netlink;
}

struct mnl_socket *link_open(void)
{
	return open_rtnetlink(0);
}

void link_close(struct mnl_socket *netlink)
{
	mnl_socket_close(netlink);
}

/* Whether the kernel does what the request asks for; false and errno when it refuses. */
static bool is_granted(struct mnl_socket *netlink, struct nlmsghdr *header)
{
	struct netlink_buffer answer;
	ssize_t n;

	header->nlmsg_flags |= NLM_F_ACK;
	header->nlmsg_seq = 1;
	n = netlink_ask(netlink, header, &answer);
	if (n < 0)
		broken("ask", "rtnetlink");
	n = mnl_cb_run(answer.bytes, (size_t)n, 1, mnl_socket_get_portid(netlink), NULL, NULL);
	return n >= 0;
}

static void request(struct mnl_socket *netlink, struct nlmsghdr *header, const char *verb,
		    const char *object)
{
	if (is_granted(netlink, header))
		return;
	if (errno == EOPNOTSUPP || errno == EPERM)
		give_up(ENDING_CANNOT_RUN,
			"cannot %s %s: %s.\n"
			"  The kernel needs veth (CONFIG_VETH; try: sudo modprobe veth), and the "
			"system must permit it in a new network namespace.",
			verb, object, strerror(errno));
	broken(verb, object);
}

static void put_end(struct nlmsghdr *header, const struct link_end *end)
{
	mnl_attr_put_strz(header, IFLA_IFNAME, end->interface);
	mnl_attr_put(header, IFLA_ADDRESS, ETH_ALEN, end->mac);
	mnl_attr_put_u32(header, IFLA_NET_NS_FD, (uint32_t)end->netns);
}

void link_make_pair(struct mnl_socket *netlink, const struct link_end *a, const struct link_end *b)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header = netlink_request(&buf, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *info, *data, *peer;

	mnl_nlmsg_put_extra_header(header, sizeof(struct ifinfomsg));
	put_end(header, a);
	info = mnl_attr_nest_start(header, IFLA_LINKINFO);
	mnl_attr_put_strz(header, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(header, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(header, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(header, sizeof(struct ifinfomsg));
	put_end(header, b);
	mnl_attr_nest_end(header, peer);
	mnl_attr_nest_end(header, data);
	mnl_attr_nest_end(header, info);
	request(netlink, header, "make", "a pair of interfaces");
}

static int index_of(const char *interface)
{
	unsigned int index = if_nametoindex(interface);

	if (index == 0)
		broken("find interface", interface);
	return (int)index;
}

void link_up(struct mnl_socket *netlink, const char *interface)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header = netlink_request(&buf, RTM_NEWLINK, 0);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(header, sizeof(*link));

	link->ifi_index = index_of(interface);
	link->ifi_flags = link->ifi_change = IFF_UP;
	request(netlink, header, "bring up", interface);
}

void link_move(struct mnl_socket *netlink, const char *interface, int netns)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header = netlink_request(&buf, RTM_NEWLINK, 0);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(header, sizeof(*link));

	link->ifi_index = index_of(interface);
	mnl_attr_put_u32(header, IFLA_NET_NS_FD, (uint32_t)netns);
	request(netlink, header, "move", interface);
}

static size_t address_bytes(const struct address *address)
{
	return address->family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

static void change_address(struct mnl_socket *netlink, uint16_t type, const char *interface,
			   const struct address *address, int prefix_bits)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header =
		netlink_request(&buf, type, type == RTM_NEWADDR ? NLM_F_CREATE | NLM_F_EXCL : 0);
	struct ifaddrmsg *row = mnl_nlmsg_put_extra_header(header, sizeof(*row));
	const size_t bytes = address_bytes(address);

	row->ifa_family = (uint8_t)address->family;
	row->ifa_prefixlen = (uint8_t)prefix_bits;
	row->ifa_flags = IFA_F_NODAD; /* no other host can have it: duplicate address detection
					 would take a second */
	row->ifa_index = (uint32_t)index_of(interface);
	mnl_attr_put(header, IFA_LOCAL, bytes, &address->v4);
	mnl_attr_put(header, IFA_ADDRESS, bytes, &address->v4);
	request(netlink, header, type == RTM_NEWADDR ? "give an address to" : "take the address of",
		interface);
}

void link_add_address(struct mnl_socket *netlink, const char *interface,
		      const struct address *address, int prefix_bits)
{
	change_address(netlink, RTM_NEWADDR, interface, address, prefix_bits);
}

void link_remove_address(struct mnl_socket *netlink, const char *interface,
			 const struct address *address, int prefix_bits)
{
	change_address(netlink, RTM_DELADDR, interface, address, prefix_bits);
}

/* The part of a request that names the destination of a route. */
static struct rtmsg *put_route(struct nlmsghdr *header, const struct route *route)
{
	const struct address to = address_prefix(&route->to, route->prefix_bits);
	struct rtmsg *row = mnl_nlmsg_put_extra_header(header, sizeof(*row));

	row->rtm_family = (uint8_t)to.family;
	row->rtm_dst_len = (uint8_t)route->prefix_bits;
	row->rtm_table = RT_TABLE_MAIN;
	if (route->prefix_bits > 0)
		mnl_attr_put(header, RTA_DST, address_bytes(&to), &to.v4);
	return row;
}

void link_add_route(struct mnl_socket *netlink, const struct route *route)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header = netlink_request(&buf, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE);
	struct rtmsg *row = put_route(header, route);
	struct nlattr *metrics;

	row->rtm_protocol = RTPROT_STATIC;
	row->rtm_type = route->interface ? RTN_UNICAST : RTN_PROHIBIT;
	row->rtm_scope = !route->interface || route->gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	if (route->interface)
		mnl_attr_put_u32(header, RTA_OIF, (uint32_t)index_of(route->interface));
	if (route->gateway)
		mnl_attr_put(header, RTA_GATEWAY, address_bytes(route->gateway),
			     &route->gateway->v4);
	if (route->rto_min_ms) {
		metrics = mnl_attr_nest_start(header, RTA_METRICS);
		mnl_attr_put_u32(header, RTAX_RTO_MIN, (uint32_t)route->rto_min_ms);
		/* TCP uses it only when it is locked, tcp_rto_min() */
		mnl_attr_put_u32(header, RTAX_LOCK, 1u << RTAX_RTO_MIN);
		mnl_attr_nest_end(header, metrics);
	}
	request(netlink, header, "set", "a route");
}

void link_remove_route(struct mnl_socket *netlink, const struct route *route)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header = netlink_request(&buf, RTM_DELROUTE, 0);

	put_route(header, route)->rtm_scope = RT_SCOPE_NOWHERE; /* of any scope */
	request(netlink, header, "remove", "a route");
}

static struct nlmsghdr *put_neighbour(struct netlink_buffer *buf, uint16_t type, uint16_t flags,
				      const char *interface, const struct address *address)
{
	struct nlmsghdr *header = netlink_request(buf, type, flags);
	struct ndmsg *row = mnl_nlmsg_put_extra_header(header, sizeof(*row));

	row->ndm_family = (uint8_t)address->family;
	row->ndm_ifindex = index_of(interface);
	row->ndm_state = NUD_PERMANENT;
	mnl_attr_put(header, NDA_DST, address_bytes(address), &address->v4);
	return header;
}

void link_add_neighbour(struct mnl_socket *netlink, const char *interface,
			const struct address *address, const uint8_t *mac)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header =
		put_neighbour(&buf, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, interface, address);

	mnl_attr_put(header, NDA_LLADDR, ETH_ALEN, mac);
	request(netlink, header, "add", "a neighbour");
}

void link_forget_neighbour(struct mnl_socket *netlink, const char *interface,
			   const struct address *address)
{
	struct netlink_buffer buf;

	if (!is_granted(netlink, put_neighbour(&buf, RTM_DELNEIGH, 0, interface, address)) &&
	    errno != ENOENT)
		broken("forget", "a neighbour");
}

static int take_operstate(const struct nlattr *attribute, void *operstate)
{
	if (mnl_attr_get_type(attribute) == IFLA_OPERSTATE)
		*(int *)operstate = mnl_attr_get_u8(attribute);
	return MNL_CB_OK;
}

static int take_link(const struct nlmsghdr *header, void *up_index)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);
	int operstate = IF_OPER_UNKNOWN;

	if (header->nlmsg_type != RTM_NEWLINK)
		return MNL_CB_OK;
	mnl_attr_parse(header, sizeof(*link), take_operstate, &operstate);
	if (operstate == IF_OPER_UP)
		*(int *)up_index = link->ifi_index;
	return MNL_CB_OK;
}

/* Subscribes to changes first and asks then: no change can be missed in between. */
void link_wait_up(const char *interface, int timeout_ms)
{
	struct mnl_socket *netlink = open_rtnetlink(RTMGRP_LINK);
	struct pollfd readable = { .fd = mnl_socket_get_fd(netlink), .events = POLLIN };
	struct netlink_buffer buf;
	struct nlmsghdr *header = netlink_request(&buf, RTM_GETLINK, 0);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(header, sizeof(*link));
	const int64_t deadline = monotonic_ns() + timeout_ms * INT64_C(1000000);
	const int index = index_of(interface);
	int up_index = 0;

	link->ifi_index = index;
	if (mnl_socket_sendto(netlink, header, header->nlmsg_len) < 0)
		broken("ask for the state of", interface);
	while (up_index != index) {
		int64_t left_ms = (deadline - monotonic_ns()) / 1000000;
		ssize_t n;

		if (left_ms <= 0 || poll(&readable, 1, (int)left_ms) <= 0)
			give_up(ENDING_BROKEN, "interface %s did not come up within %d ms",
				interface, timeout_ms);
		n = mnl_socket_recvfrom(netlink, buf.bytes, sizeof(buf.bytes));
		if (n < 0 || mnl_cb_run(buf.bytes, (size_t)n, 0, 0, take_link, &up_index) < 0)
			broken("read the state of", interface);
	}
	mnl_socket_close(netlink);
}

void link_offload_off(const char *interface)
{
	static const uint32_t commands[] = { ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO,
					     ETHTOOL_SGRO };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		broken("open", "a socket for ethtool");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct ethtool_value off = { .cmd = commands[i], .data = 0 };
		struct ifreq ifr = { .ifr_data = (void *)&off };

		snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", interface);
		if (ioctl(fd, SIOCETHTOOL, &ifr) < 0 && errno != EOPNOTSUPP)
			broken("switch off the offloads of", interface);
	}
	close(fd);
}

#include "hosts/hosts.h"

#include "base/clock.h"
#include "base/fail.h"
#include "hosts/link.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINK_UP_TIMEOUT_MS = 5000 };

/*
 * Parameters that a new network namespace inherits from the machine, or that differ between
 * distributions and kernels, get a fixed value, so that a run is the same everywhere (ip-sysctl).
 */
struct parameter {
	const char *name, *value;
	int family; /* 0: both */
};

static const struct parameter parameters[] = {
	{ "net/ipv4/tcp_congestion_control", "reno" },
	{ "net/ipv4/tcp_sack", "1" },
	{ "net/ipv4/tcp_timestamps", "1" },
	{ "net/ipv4/tcp_window_scaling", "1" },
	{ "net/ipv4/tcp_ecn", "0" },
	{ "net/ipv4/conf/all/rp_filter", "0" },
	{ "net/ipv4/conf/default/rp_filter", "0" },
	{ "net/ipv4/conf/all/arp_ignore", "0" },
	{ "net/ipv4/conf/default/arp_ignore", "0" },
	{ "net/ipv4/tcp_rmem", "4096 131072 6291456" },
	{ "net/ipv4/tcp_wmem", "4096 16384 4194304" },
	/* no packets of the other family, and no router discovery */
	{ "net/ipv6/conf/all/disable_ipv6", "1", AF_INET },
	{ "net/ipv6/conf/default/disable_ipv6", "1", AF_INET },
	{ "net/ipv6/conf/all/disable_ipv6", "0", AF_INET6 },
	{ "net/ipv6/conf/default/disable_ipv6", "0", AF_INET6 },
	{ "net/ipv6/conf/default/addr_gen_mode", "1", AF_INET6 }, /* no link-local address */
	{ "net/ipv6/conf/default/accept_ra", "0", AF_INET6 },
	{ 0 },
};

/*
 * A router forwards packets and sends an ICMP error for each one that it cannot forward: no type is
 * rate-limited (RFC 1812 4.3.2.8). icmp_ratelimit=0 would switch the limit off, too, but now and
 * then it uses up the tokens of ip_error() for this peer (inet_peer_xrlim_allow()), and no error is
 * sent for a second.
 */
static const struct parameter router_parameters[] = {
	{ "net/ipv4/ip_forward", "1", AF_INET },
	{ "net/ipv4/icmp_ratemask", "0", AF_INET },
	{ "net/ipv6/conf/all/forwarding", "1", AF_INET6 },
	{ "net/ipv6/icmp/ratelimit", "0", AF_INET6 },
	{ 0 },
};

const char *hosts_address(const struct hosts *hosts, enum host host)
{
	return network_port(&hosts->network, host)->address;
}

void hosts_enter(struct hosts *hosts, enum host host)
{
	if (hosts->here == host)
		return;
	if (setns(hosts->netns[host], CLONE_NEWNET) < 0)
		broken("enter host", host_name(host));
	hosts->here = host;
}

void hosts_note_action(struct hosts *hosts, enum host host, struct action action)
{
	const struct event event = {
		.kind = EVENT_ACTION, .time_ns = now_ns(), .host = host, .action = action
	};

	timeline_append(hosts->timeline, &event);
}

void hosts_note(struct hosts *hosts, enum host host, const char *format, ...)
{
	char command[256];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	hosts_note_action(hosts, host,
			  (struct action){ .verb = VERB_BUILD,
					   .is_setup = true,
					   .text = timeline_text(hosts->timeline, "%s", command) });
}

static int make_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		give_up(ENDING_CANNOT_RUN,
			"cannot make a network namespace: %s.\n"
			"  The kernel needs CONFIG_NET_NS, and the system must permit it.",
			strerror(errno));
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		broken("open", "/proc/thread-self/ns/net");
	return fd;
}

/* Opens a kernel parameter of a host; -1 when this kernel lacks it or refuses this access. */
static int open_parameter(struct hosts *hosts, enum host host, const char *name, int access)
{
	char path[128];

	hosts_enter(hosts, host);
	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	return open(path, access | O_CLOEXEC);
}

/* The value of a kernel parameter, without its newline; false when this kernel does not have it. */
static bool get_parameter(struct hosts *hosts, enum host host, const char *name,
			  char value[static 64])
{
	const int fd = open_parameter(hosts, host, name, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, value, 63);
	if (n < 0)
		broken("read", name);
	close(fd);
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return true;
}

static bool set_parameter(struct hosts *hosts, enum host host, const char *name, const char *value)
{
	const int fd = open_parameter(hosts, host, name, O_WRONLY);

	if (fd < 0)
		return false;
	if (write(fd, value, strlen(value)) < 0)
		broken("set", name);
	close(fd);
	return true;
}

/* Pointers into what the caller has are copied. */
static void note_parameter(struct hosts *hosts, enum host host, struct action action)
{
	action.verb = VERB_SET_PARAMETER;
	action.name = timeline_text(hosts->timeline, "%s", action.name);
	action.value = timeline_text(hosts->timeline, "%s", action.value);
	hosts_note_action(hosts, host, action);
}

bool hosts_set(struct hosts *hosts, enum host host, const char *name, const char *value,
	       bool is_setup)
{
	if (!set_parameter(hosts, host, name, value))
		return false;
	note_parameter(hosts, host,
		       (struct action){ .name = name,
					.value = value,
					.is_setup = is_setup,
					.text = timeline_text(hosts->timeline, "sysctl -w %s='%s'",
							      name, value) });
	return true;
}

void hosts_shorten(struct hosts *hosts, enum host host, const char *name, const char *value)
{
	char before[64];
	const char *text;

	if (!get_parameter(hosts, host, name, before) || strcmp(before, value) == 0 ||
	    !set_parameter(hosts, host, name, value))
		return;
	text = timeline_text(hosts->timeline, "sysctl -w %s=%s (default %s)", name, value, before);
	note_parameter(
		hosts, host,
		(struct action){ .name = name,
				 .value = value,
				 .value_before = timeline_text(hosts->timeline, "%s", before),
				 .is_setup = true,
				 .text = text });
}

/* A parameter that this kernel lacks, or has read-only here, cannot differ: it is left alone. */
static void set_parameters(struct hosts *hosts, enum host host, const struct parameter *rows)
{
	for (; rows->name; rows++)
		if (!rows->family || rows->family == hosts->network.family)
			hosts_set(hosts, host, rows->name, rows->value, true);
}

int hosts_persistence_ms(struct hosts *hosts, enum host host)
{
	enum { RTO_MIN_MS = 200, RTO_MAX_MS = 120000, DOUBLINGS_MOST = 9 }; /* 200 * 2^9 < 120000 */
	char text[64];
	int retries;

	if (!get_parameter(hosts, host, "net/ipv4/tcp_retries2", text))
		broken("read", "tcp_retries2");
	retries = atoi(text);
	if (retries <= DOUBLINGS_MOST)
		return ((2 << retries) - 1) * RTO_MIN_MS;
	return ((2 << DOUBLINGS_MOST) - 1) * RTO_MIN_MS + (retries - DOUBLINGS_MOST) * RTO_MAX_MS;
}

/* A host on a link of the router reaches everything beyond the link through it. */
static void add_default_route(struct hosts *hosts, const struct port *port)
{
	const struct port *peer = network_peer(&hosts->network, port);
	const struct address gateway = network_address(peer);

	if (peer->host != ROUTER)
		return;
	link_add_route(hosts->links[port->host], &(struct route){ .to.family = gateway.family,
								  .interface = port->interface,
								  .gateway = &gateway });
	hosts_note(hosts, port->host, "ip route add default via %s", peer->address);
}

/*
 * A firewall that drops everything, like a crashed host's, drops neighbour discovery, too, but not
 * ARP. So with IPv6 the hosts know each other's link-layer addresses from the start.
 */
static void introduce_neighbour(struct hosts *hosts, const struct port *port)
{
	const struct port *peer = network_peer(&hosts->network, port);
	const struct address address = network_address(peer);

	link_add_neighbour(hosts->links[port->host], port->interface, &address, peer->mac);
	hosts_note(hosts, port->host, "ip neigh add %s lladdr 02:00:00:00:00:%02x dev %s",
		   peer->address, peer->mac[5], port->interface);
}

static void switch_on(struct hosts *hosts, const struct port *port)
{
	const int prefix_bits = network_prefix_bits(&hosts->network);
	const struct address address = network_address(port);
	struct mnl_socket *link = hosts->links[port->host];

	hosts_enter(hosts, port->host);
	link_offload_off(port->interface);
	link_up(link, "lo");
	link_up(link, port->interface);
	link_add_address(link, port->interface, &address, prefix_bits);
	hosts_note(hosts, port->host, "ethtool -K %s tx off tso off gso off gro off",
		   port->interface);
	hosts_note(hosts, port->host, "ip link set lo up; ip link set %s up", port->interface);
	hosts_note(hosts, port->host, "ip addr add %s/%d dev %s", port->address, prefix_bits,
		   port->interface);
	if (hosts->network.family == AF_INET6)
		introduce_neighbour(hosts, port);
	add_default_route(hosts, port);
}

/* Moves the thread into the new namespace. */
static void make_host(struct hosts *hosts, enum host host)
{
	hosts->netns[host] = make_namespace();
	hosts->links[host] = link_open();
	hosts->here = host;
	hosts_note(hosts, host, "ip netns add %s", host_name(host));
	set_parameters(hosts, host, parameters);
	if (host == ROUTER)
		set_parameters(hosts, host, router_parameters);
}

void hosts_reboot(struct hosts *hosts, enum host host)
{
	const int before = hosts->netns[host];
	struct mnl_socket *link_before = hosts->links[host];

	make_host(hosts, host);
	if (setns(before, CLONE_NEWNET) < 0)
		broken("enter host", host_name(host));
	link_move(link_before, INTERFACE, hosts->netns[host]);
	link_close(link_before);
	close(before);
	if (setns(hosts->netns[host], CLONE_NEWNET) < 0)
		broken("enter host", host_name(host));
	switch_on(hosts, network_port(&hosts->network, host));
	link_wait_up(INTERFACE, LINK_UP_TIMEOUT_MS);
}

static void lay_cable(struct hosts *hosts, const struct port *a, const struct port *b)
{
	link_make_pair(hosts->links[a->host],
		       &(struct link_end){ hosts->netns[a->host], a->interface, a->mac },
		       &(struct link_end){ hosts->netns[b->host], b->interface, b->mac });
	hosts_note(hosts, ANY_HOST, "ip link add %s netns %s type veth peer name %s netns %s",
		   a->interface, host_name(a->host), b->interface, host_name(b->host));
}

void hosts_open(struct hosts *hosts, struct timeline *timeline, struct network network)
{
	const struct port *ports = network_ports(&network);

	if (network.family == AF_INET6 && access("/proc/net/if_inet6", F_OK) < 0)
		give_up(ENDING_CANNOT_RUN,
			"this kernel has no IPv6 (no CONFIG_IPV6, or started with "
			"ipv6.disable=1): run without FAMILY=inet6.");
	*hosts = (struct hosts){ .timeline = timeline, .network = network };
	for (int host = 0; host < HOST_COUNT; host++)
		hosts->netns[host] = -1;
	for (const struct port *port = ports; port->host; port++) {
		if (hosts->netns[port->host] >= 0)
			continue; /* the router's second */
		timeline->addresses[port->host] = network_address(port);
		make_host(hosts, port->host);
	}
	for (const struct port *port = ports; port->host; port += 2)
		lay_cable(hosts, &port[0], &port[1]);
	switch_on(hosts, network_port(&hosts->network, CLIENT));
}

void hosts_switch_on_others(struct hosts *hosts)
{
	for (const struct port *port = network_ports(&hosts->network); port->host; port++)
		if (port->host != CLIENT)
			switch_on(hosts, port);
}

void hosts_close(struct hosts *hosts)
{
	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++) {
		if (hosts->netns[host] < 0)
			continue;
		link_close(hosts->links[host]);
		close(hosts->netns[host]);
	}
}

void hosts_wait_up(struct hosts *hosts)
{
	for (const struct port *port = network_ports(&hosts->network); port->host; port++) {
		hosts_enter(hosts, port->host);
		link_wait_up(port->interface, LINK_UP_TIMEOUT_MS);
	}
}

#include "hosts/faults.h"

#include "base/fail.h"
#include "hosts/link.h"
#include "base/find_program.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

/* In place of the 200 ms of TCP_RTO_MIN. */
enum { RTO_MIN_MS = 5 };

/* The route to the network of `to`. Its gateway, if it has one, is stored in *gateway. */
static struct route route_of(const struct hosts *hosts, const struct way *way, enum host to,
			     struct address *gateway)
{
	struct route route = { .to = network_address(network_port(&hosts->network, to)),
			       .prefix_bits = network_prefix_bits(&hosts->network),
			       .interface = way->port->interface };

	if (way->gateway) {
		*gateway = network_address(way->gateway);
		route.gateway = gateway;
	}
	return route;
}

/*
 * The last host on the way asks the link for the address three times (mcast_solicit, arp(7)), now
 * 20 ms apart and not a second. Meanwhile it queues one packet, the minimum of RFC 1122 2.3.2.2,
 * and reports the failure of that one only.
 */
static void hasten_neighbour(struct hosts *hosts, enum host to)
{
	static const struct {
		const char *name, *value;
	} rows[] = { { "retrans_time_ms", "20" }, { "unres_qlen_bytes", "1" } };
	const struct network *network = &hosts->network;
	const struct port *peer = network_peer(network, network_port(network, to));
	char name[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(name, sizeof(name), "net/%s/neigh/%s/%s",
			 network->family == AF_INET6 ? "ipv6" : "ipv4", peer->interface,
			 rows[i].name);
		hosts_shorten(hosts, peer->host, name, rows[i].value);
	}
}

void faults_hasten(struct hosts *hosts, enum host from, enum host to)
{
	const struct way way = network_way(&hosts->network, from, to);
	struct address gateway;
	struct route route = route_of(hosts, &way, to, &gateway);
	const char *text;

	route.prefix_bits = network_host_bits(&hosts->network);
	route.rto_min_ms = RTO_MIN_MS;
	hosts_shorten(hosts, from, "net/ipv4/tcp_retries2", "1");
	link_add_route(hosts->links[hosts->here], &route);
	text = timeline_text(hosts->timeline,
			     "ip route add %s%s%s dev %s rto_min %dms (default 200ms)",
			     hosts_address(hosts, to), way.gateway ? " via " : "",
			     way.gateway ? way.gateway->address : "", route.interface, RTO_MIN_MS);
	hosts_note_action(hosts, from,
			  (struct action){ .verb = VERB_SHORTEN_TIMEOUT,
					   .is_setup = true,
					   .to = to,
					   .rto_min_ms = RTO_MIN_MS,
					   .text = text });
	hasten_neighbour(hosts, to);
}

/* Runs iptables or ip6tables on the host that the thread is on. Its messages are not redirected. */
static void run_iptables(const char *path, const char *name, const char *chain)
{
	/* a user cannot write the machine's lock file, and these tables do not need it */
	static char lock[] = "XTABLES_LOCKFILE=/dev/null";
	char *const argv[] = { (char *)name, "-A", (char *)chain, "-j", "DROP", NULL };
	char *const environment[] = { lock, NULL };
	int status;
	pid_t pid;

	if (posix_spawn(&pid, path, NULL, NULL, argv, environment) != 0)
		broken("start", path);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		give_up(ENDING_CANNOT_RUN,
			"%s -A %s -j DROP failed; its message is above.\n"
			"  The kernel needs nf_tables or ip_tables; try: sudo modprobe nf_tables",
			name, chain);
}

void faults_crash(struct hosts *hosts, enum host host)
{
	const char *name = hosts->network.family == AF_INET6 ? "ip6tables" : "iptables";
	char *path = find_program(name);

	if (!path)
		give_up(ENDING_CANNOT_RUN,
			"%s is not installed: run `make deps`, or `sudo apt install iptables`.",
			name);
	hosts_enter(hosts, host);
	run_iptables(path, name, "INPUT");
	run_iptables(path, name, "OUTPUT");
	free(path);
	hosts_note_action(hosts, host,
			  (struct action){ .verb = VERB_CRASH,
					   .drops_to = host,
					   .drops_at = host,
					   .text = timeline_text(hosts->timeline,
								 "%s -A INPUT -j DROP; "
								 "%s -A OUTPUT -j DROP",
								 name, name) });
}

void faults_detach(struct hosts *hosts, enum host host)
{
	const struct port *port = network_port(&hosts->network, host);
	const struct port *peer = network_peer(&hosts->network, port);
	const int prefix_bits = network_prefix_bits(&hosts->network);
	const struct address address = network_address(port);

	hosts_enter(hosts, host);
	link_remove_address(hosts->links[hosts->here], port->interface, &address, prefix_bits);
	hosts_note_action(hosts, host,
			  (struct action){ .verb = VERB_DETACH,
					   .drops_to = peer->host == ROUTER ? host : ANY_HOST,
					   .drops_at = peer->host == ROUTER ? ROUTER : ANY_HOST,
					   .text = timeline_text(
						   hosts->timeline, "ip addr del %s/%d dev %s",
						   port->address, prefix_bits, port->interface) });
	hosts_enter(hosts, peer->host);
	link_forget_neighbour(hosts->links[hosts->here], peer->interface, &address);
	hosts_note_action(
		hosts, peer->host,
		(struct action){ .verb = VERB_FORGET_NEIGHBOUR,
				 .is_setup = true,
				 .to = host,
				 .text = timeline_text(hosts->timeline, "ip neigh flush %s dev %s",
						       port->address, peer->interface) });
}

/* Without a route a router drops what it should pass on; a host does not send it. */
static void note_route(struct hosts *hosts, enum host host, struct action action)
{
	if (host == ROUTER) {
		action.drops_to = action.to;
		action.drops_at = ROUTER;
	}
	hosts_note_action(hosts, host, action);
}

void faults_remove_route(struct hosts *hosts, enum host host, enum host to)
{
	const struct way way = network_way(&hosts->network, host, to);
	struct address gateway, network;
	struct route route = route_of(hosts, &way, to, &gateway);
	const char *command = "ip route del default";
	char text[INET6_ADDRSTRLEN];

	if (route.gateway)
		route.prefix_bits = 0;
	hosts_enter(hosts, host);
	link_remove_route(hosts->links[hosts->here], &route);
	network = address_prefix(&route.to, route.prefix_bits);
	if (!route.gateway)
		command = timeline_text(hosts->timeline, "ip route del %s/%d",
					address_text(&network, text), route.prefix_bits);
	note_route(hosts, host,
		   (struct action){ .verb = VERB_REMOVE_ROUTE, .to = to, .text = command });
}

void faults_prohibit_route(struct hosts *hosts, enum host host, enum host to)
{
	const struct route route = { .to = network_address(network_port(&hosts->network, to)),
				     .prefix_bits = network_host_bits(&hosts->network) };

	hosts_enter(hosts, host);
	link_add_route(hosts->links[hosts->here], &route);
	note_route(
		hosts, host,
		(struct action){ .verb = VERB_PROHIBIT_ROUTE,
				 .to = to,
				 .text = timeline_text(hosts->timeline, "ip route add prohibit %s",
						       hosts_address(hosts, to)) });
}

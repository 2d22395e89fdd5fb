#include "hosts/plan.h"

#define MAC(number)                   \
	{                             \
		2, 0, 0, 0, 0, number \
	}

static const struct port direct[] = {
	{ CLIENT, INTERFACE, "192.0.2.1", MAC(1) },
	{ SERVER, INTERFACE, "192.0.2.2", MAC(2) },
	{ ANY_HOST },
};

static const struct port routed[] = {
	{ CLIENT, INTERFACE, "192.0.2.1", MAC(1) },
	{ ROUTER, INTERFACE, "192.0.2.254", MAC(2) },
	{ ROUTER, "eth1", "198.51.100.254", MAC(3) },
	{ SERVER, INTERFACE, "198.51.100.2", MAC(4) },
	{ ANY_HOST },
};

static const struct port direct6[] = {
	{ CLIENT, INTERFACE, "2001:db8:1::1", MAC(1) },
	{ SERVER, INTERFACE, "2001:db8:1::2", MAC(2) },
	{ ANY_HOST },
};

static const struct port routed6[] = {
	{ CLIENT, INTERFACE, "2001:db8:1::1", MAC(1) },
	{ ROUTER, INTERFACE, "2001:db8:1::254", MAC(2) },
	{ ROUTER, "eth1", "2001:db8:2::254", MAC(3) },
	{ SERVER, INTERFACE, "2001:db8:2::2", MAC(4) },
	{ ANY_HOST },
};

const struct port *network_ports(const struct network *network)
{
	if (network->family == AF_INET6)
		return network->routed ? routed6 : direct6;
	return network->routed ? routed : direct;
}

const struct port *network_port(const struct network *network, enum host host)
{
	const struct port *port = network_ports(network);

	while (port->host != host)
		port++;
	return port;
}

const struct port *network_peer(const struct network *network, const struct port *port)
{
	const struct port *ports = network_ports(network);

	return &ports[(port - ports) ^ 1];
}

struct address network_address(const struct port *port)
{
	struct address address;

	address_parse(&address, port->address);
	return address;
}

int network_prefix_bits(const struct network *network)
{
	return network->family == AF_INET6 ? 64 : 24;
}

int network_host_bits(const struct network *network)
{
	return network->family == AF_INET6 ? 128 : 32;
}

struct way network_way(const struct network *network, enum host from, enum host to)
{
	const struct port *port = network_port(network, from), *peer = network_peer(network, port);

	if (peer->host == to)
		return (struct way){ .port = port };
	if (from == ROUTER)
		return (struct way){ .port = port + 1 };
	return (struct way){ .port = port, .gateway = peer };
}

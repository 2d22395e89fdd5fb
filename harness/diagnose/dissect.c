#include "diagnose/dissect.h"

#include "diagnose/bytes.h"

#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>

enum { TUNNELS_MOST = 4, EXTENSIONS_MOST = 8 };
enum { TCP_HEADER = 20, TCP_FLAGS_KNOWN = 0x3f };

/* What is left: captured bytes, and how many there were on the wire. */
struct rest {
	const uint8_t *at;
	size_t captured, on_wire;
};

static bool take(struct rest *rest, size_t bytes)
{
	if (rest->captured < bytes)
		return false;
	rest->at += bytes;
	rest->captured -= bytes;
	rest->on_wire -= bytes;
	return true;
}

/*
 * What IP says is the length. What follows is padding, or a checksum of the link layer. A capture
 * of the first bytes of each packet may be wrong about how long it was: IP is believed.
 */
static void shorten(struct rest *rest, size_t total)
{
	rest->on_wire = total;
	if (rest->captured > total)
		rest->captured = total;
}

static struct address address_v4(const uint8_t *at)
{
	struct address address = { .family = AF_INET };

	memcpy(&address.v4, at, 4);
	return address;
}

static struct address address_v6(const uint8_t *at)
{
	struct address address = { .family = AF_INET6 };

	memcpy(&address.v6, at, 16);
	return address;
}

static void tcp(struct seen *seen, struct rest rest)
{
	const uint8_t *at = rest.at;
	size_t header, options;

	if (rest.on_wire < TCP_HEADER) {
		seen->kind = SEEN_DAMAGED;
		return;
	}
	if (rest.captured < 16)
		return; /* cut off before the window */
	header = (at[12] >> 4) * 4u;
	if (header < TCP_HEADER || header > rest.on_wire) {
		seen->kind = SEEN_DAMAGED;
		return;
	}
	seen->kind = SEEN_TCP;
	seen->from_port = big16(at);
	seen->to_port = big16(at + 2);
	seen->seq = big32(at + 4);
	seen->flags = at[13] & TCP_FLAGS_KNOWN;
	seen->ack = seen->flags & ACK ? big32(at + 8) : 0;
	seen->window = big16(at + 14);
	seen->bytes = (uint32_t)(rest.on_wire - header);
	options = header < rest.captured ? header : rest.captured;
	if (options > TCP_HEADER)
		tcp_options_decode(&seen->options, at + TCP_HEADER, options - TCP_HEADER);
}

/* RFC 792, RFC 1812 5.2.7.1 */
static enum trouble trouble_v4(uint8_t type, uint8_t code)
{
	static const enum trouble codes[] = {
		[0] = TROUBLE_NET,         [1] = TROUBLE_HOST,        [3] = TROUBLE_PORT,
		[4] = TROUBLE_TOO_BIG,     [6] = TROUBLE_NET,         [7] = TROUBLE_HOST,
		[8] = TROUBLE_HOST,        [9] = TROUBLE_PROHIBITED,  [10] = TROUBLE_PROHIBITED,
		[11] = TROUBLE_NET,        [12] = TROUBLE_HOST,       [13] = TROUBLE_PROHIBITED,
		[14] = TROUBLE_PROHIBITED, [15] = TROUBLE_PROHIBITED,
	};

	if (type == 11)
		return TROUBLE_TTL;
	return type == 3 && code < sizeof(codes) / sizeof(codes[0]) ? codes[code] : NO_TROUBLE;
}

/* RFC 4443 3 */
static enum trouble trouble_v6(uint8_t type, uint8_t code)
{
	static const enum trouble codes[] = {
		[0] = TROUBLE_NET,        [1] = TROUBLE_PROHIBITED, [2] = TROUBLE_HOST,
		[3] = TROUBLE_HOST,       [4] = TROUBLE_PORT,       [5] = TROUBLE_PROHIBITED,
		[6] = TROUBLE_PROHIBITED,
	};

	if (type == 2)
		return TROUBLE_TOO_BIG;
	if (type == 3)
		return TROUBLE_TTL;
	return type == 1 && code < sizeof(codes) / sizeof(codes[0]) ? codes[code] : NO_TROUBLE;
}

/*
 * Past the IPv6 headers that may stand before TCP (RFC 8200 4). The protocol that follows, or -1
 * when it cannot be told.
 */
static int extensions(struct rest *rest, uint8_t next)
{
	for (int i = 0; i < EXTENSIONS_MOST; i++) {
		const uint8_t *at = rest->at;
		size_t length = 8;

		switch (next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			if (rest->captured < 8)
				return -1;
			length = (at[1] + 1u) * 8;
			break;
		case IPPROTO_AH:
			if (rest->captured < 8)
				return -1;
			length = (at[1] + 2u) * 4;
			break;
		case IPPROTO_FRAGMENT:
			if (rest->captured < 8 || (big16(at + 2) & 0xfff8))
				return -1; /* only the first one has a TCP header */
			break;
		default:
			return next;
		}
		next = at[0];
		if (!take(rest, length))
			return -1;
	}
	return -1;
}

/* An IPv4 header and what it leaves: its protocol, or -1. Fills in addresses, TTL, IP id. */
static int ipv4(struct seen *seen, struct rest *rest, bool is_quote)
{
	const uint8_t *at = rest->at;
	size_t header, total;

	if (rest->captured < 20 || at[0] >> 4 != 4 || (at[0] & 15) < 5) {
		seen->kind = SEEN_DAMAGED;
		return -1;
	}
	header = (at[0] & 15) * 4u;
	total = big16(at + 2);
	seen->from = address_v4(at + 12);
	seen->to = address_v4(at + 16);
	seen->ttl = at[8];
	seen->ip_id = big16(at + 4);
	if (total == 0)
		total = rest->on_wire; /* segmentation offload */
	if (!is_quote && total < header) {
		seen->kind = SEEN_DAMAGED;
		return -1;
	}
	if (!is_quote)
		shorten(rest, total);
	if (big16(at + 6) & 0x1fff)
		return -1; /* only the first fragment has a TCP header */
	return take(rest, header) ? at[9] : -1;
}

static int ipv6(struct seen *seen, struct rest *rest, bool is_quote)
{
	const uint8_t *at = rest->at;
	size_t total;

	if (rest->captured < 40 || at[0] >> 4 != 6) {
		seen->kind = SEEN_DAMAGED;
		return -1;
	}
	total = big16(at + 4) ? 40u + big16(at + 4) : rest->on_wire;
	seen->from = address_v6(at + 8);
	seen->to = address_v6(at + 24);
	seen->ttl = at[7];
	seen->ip_id = 0;
	if (!is_quote)
		shorten(rest, total);
	take(rest, 40);
	return extensions(rest, at[6]);
}

/* The beginning of the segment that an ICMP message is about: at least 8 bytes of it. */
static bool quote(struct seen *seen, struct rest rest, int family)
{
	int protocol = family == AF_INET ? ipv4(seen, &rest, true) : ipv6(seen, &rest, true);

	if (protocol != IPPROTO_TCP || rest.captured < 8)
		return false;
	seen->from_port = big16(rest.at);
	seen->to_port = big16(rest.at + 2);
	seen->seq = big32(rest.at + 4);
	return true;
}

/* RFC 4861 4.3, 4.4: what IPv6 has in place of ARP. */
static void neighbour(struct seen *seen, const struct rest *rest)
{
	const bool is_question = rest->at[0] == 135;

	if (rest->captured < 24)
		return;
	seen->kind = SEEN_ARP;
	seen->is_question = is_question;
	if (is_question)
		seen->to = address_v6(rest->at + 8); /* it was sent to a group */
	else
		seen->from = address_v6(rest->at + 8);
}

static void icmp(struct seen *seen, struct rest rest, int family)
{
	struct seen quoted = *seen;

	if (rest.captured < 8)
		return;
	quoted.icmp_type = rest.at[0];
	quoted.icmp_code = rest.at[1];
	quoted.trouble = family == AF_INET ? trouble_v4(rest.at[0], rest.at[1])
					   : trouble_v6(rest.at[0], rest.at[1]);
	if (family == AF_INET6 && (rest.at[0] == 135 || rest.at[0] == 136)) {
		neighbour(seen, &rest);
		return;
	}
	if (quoted.trouble == NO_TROUBLE || !take(&rest, 8) || !quote(&quoted, rest, family))
		return;
	quoted.kind = SEEN_ICMP;
	*seen = quoted;
}

static void arp(struct seen *seen, const struct rest *rest)
{
	const uint8_t *at = rest->at;

	/* of IPv4 over something with addresses of 6 bytes */
	if (rest->captured < 28 || big16(at + 2) != ETHERTYPE_IP || at[4] != 6 || at[5] != 4)
		return;
	seen->kind = SEEN_ARP;
	seen->is_question = big16(at + 6) == 1;
	seen->from = address_v4(at + 14);
	seen->to = address_v4(at + 24);
}

void dissect(struct seen *seen, const struct datagram *datagram)
{
	struct rest rest = { datagram->at, datagram->captured, datagram->on_wire };
	uint16_t type = datagram->ether_type;

	memset(seen, 0, sizeof(*seen));
	if (type == ETHERTYPE_ARP)
		arp(seen, &rest);
	for (int i = 0; i < TUNNELS_MOST && (type == ETHERTYPE_IP || type == ETHERTYPE_IPV6); i++) {
		const int family = type == ETHERTYPE_IP ? AF_INET : AF_INET6;
		int protocol =
			family == AF_INET ? ipv4(seen, &rest, false) : ipv6(seen, &rest, false);

		type = 0;
		if (protocol == IPPROTO_TCP)
			tcp(seen, rest);
		else if (protocol == (family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6))
			icmp(seen, rest, family);
		else if (protocol == IPPROTO_IPIP)
			type = ETHERTYPE_IP;
		else if (protocol == IPPROTO_IPV6)
			type = ETHERTYPE_IPV6;
	}
}

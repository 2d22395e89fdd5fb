#include "record/packet.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

/* What is left to decode: every layer takes its header from the front. */
struct rest {
	const uint8_t *at;
	size_t bytes;
};

/* Copies the header out, for alignment; false when the frame is too short for it. */
static bool peek(const struct rest *rest, void *header, size_t bytes)
{
	if (rest->bytes < bytes)
		return false;
	memcpy(header, rest->at, bytes);
	return true;
}

static void skip(struct rest *rest, size_t bytes)
{
	rest->at += bytes;
	rest->bytes -= bytes;
}

static uint32_t number_at(const uint8_t *at)
{
	uint32_t number;

	memcpy(&number, at, sizeof(number));
	return ntohl(number);
}

/* One option: its kind, and what stands after its length. One of an odd length is left out. */
static void decode_option(struct tcp_options *options, uint8_t kind, const uint8_t *value,
			  size_t bytes)
{
	if (kind == TCPOPT_MAXSEG && bytes == 2) {
		options->has_mss = true;
		options->mss = (uint16_t)(value[0] << 8 | value[1]);
	} else if (kind == TCPOPT_WINDOW && bytes == 1) {
		options->has_window_scale = true;
		options->window_scale = value[0];
	} else if (kind == TCPOPT_SACK_PERMITTED && bytes == 0) {
		options->sack_permitted = true;
	} else if (kind == TCPOPT_TIMESTAMP && bytes == 8) {
		options->has_timestamps = true;
		options->timestamp = number_at(value);
		options->timestamp_echo = number_at(value + 4);
	} else if (kind == TCPOPT_SACK && bytes % 8 == 0) {
		for (size_t i = 0; i < bytes / 8 && options->sack_count < SACK_MOST; i++) {
			options->sack[options->sack_count].left = number_at(value + 8 * i);
			options->sack[options->sack_count++].right = number_at(value + 8 * i + 4);
		}
	}
}

/* A length that cannot be ends the options: nobody knows where the next one begins. */
void tcp_options_decode(struct tcp_options *options, const uint8_t *bytes, size_t count)
{
	struct rest rest = { bytes, count };

	while (rest.bytes > 0 && rest.at[0] != TCPOPT_EOL) {
		size_t length = 1;

		if (rest.at[0] != TCPOPT_NOP) {
			if (rest.bytes < 2 || rest.at[1] < 2 || rest.at[1] > rest.bytes)
				return;
			length = rest.at[1];
			decode_option(options, rest.at[0], rest.at + 2, length - 2);
		}
		skip(&rest, length);
	}
}

static void decode_tcp(struct packet *packet, struct rest rest)
{
	struct tcphdr tcp;

	if (!peek(&rest, &tcp, sizeof(tcp)) || tcp.doff < 5 || rest.bytes < tcp.doff * 4u)
		return;
	tcp_options_decode(&packet->options, rest.at + sizeof(tcp), tcp.doff * 4u - sizeof(tcp));
	skip(&rest, tcp.doff * 4u);
	packet->kind = PACKET_TCP;
	packet->from_port = ntohs(tcp.source);
	packet->to_port = ntohs(tcp.dest);
	packet->seq = ntohl(tcp.seq);
	packet->ack = ntohl(tcp.ack_seq);
	packet->flags = tcp.th_flags & (FIN | SYN | RST | PSH | ACK | URG);
	packet->window = ntohs(tcp.window);
	packet->payload = rest.at;
	packet->payload_bytes = rest.bytes;
}

/* The reasons of a destination unreachable; ANY_REASON for a code that says something else. */
static enum unreachable unreachable_of(int family, uint8_t type, uint8_t code)
{
	static const enum unreachable reasons[] = {
		[ICMP_NET_UNREACH] = NET_UNREACHABLE,
		[ICMP_HOST_UNREACH] = HOST_UNREACHABLE,
		[ICMP_PORT_UNREACH] = PORT_UNREACHABLE,
		[ICMP_PKT_FILTERED] = PROHIBITED,
	};
	static const enum unreachable reasons6[] = {
		[ICMP6_DST_UNREACH_NOROUTE] = NET_UNREACHABLE,
		[ICMP6_DST_UNREACH_ADMIN] = PROHIBITED,
		[ICMP6_DST_UNREACH_ADDR] = HOST_UNREACHABLE,
		[ICMP6_DST_UNREACH_NOPORT] = PORT_UNREACHABLE,
	};

	if (family == AF_INET && type == ICMP_DEST_UNREACH &&
	    code < sizeof(reasons) / sizeof(reasons[0]))
		return reasons[code];
	if (family == AF_INET6 && type == ICMP6_DST_UNREACH &&
	    code < sizeof(reasons6) / sizeof(reasons6[0]))
		return reasons6[code];
	return ANY_REASON;
}

/* Whether the message is about a datagram, of which it quotes the beginning. */
static bool is_error(int family, uint8_t type)
{
	if (family == AF_INET6)
		return !(type & ICMP6_INFOMSG_MASK);
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
	       type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB;
}

/* Skips the header of a datagram that carries TCP, and notes between whom; false for another. */
static bool quote_ip(struct quoted *quoted, struct rest *rest, int family)
{
	struct iphdr ip;
	struct ip6_hdr ip6;

	quoted->from.family = quoted->to.family = family;
	if (family == AF_INET6) {
		if (!peek(rest, &ip6, sizeof(ip6)) || ip6.ip6_nxt != IPPROTO_TCP)
			return false;
		quoted->from.v6 = ip6.ip6_src;
		quoted->to.v6 = ip6.ip6_dst;
		skip(rest, sizeof(ip6));
		return true;
	}
	if (!peek(rest, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5 ||
	    rest->bytes < ip.ihl * 4u || ip.protocol != IPPROTO_TCP)
		return false;
	quoted->from.v4.s_addr = ip.saddr;
	quoted->to.v4.s_addr = ip.daddr;
	skip(rest, ip.ihl * 4u);
	return true;
}

/* Of the segment 8 bytes are certain to be quoted (RFC 792): its ports and sequence number. */
static void decode_quoted(struct packet *packet, struct rest rest)
{
	struct quoted quoted = { 0 };
	uint8_t header[8];

	if (rest.bytes < sizeof(struct icmphdr))
		return;
	skip(&rest, sizeof(struct icmphdr)); /* ICMPv6's is as long (RFC 4443 3.1) */
	if (!quote_ip(&quoted, &rest, packet->from.family) || !peek(&rest, header, sizeof(header)))
		return;
	quoted.from_port = (uint16_t)(header[0] << 8 | header[1]);
	quoted.to_port = (uint16_t)(header[2] << 8 | header[3]);
	quoted.seq = number_at(header + 4);
	packet->quoted = quoted;
}

/* Type and code are at the same place in ICMP and ICMPv6. */
static void decode_icmp(struct packet *packet, struct rest rest)
{
	const int family = packet->from.family;
	struct nd_neighbor_solicit question;
	uint8_t type_and_code[2];

	if (!peek(&rest, type_and_code, sizeof(type_and_code)))
		return;
	packet->kind = PACKET_ICMP;
	packet->icmp_type = type_and_code[0];
	packet->icmp_code = type_and_code[1];
	packet->unreachable = unreachable_of(family, packet->icmp_type, packet->icmp_code);
	if (is_error(family, packet->icmp_type))
		decode_quoted(packet, rest);
	if (family != AF_INET6)
		return;
	if (packet->icmp_type == ND_NEIGHBOR_ADVERT)
		packet->kind = PACKET_NEIGHBOUR;
	if (packet->icmp_type != ND_NEIGHBOR_SOLICIT || !peek(&rest, &question, sizeof(question)))
		return;
	packet->kind = PACKET_NEIGHBOUR;
	packet->is_question = true;
	packet->to.v6 = question.nd_ns_target; /* it was sent to a group */
}

static void decode_ipv4(struct packet *packet, struct rest rest)
{
	struct iphdr ip;
	size_t total;

	if (!peek(&rest, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5)
		return;
	packet->from.family = packet->to.family = AF_INET;
	packet->from.v4.s_addr = ip.saddr;
	packet->to.v4.s_addr = ip.daddr;
	total = ntohs(ip.tot_len);
	if (total > rest.bytes || total < ip.ihl * 4u)
		return; /* cut short by the capture */
	rest.bytes = total;
	if (ntohs(ip.frag_off) & (IP_MF | IP_OFFMASK))
		return; /* a fragment has no header we could read; TCP never makes one here */
	skip(&rest, ip.ihl * 4u);
	if (ip.protocol == IPPROTO_TCP)
		decode_tcp(packet, rest);
	else if (ip.protocol == IPPROTO_ICMP)
		decode_icmp(packet, rest);
}

/* Extension headers are not followed: no program of the lab makes one. */
static void decode_ipv6(struct packet *packet, struct rest rest)
{
	struct ip6_hdr ip;
	size_t total;

	if (!peek(&rest, &ip, sizeof(ip)))
		return;
	packet->from.family = packet->to.family = AF_INET6;
	packet->from.v6 = ip.ip6_src;
	packet->to.v6 = ip.ip6_dst;
	total = sizeof(ip) + ntohs(ip.ip6_plen);
	if (total > rest.bytes)
		return;
	rest.bytes = total;
	skip(&rest, sizeof(ip));
	if (ip.ip6_nxt == IPPROTO_TCP)
		decode_tcp(packet, rest);
	else if (ip.ip6_nxt == IPPROTO_ICMPV6)
		decode_icmp(packet, rest);
}

static void decode_arp(struct packet *packet, struct rest rest)
{
	struct {
		struct arphdr header;
		uint8_t from_mac[6], from_ip[4], to_mac[6], to_ip[4];
	} __attribute__((packed)) arp;

	if (!peek(&rest, &arp, sizeof(arp)) || ntohs(arp.header.ar_pro) != ETHERTYPE_IP)
		return;
	packet->kind = PACKET_NEIGHBOUR;
	packet->is_question = ntohs(arp.header.ar_op) == ARPOP_REQUEST;
	packet->from.family = packet->to.family = AF_INET;
	memcpy(&packet->from.v4, arp.from_ip, sizeof(arp.from_ip));
	memcpy(&packet->to.v4, arp.to_ip, sizeof(arp.to_ip));
}

void packet_decode(struct packet *packet, const uint8_t *frame, size_t bytes)
{
	struct rest rest = { frame, bytes };
	struct ether_header ethernet;

	memset(packet, 0, sizeof(*packet));
	if (!peek(&rest, &ethernet, sizeof(ethernet)))
		return;
	skip(&rest, sizeof(ethernet));
	switch (ntohs(ethernet.ether_type)) {
	case ETHERTYPE_IP:
		decode_ipv4(packet, rest);
		break;
	case ETHERTYPE_IPV6:
		decode_ipv6(packet, rest);
		break;
	case ETHERTYPE_ARP:
		decode_arp(packet, rest);
		break;
	}
}

const char *packet_kind_name(enum packet_kind kind)
{
	static const char *const names[] = {
		[PACKET_OTHER] = "other",
		[PACKET_TCP] = "tcp",
		[PACKET_ICMP] = "icmp",
		[PACKET_NEIGHBOUR] = "neighbour",
	};

	return names[kind];
}

static void tcp_text(char *out, size_t out_bytes, const struct packet *packet, uint32_t first_seq,
		     uint32_t first_ack)
{
	char flags[48], ack[24] = "", length[32] = "", window[16] = "";

	if (packet->flags & ACK)
		snprintf(ack, sizeof(ack), " ack=%u", packet->ack - first_ack);
	if (packet->payload_bytes > 0)
		snprintf(length, sizeof(length), " len=%zu", packet->payload_bytes);
	if (packet->window == 0 && !(packet->flags & RST))
		snprintf(window, sizeof(window), " win=0"); /* the one window worth a remark */
	snprintf(out, out_bytes, "%s seq=%u%s%s%s", flags_text(packet->flags, flags),
		 packet->seq - first_seq, ack, length, window);
}

/* "ICMP host unreachable (3/1)": what it means, and its type and code. */
static void icmp_text(char *out, size_t out_bytes, const struct packet *packet)
{
	const char *protocol = packet->from.family == AF_INET6 ? "ICMPv6" : "ICMP";

	if (packet->unreachable)
		snprintf(out, out_bytes, "%s %s (%u/%u)", protocol,
			 unreachable_name(packet->unreachable), packet->icmp_type,
			 packet->icmp_code);
	else
		snprintf(out, out_bytes, "%s type=%u code=%u", protocol, packet->icmp_type,
			 packet->icmp_code);
}

static void neighbour_text(char *out, size_t out_bytes, const struct packet *packet)
{
	const char *protocol = packet->from.family == AF_INET6 ? "ND" : "ARP";
	char to[INET6_ADDRSTRLEN];

	address_text(&packet->to, to);
	if (packet->is_question)
		snprintf(out, out_bytes, "%s who has %s?", protocol, to);
	else
		snprintf(out, out_bytes, "%s reply to %s", protocol, to);
}

void packet_text(char *out, size_t out_bytes, const struct packet *packet, uint32_t first_seq,
		 uint32_t first_ack)
{
	switch (packet->kind) {
	case PACKET_TCP:
		tcp_text(out, out_bytes, packet, first_seq, first_ack);
		return;
	case PACKET_ICMP:
		icmp_text(out, out_bytes, packet);
		return;
	case PACKET_NEIGHBOUR:
		neighbour_text(out, out_bytes, packet);
		return;
	case PACKET_OTHER:
		snprintf(out, out_bytes, "other");
		return;
	}
}

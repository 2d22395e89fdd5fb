/* One frame of the wire, decoded. Pure: bytes in, fields and text out. */
#ifndef PACKET_H
#define PACKET_H

#include "record/names.h"

#include <netinet/in.h>
#include <stdbool.h>

enum packet_kind { PACKET_OTHER, PACKET_TCP, PACKET_ICMP, PACKET_NEIGHBOUR };

/* An IP address of either family; family 0 is none. */
struct address {
	int family; /* AF_INET, AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

struct packet {
	enum packet_kind kind;
	struct address from, to;

	/* TCP (RFC 9293 3.1); numbers as they are on the wire */
	uint16_t from_port, to_port;
	uint32_t seq, ack;
	unsigned int flags; /* FIN SYN RST PSH ACK URG */
	uint16_t window;
	const uint8_t *payload; /* inside the decoded frame */
	size_t payload_bytes;

	/* ICMP (RFC 792) and ICMPv6 (RFC 4443) */
	uint8_t icmp_type, icmp_code;
	enum unreachable unreachable; /* what they mean, if it is one of these */

	/*
	 * Who has this address? ARP (RFC 826), and what IPv6 has in its place, neighbour discovery
	 * (RFC 4861 4.3, 4.4): a question about `to`, or the answer to `to`
	 */
	bool is_question;
};

/*
 * Decodes an Ethernet frame of which `bytes` were captured. What is none of the kinds, or
 * cut short, is PACKET_OTHER with the fields known so far. The payload ends with the IP datagram,
 * not with Ethernet's padding.
 */
void packet_decode(struct packet *packet, const uint8_t *frame, size_t bytes);

bool address_equal(const struct address *a, const struct address *b);

/* The address with all but its first bits 0: the name of its network. */
struct address address_prefix(const struct address *address, int bits);

/* "192.0.2.1"; buf is returned. */
const char *address_text(const struct address *address, char buf[static INET6_ADDRSTRLEN]);

/* -1 when text is not a numeric address. */
int address_parse(struct address *address, const char *text);

/*
 * The text of a ladder line: "PSH,ACK seq=1 ack=1 len=9". The numbers are shown relative to the
 * given first ones, as Wireshark does; a SYN shows seq=0.
 */
void packet_text(char *out, size_t out_bytes, const struct packet *packet, uint32_t first_seq,
		 uint32_t first_ack);

#endif

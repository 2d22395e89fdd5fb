/*
 * A datagram taken apart as far as a diagnosis needs it. Pure.
 *
 * Unlike record/packet.h, which reads what the lab itself has captured, this reads what anybody
 * has: packets of which only the beginning was kept, lengths of 0 that segmentation offload leaves,
 * IPv6 extension headers, IP in IP, fragments.
 */
#ifndef DISSECT_H
#define DISSECT_H

#include "diagnose/link_layer.h"
#include "record/packet.h"

enum seen_kind {
	SEEN_OTHER,   /* nothing of TCP */
	SEEN_DAMAGED, /* headers that contradict themselves */
	SEEN_TCP,
	SEEN_ICMP, /* about a TCP segment, of which it quotes the beginning */
	SEEN_ARP,  /* ARP, or neighbour discovery for IPv6 */
};

/* What an ICMP message says about the segment that it quotes. */
enum trouble {
	NO_TROUBLE,
	TROUBLE_NET,
	TROUBLE_HOST,
	TROUBLE_PORT,
	TROUBLE_PROHIBITED,
	TROUBLE_TTL,    /* time exceeded: a routing loop, or traceroute */
	TROUBLE_TOO_BIG /* fragmentation needed, packet too big: path MTU discovery */
};

struct seen {
	enum seen_kind kind;
	/* TCP: sender and receiver. ICMP: those of the segment that is quoted. ARP: who asks or
	 * answers, and whom it asks for or answers to */
	struct address from, to;
	uint16_t from_port, to_port;
	uint32_t seq, ack; /* the ack is 0 where the flag is not set; the seq of ICMP is quoted */
	uint8_t flags;     /* FIN SYN RST PSH ACK URG of record/names.h */
	uint16_t window;
	uint32_t bytes; /* of payload, on the wire */
	uint16_t ip_id; /* 0 for IPv6 */
	uint8_t ttl;
	struct tcp_options options;
	enum trouble trouble;
	uint8_t icmp_type, icmp_code;
	bool is_question;
};

void dissect(struct seen *seen, const struct datagram *datagram);

#endif

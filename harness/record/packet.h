/* One frame of the wire, decoded. Pure: bytes in, fields and text out. */
#ifndef PACKET_H
#define PACKET_H

#include "record/address.h"
#include "record/names.h"

enum packet_kind { PACKET_OTHER, PACKET_TCP, PACKET_ICMP, PACKET_NEIGHBOUR };

/* The options of a TCP header that are understood here, RFC 9293 3.2, RFC 7323, RFC 2018. */
enum { SACK_MOST = 4 }; /* blocks: more have no room in a header */
struct tcp_options {
	bool has_mss, has_window_scale, sack_permitted, has_timestamps;
	uint16_t mss;         /* bytes */
	uint8_t window_scale; /* the window of later segments is shifted left by so many bits */
	uint32_t timestamp, timestamp_echo; /* in ticks of its sender's clock, and of the other's */
	int sack_count;
	struct {
		uint32_t left, right; /* as on the wire; right is the one after the last byte */
	} sack[SACK_MOST];
};

/* Of the segment that an ICMP error is about, what it quotes; from.family 0: it quotes none. */
struct quoted {
	struct address from, to;
	uint16_t from_port, to_port;
	uint32_t seq;
};

struct packet {
	enum packet_kind kind;
	struct address from, to;

	/* TCP (RFC 9293 3.1); numbers as they are on the wire */
	uint16_t from_port, to_port;
	uint32_t seq, ack;
	unsigned int flags; /* FIN SYN RST PSH ACK URG */
	uint16_t window;    /* as in the header, not scaled */
	struct tcp_options options;
	const uint8_t *payload; /* inside the decoded frame */
	size_t payload_bytes;

	/* ICMP (RFC 792) and ICMPv6 (RFC 4443) */
	uint8_t icmp_type, icmp_code;
	enum unreachable unreachable; /* what they mean, if it is one of these */
	struct quoted quoted;

	/*
	 * Who has this address? ARP (RFC 826), and what IPv6 has in its place, neighbour discovery
	 * (RFC 4861 4.3, 4.4): a question about `to`, or the answer to `to`
	 */
	bool is_question;
};

/* "tcp", "icmp", "neighbour", "other" */
const char *packet_kind_name(enum packet_kind kind);

/*
 * Decodes an Ethernet frame of which `bytes` were captured. What is none of the kinds, or
 * cut short, is PACKET_OTHER with the fields known so far. The payload ends with the IP datagram,
 * not with Ethernet's padding.
 */
void packet_decode(struct packet *packet, const uint8_t *frame, size_t bytes);

/* The options of a TCP header, which may be cut short: those that are whole are read. */
void tcp_options_decode(struct tcp_options *options, const uint8_t *bytes, size_t count);

/*
 * The text of a ladder line: "PSH,ACK seq=1 ack=1 len=9". The numbers are shown relative to the
 * given first ones, as Wireshark does; a SYN shows seq=0.
 */
void packet_text(char *out, size_t out_bytes, const struct packet *packet, uint32_t first_seq,
		 uint32_t first_ack);

#endif

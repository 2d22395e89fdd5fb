/*
 * All that a capture shows of TCP, in memory: segments, the ICMP messages about them, who has asked
 * the link for whom; and which of the segments are of one conversation.
 *
 * A conversation is not the four addresses and ports: those are used again, by one host after
 * another connection or by a flood at once, and in several VLANs side by side. Nor is each frame a
 * segment: a capture at two places has the same one twice.
 */
#ifndef WIRE_H
#define WIRE_H

#include "diagnose/dissect.h"
#include "diagnose/intern.h"

/* A TCP segment, or an ICMP message about one (then trouble is set, and `from` is the end whose
 * segment is quoted). Many are kept, so it is small. */
struct segment {
	int64_t time_ns;
	int64_t seen_ns; /* when its last copy was seen: >= time_ns */
	uint32_t frame;
	uint32_t seq, ack;
	uint32_t timestamp;
	uint32_t bytes;
	uint32_t flow, conversation;
	uint16_t window, ip_id, place;
	uint8_t flags, ttl, scale;
	uint8_t from : 1; /* which end of the flow */
	uint8_t has_timestamp : 1;
	uint8_t is_copy : 1;
	uint8_t trouble : 3;
	uint8_t icmp_type, icmp_code;
};

/* A question for an address on the link, or an answer to one. */
struct neighbour {
	uint32_t asker, target; /* hosts */
	uint32_t frame;
	int64_t time_ns;
	bool is_question;
	uint32_t next; /* of the same pair, index + 1 */
};

/* Two ends in one VLAN. */
struct flow {
	uint32_t ends[2]; /* endpoints, the lower number first */
	uint32_t vlan;
};

struct conversation {
	uint32_t flow;
	size_t first, count; /* its segments in wire.segments, in the order of time */
	uint32_t first_frame;
	uint32_t copies; /* frames that were left out as copies of others */
};

struct wire {
	struct intern hosts;      /* address and VLAN */
	struct intern endpoints;  /* host and port */
	struct intern flows;      /* the two ends */
	struct intern pairs;      /* asker and target */
	uint32_t *last_neighbour; /* of each pair, index + 1; later ones first */

	struct segment *segments;
	size_t segment_count, segment_room;
	struct neighbour *neighbours;
	size_t neighbour_count, neighbour_room;
	struct conversation *conversations; /* in the order of their first frames */
	size_t conversation_count;

	uint32_t *accepted; /* of each endpoint: connections that it has taken */

	/* what was read */
	uint32_t frames, tcp_frames, damaged, unknown_links, copies, out_of_order;
	uint32_t unknown_link; /* the first link type that was not read */
	int64_t first_ns, last_ns;
};

void wire_add(struct wire *wire, const struct frame *frame);

/* When all frames are there: removes copies, sorts, and finds the conversations. */
void wire_find_conversations(struct wire *wire);

void wire_free(struct wire *wire);

struct flow wire_flow(const struct wire *wire, uint32_t flow);
struct address wire_address(const struct wire *wire, uint32_t endpoint);
uint16_t wire_port(const struct wire *wire, uint32_t endpoint);
uint32_t wire_host(const struct wire *wire, uint32_t endpoint);

/* The last question of this host for that one, or its answer: an index + 1, or 0. */
uint32_t wire_last_neighbour(const struct wire *wire, uint32_t asker, uint32_t target);
struct address wire_host_address(const struct wire *wire, uint32_t host);

#endif

/*
 * The TCP connections of a timeline, and what each segment is in its connection: its relative
 * numbers, whether it was sent before, whether it only asks for an answer. Pure.
 *
 * A connection is known by its addresses and ports. A SYN with another sequence number than before
 * opens a new one that reuses them: it keeps the number, and the sequence numbers begin anew.
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "record/timeline.h"

/* One end, and what it has sent. */
struct sender {
	enum host host; /* ANY_HOST until its first segment */
	struct address address;
	uint16_t port;
	bool is_known;      /* whether first_seq is */
	uint32_t first_seq; /* of its SYN */
	bool has_sent;
	uint32_t next_seq; /* after all that it has sent, but for RSTs */
	size_t last;       /* 1 + the number of its last event; 0: none */
};

struct connection {
	struct sender ends[2]; /* the first one has sent the first segment */
	size_t first;          /* the event of that segment */
	ptrdiff_t before;      /* an older one with the same ports, or LOOKUP_NONE */
};

/*
 * Fills what an EVENT_PACKET of the timeline says of its connection (struct wire), and adds the
 * connection if it is new. timeline_append() calls it.
 */
void connection_note(struct timeline *timeline, size_t event);

/* Forgets the connections whose first segment is not (any more) in the timeline. */
void connection_take_back(struct timeline *timeline);

/* The number, from 1, of the connection with these ports, in either order; 0: there is none. */
int connection_number(const struct timeline *timeline, uint16_t port, uint16_t other);

#endif

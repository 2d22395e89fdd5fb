/*
 * What happened in one conversation, on one sheet: what each side has sent, what was left without
 * an answer, how it ended. Rows of the diagnosis look at this, never at segments in a row. Pure.
 */
#ifndef FACTS_H
#define FACTS_H

#include "diagnose/wire.h"

enum side_name { CLIENT_SIDE, SERVER_SIDE };

/* Things that were sent some number of times. */
struct times {
	unsigned int count;
	const struct segment *first, *last;
};

struct side {
	uint32_t endpoint;
	struct times sent; /* everything */
	struct times syn;  /* with or without ACK, and its repetitions */
	struct times data; /* new bytes only */
	struct times fin;
	struct times rst;
	struct times resent; /* data or FIN, sent before */
	uint64_t bytes;      /* of payload, each counted once */

	bool has_numbers;
	uint32_t start, end; /* the first number seen, and the next one after all that was sent */
	bool is_acked;       /* the other side has acknowledged up to .acked */
	uint32_t acked;
	uint32_t fin_seq;
	uint8_t scale; /* of its windows, from its SYN */

	/* what the other side has not answered by any segment: it ends with the conversation */
	struct times open;       /* transmissions of data or FIN, the first one not counted twice */
	struct times open_again; /* those of them that were retransmissions */
	struct times open_probe; /* probes */
	struct times stuck;      /* retransmissions since the other side last acknowledged more */
	struct times trouble;    /* ICMP: it could not be delivered */

	struct times probe;       /* keepalive probes in all, empty or of one byte */
	struct times repeat;      /* the same empty ACK over and over, see facts.c */
	struct times zero;        /* segments with a window of 0; .count of the present stretch */
	bool is_zero;             /* its window is 0 at the end */
	unsigned int zero_probes; /* probes of the other side that met this window */
	int64_t zero_ns;          /* for how long, the longest time */
	const struct segment *zero_first, *zero_last; /* and from when to when */

	unsigned int most_resent; /* retransmissions in a row, before an answer came */
	int64_t answers_ns;       /* the least time it took to answer; -1 when never seen */
	uint8_t ttl;              /* of its segments but RSTs, 0 when none */
	bool ttl_varies;
	bool is_ack_advancing;           /* its acknowledgements prove that the other side sends */
	const struct segment *after_fin; /* new data of it after the other side's FIN, which it had
					  * acknowledged */
	const struct segment *stale;     /* an ACK that answers a SYN, but with other numbers */
};

/* Where the number of an RST is, as its receiver sees it (RFC 5961 3.2). */
enum reset_place { RESET_EXACT, RESET_INSIDE, RESET_OUTSIDE };

/* The end of a conversation by RST, with what came before it. */
struct reset {
	const struct segment *segment; /* NULL: there is none */
	enum side_name by;
	enum reset_place place;
	const struct segment *answers; /* the other side's segment that it answers, or NULL */
	bool answers_data, answers_fin, answers_probe;
	bool answers_crossing; /* was sent before the other side could know of this side's FIN */
	bool is_open;          /* the handshake was complete */
	bool has_own_fin, has_other_fin;
	bool is_closed;        /* both FINs, both acknowledged */
	bool is_unread_likely; /* the other side has asked for something, and had no answer */
	bool was_zero;         /* its sender's window was 0 */
	bool ttl_differs;
	bool went_on; /* its sender did, so it was somebody else's, or is of something else */
	struct times again, probe; /* what its sender had sent without an answer */
	const struct segment *own_fin;
	/* how far its sender had come */
	unsigned int data_before, fins_before;
	uint32_t acked_before;
};

enum { RESETS_MOST = 8 };

struct facts {
	const struct wire *wire;
	const struct conversation *conversation;
	struct side side[2]; /* CLIENT_SIDE, SERVER_SIDE */
	bool has_beginning;  /* a SYN was seen */
	bool is_guess;       /* which side is the client */
	bool is_simultaneous;
	bool is_open; /* the handshake is complete, as far as can be seen */
	bool has_both_fins;
	unsigned int odd; /* segments with flags that no stack sends */
	const struct segment *first_fin;
	const struct segment *first, *last;
	struct reset resets[RESETS_MOST]; /* in the order of time */
	int reset_count;
	struct reset reset;   /* the first one that ended the conversation */
	struct reset ignored; /* the first one that did not */
	/* questions for the other side's address on the link, unanswered, after its last segment */
	struct {
		unsigned int count;
		uint32_t first_frame, last_frame;
		int64_t first_ns, last_ns;
	} asked[2];
	unsigned int server_accepts; /* other conversations that the server's port has accepted */
	int64_t silence_ns;          /* from the last segment to the end of the capture */
	const struct conversation *instead; /* another try of the client's host, that succeeded */
};

void facts_find(struct facts *facts, const struct wire *wire,
		const struct conversation *conversation);

/* Which side's a segment is. */
static inline enum side_name side_of(const struct facts *facts, const struct segment *segment)
{
	const struct flow flow = wire_flow(facts->wire, segment->flow);

	return flow.ends[segment->from] == facts->side[SERVER_SIDE].endpoint ? SERVER_SIDE
									     : CLIENT_SIDE;
}

#endif

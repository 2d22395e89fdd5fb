/*
 * Expectations: what a story says must be seen, and the matching of it against the timeline. Pure.
 *
 * In every description a field left out (0) means "any". The text of a description and the text
 * of what was seen use one notation, so that they can be compared by eye.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include "record/timeline.h"
#include "record/who.h"

/* For .payload_bytes and .error, where 0 means "any". */
enum { SOME_DATA = -1, EMPTY = -2, NO_ERROR = -1 };

/* A TCP segment. Of the flags SYN, FIN, RST and ACK are compared, all four: a RST is not a RST,ACK.
 */
struct segment {
	enum host from;
	unsigned int flags;
	int payload_bytes; /* exact, or SOME_DATA, or EMPTY */
	bool again;        /* a retransmission: its first byte was sent before */
	bool probe;        /* empty, and one byte before what its sender would send next: it asks
			      for an ACK (SO_KEEPALIVE, window 0) */
	bool no_window;    /* its sender has no room: window 0 */
};

/* An ICMP or ICMPv6 message that says why a datagram was not delivered. */
struct icmp_error {
	enum host from;
	enum unreachable unreachable;
};

/* Somebody asks who has an address: ARP, or neighbour discovery. */
struct question {
	enum host from, about;
};

/* A system call that has come back. */
struct returned {
	const char *name; /* the book's ("read" is also recv, recvfrom, recvmsg, readv) */
	int error;        /* errno, or NO_ERROR */
	long result;      /* 0 is any; for end of file see .eof */
	bool eof;         /* a read that returned 0 */
	bool restarted;   /* interrupted by a signal and entered again: the program saw nothing */
	int persisted_ms; /* TCP retransmitted for so long before it gave up, and no longer */
};

struct signalled {
	int number;
	enum disposition disposition;
};

/* A process as ps shows it. */
struct process_look {
	char state;               /* S, Z, ... */
	const char *in_call;      /* the book's name of the call it is in */
	const char *wait_channel; /* kernel function; "a|b" when kernels differ */
};

/* How a process ends. Exactly one of the two is set; see exited() and killed_by(). */
struct end {
	bool exited;
	int status;
	int signal;
};

enum expectation_kind {
	EXPECT_SEGMENT,
	EXPECT_NO_SEGMENT, /* none from here to what is expected next on the wire, or to the end */
	EXPECT_ICMP,
	EXPECT_QUESTION,
	EXPECT_CALL,
	EXPECT_FORK,
	EXPECT_SIGNAL,
	EXPECT_END,
	EXPECT_STATE,
	EXPECT_BACKOFF,
	EXPECT_PROCESS,
	EXPECT_OUTPUT,
	EXPECT_CONDITION, /* .text: something the lab sees that is no event */
	EXPECTATION_KINDS
};

/* An observer's order is the order of one of these. */
enum stream { STREAM_WIRE, STREAM_PROCESS, STREAM_STATE, STREAM_OUTPUT, STREAMS };

enum verdict { VERDICT_OPEN, VERDICT_MET, VERDICT_UNMET };

struct expectation {
	enum expectation_kind kind;
	const char *file;
	int line;
	struct who who; /* .name NULL for the wire */
	union {
		struct segment segment;
		struct icmp_error icmp;
		struct question question;
		struct returned call;
		struct signalled signal;
		struct end end;
		int state;
		int backoff; /* the retransmission timeout was doubled so often, or more */
		struct process_look process;
		const char *text;
	};
	enum verdict verdict;
	size_t event;     /* that met it, or that an EXPECT_NO_SEGMENT stumbled over */
	size_t from;      /* the first event it was held against */
	size_t to;        /* and the one behind the last, of an EXPECT_NO_SEGMENT */
	const char *seen; /* when unmet; owned by the lab */
	size_t scene;     /* events of the timeline when it was said */
};

enum { NOT_FOUND = -1 };

bool expectation_matches(const struct expectation *expectation, const struct timeline *timeline,
			 size_t event);

/* The first match in [from, to), or NOT_FOUND. */
ssize_t expectation_find(const struct expectation *expectation, const struct timeline *timeline,
			 size_t from, size_t to);

/* Which observer's order the kind consumes. */
enum stream expectation_stream(enum expectation_kind kind);

/* "segment", "no-segment", ... as in the JSON. */
const char *expectation_kind_name(enum expectation_kind kind);

/* What was wanted, in one line. */
void expectation_wanted(char *out, size_t out_bytes, const struct expectation *expectation);

/* What was seen in its place since event `from`, in the same notation. */
void expectation_seen(char *out, size_t out_bytes, const struct expectation *expectation,
		      const struct timeline *timeline, size_t from);

#endif

/*
 * One end of a TCP connection as a record implies it: RFC 9293's TCB (3.3.1), as far as the wire
 * and the calls show it. Sequence numbers are relative, as they are shown: a SYN has 0.
 *
 * A segment counts as arrived as soon as it was captured, if nothing that the lab has broken is on
 * its way. So the replay may be ahead of the kernel by the time a segment takes; what is said of a
 * kernel is therefore held against all that an end has been since it was last heard of.
 */
#ifndef TCB_H
#define TCB_H

#include "explain/rows.h"
#include "record/timeline.h"

#define NO_EVENT SIZE_MAX

/* So long a segment may take from the capture to the end of a connection: its host may be busy. */
#define IN_FLIGHT_NS INT64_C(10000000)

struct forgery;
struct listener;
struct tcb;

enum shape { SEGMENT_SYN, SEGMENT_SYN_ACK, SEGMENT_RST, SEGMENT_FIN, SEGMENT_DATA, SEGMENT_ACK };

struct tcp_segment {
	size_t event;
	int64_t time_ns;
	enum shape shape;
	unsigned int flags;
	uint32_t seq, ack, stop; /* stop: the number after it; SYN and FIN take one each */
	uint32_t bytes;
	uint16_t window;
	bool again;              /* takes numbers that its sender has sent before */
	bool loss_probe;         /* ... before the timer has ended (RFC 8985 7) */
	bool probe;              /* empty, and one before what its sender has come to */
	bool arrives;            /* nothing that the lab has broken is on its way */
	struct forgery *forgery; /* it is not from who it says; NULL: it is */
	bool for_nobody;         /* it arrives where no such connection is known (any more) */
	bool is_sane;            /* its flags go together (RFC 9293 3.5) */
	bool is_answered;        /* by an RST */
	bool is_told;            /* an ICMP error said that it did not arrive */
	const uint8_t *payload;
	uint32_t number;            /* .seq as it is on the wire */
	struct tcb *from, *to;      /* its ends; NULL: not known */
	struct tcp_segment *before; /* that its sender sent in this connection */
};

/* What brought an end to a state. */
enum step_by {
	BY_NOTHING,
	BY_CONNECT,
	BY_SYN,
	BY_SYN_ACK,
	BY_THIRD,      /* the third segment of the handshake */
	BY_CLOSE,      /* close, shutdown, or the end of the last process that held it */
	BY_FIN,        /* the peer's */
	BY_ACK_OF_FIN, /* of its own */
	BY_RST,
	BY_UNREAD, /* an RST of its own: closed with unread data */
	BY_LINGER, /* an RST of its own: closed with SO_LINGER and 0 seconds */
	BY_DATA,   /* an RST of its own: data came for nobody */
	BY_QUEUE,  /* an RST of its own: the listener was closed */
	BY_GIVING_UP,
	BY_UNREACHABLE,
	BY_REBOOT,
};

struct step {
	int state; /* TCP_ESTABLISHED ... */
	enum step_by by;
	size_t cause; /* an event; NO_EVENT at the first step */
};

/* What a write gave: [from, to) of the stream, in bytes from 0. */
struct given {
	uint64_t from, to;
	size_t call;          /* its entry */
	size_t returned;      /* NO_EVENT: not yet */
	const uint8_t *bytes; /* its first ones, as far as the record shows them */
	size_t known;
	bool had_to_queue; /* something given before it had not left yet */
};

enum closed_how {
	CLOSED_NOT,
	CLOSED_BY_SHUTDOWN,
	CLOSED_BY_CLOSE,
	CLOSED_BY_EXIT,
	CLOSED_BY_KILL,
};

enum { STEPS_MOST = 12 };

struct tcb {
	unsigned int at, peer_at; /* where it and its peer are: world_place() */
	enum host host;           /* ANY_HOST: none of the lab's */
	uint16_t local_port, remote_port;
	uint64_t inode;
	bool observed;       /* the calls of its host are seen */
	struct tcb *earlier; /* that had the same ports */

	struct step steps[STEPS_MOST];
	int step_count;
	bool watched; /* its states are looked at */
	int seen;     /* the step that the observer of states has come to */
	int polled;   /* the state that it told last */

	uint32_t una, next;  /* SND.UNA, SND.NXT */
	uint32_t una_before; /* SND.UNA before .progress came */
	uint32_t rcv, acked; /* RCV.NXT, and up to where this end has acknowledged */
	bool fin_sent, rst_sent;
	bool spoken;           /* anything but a SYN was sent */
	struct rows sent, got; /* struct tcp_segment * */
	struct rows data;      /* of got: those with bytes that are new, in their order */
	struct rows given;     /* struct given, in order */
	uint64_t written, read;
	bool end_read;    /* read has returned 0 for the FIN */
	size_t last_read; /* the last event of a read on it */

	size_t fin_in; /* the peer's FIN; NO_EVENT, as with all the events here: none */
	size_t closed; /* what closed this end for sending */
	enum closed_how how;
	size_t orphaned;      /* nobody holds it any more */
	enum step_by aborted; /* BY_UNREAD ... BY_QUEUE: it answers with an RST */
	size_t abort_cause;
	bool is_small; /* an orphan in FIN_WAIT_2: the kernel keeps a TIME_WAIT entry in its place
			*/

	int error; /* that waits to be told, or was; 0: none */
	size_t error_cause;
	bool error_told;
	int soft_error; /* of an ICMP message that is remembered (RFC 9293 3.9.2.2) */
	size_t soft_cause;

	size_t connected;          /* connect() entered */
	struct listener *listener; /* that took the SYN */
	struct tcp_segment
		*window_0; /* the peer said that it has no room, and nothing else since */
	struct tcp_segment *own_window_0; /* this end said so */

	int tries;     /* repetitions and probes since progress */
	int timeouts;  /* of them those that the retransmission timer made */
	int probes;    /* ... and those that ask a peer without room */
	int doublings; /* the most of both since the timer was last looked at */
	struct tcp_segment *last_try, *try_before;
	struct tcp_segment *progress; /* that acknowledged something, or opened the window */
	size_t backoff;               /* the timer's last doubling that was seen */
	int times;                    /* how often it was doubled then */
	size_t icmp;                  /* the last ICMP error that came to its host for it */
	size_t reverted; /* ... that took a doubling of the timer back (RFC 6069), until it ends */
};

/* A new end in TCP_CLOSE. */
void tcb_init(struct tcb *tcb);
void tcb_free(struct tcb *tcb);

int tcb_state(const struct tcb *tcb);
const struct step *tcb_last_step(const struct tcb *tcb);

/* Nothing, when it is in that state already. */
void tcb_step(struct tcb *tcb, int state, enum step_by by, size_t cause);

/* Whether its kernel does not know it (any more). True for NULL. */
bool tcb_is_dead(const struct tcb *tcb);

/* The step that established it; NULL: it never was. */
const struct step *tcb_established(const struct tcb *tcb);

/* The least RCV.NXT that this end has shown to have: what it has acknowledged, and what was read.
 */
uint32_t tcb_rcv_shown(const struct tcb *tcb);

/*
 * Whether a segment of this end may acknowledge so much: no more than has come, no less than it has
 * shown, and up to the end of a segment.
 */
bool tcb_may_acknowledge(const struct tcb *tcb, const struct tcp_segment *segment);

/* Whether a segment's bytes are those that were given, as far as the record shows them. */
bool tcb_gave(const struct tcb *tcb, const struct tcp_segment *segment);

/*
 * SND.UNA as the end has it at this time: what has just been captured may still be on its way to
 * it, if it has sent nothing since.
 */
uint32_t tcb_una_at(const struct tcb *tcb, int64_t now_ns);

/* Bytes that have come and were not read. */
uint64_t tcb_unread(const struct tcb *tcb);

/* The last repetition or probe, if no segment has come since; or NULL. */
struct tcp_segment *tcb_unanswered(const struct tcb *tcb);

/* The newest segment that it sent, or that came. NULL: none. */
struct tcp_segment *tcb_last_sent(const struct tcb *tcb);
struct tcp_segment *tcb_last_got(const struct tcb *tcb);

/*
 * The newest segment that it sent with this number on the wire, that did not arrive, and of which
 * no ICMP error has told yet. NULL: none.
 */
struct tcp_segment *tcb_lost(const struct tcb *tcb, uint32_t number);

/* The newest segment that it sent with this number. NULL: none. */
struct tcp_segment *tcb_sent_at(const struct tcb *tcb, uint32_t seq);

/* The write that gave the byte with the number `seq`. NULL: none. */
const struct given *tcb_given_at(const struct tcb *tcb, uint32_t seq);

/* The segment that brought this byte of the stream. NULL: none. */
struct tcp_segment *tcb_data_at(const struct tcb *tcb, uint64_t offset);

/* What a segment does to its sender, and to whom it arrives at. */
void tcb_send(struct tcb *tcb, struct tcp_segment *segment);
void tcb_receive(struct tcb *tcb, struct tcp_segment *segment);

/* Closed for sending, by an act: FIN follows. */
void tcb_close(struct tcb *tcb, size_t cause, enum closed_how how);

/* The last descriptor is gone, __tcp_close(): FIN, or an RST in its place. */
void tcb_orphan(struct tcb *tcb, size_t cause, enum closed_how how, bool lingers_not);

/* It has given up, with this error. */
void tcb_give_up(struct tcb *tcb, int error, size_t cause, enum step_by by);

#endif

/*
 * The timeline: everything that was observed or done, append-only, on one clock (CLOCK_REALTIME,
 * nanoseconds). What a person or a program reads is made from it. Pure.
 *
 * The order of appending is the order in which the lab learned of things: within one observer (a
 * process, the wire, a socket) it is the order in which they happened. Across observers only the
 * time stamps order.
 */
#ifndef TIMELINE_H
#define TIMELINE_H

#include "record/call.h"
#include "record/callers.h"
#include "record/packet.h"

#include <sys/types.h>

enum event_kind {
	EVENT_SCENE,   /* the story's next heading */
	EVENT_ACTION,  /* what the lab did */
	EVENT_PACKET,  /* a frame on the wire */
	EVENT_ENTER,   /* a process entered a system call */
	EVENT_RETURN,  /* ... and came back from it */
	EVENT_FORK,    /* a process made a child */
	EVENT_SIGNAL,  /* a signal reached a process */
	EVENT_END,     /* a process ended */
	EVENT_STATE,   /* the kernel's TCP state of a socket changed */
	EVENT_BACKOFF, /* the kernel doubled a socket's retransmission timeout, or set it back */
	EVENT_PROCESS, /* a process as ps shows it */
	EVENT_OUTPUT,  /* a line a program printed */
	EVENT_KINDS
};

/* A frame; what follows the packet is filled in when it is appended (record/connection.h). */
struct wire {
	const uint8_t *frame;
	size_t frame_bytes; /* captured */
	size_t wire_bytes;  /* on the wire */
	struct packet packet;
	int connection; /* its number, from 1; of an ICMP error that of the segment it quotes; 0:
			   none */
	uint32_t first_seq, first_ack; /* of this direction and the other, for relative numbers */
	bool again; /* a retransmission: begins with a number with which a segment before began */
	bool probe; /* empty, and one byte before what its sender has come to: asks for an ACK */
	enum host lost_at; /* who drops it, as far as is known from what the lab has done; or
			      ANY_HOST */
	size_t before;     /* 1 + the sender's event before on this connection; 0: there is none */
};

/* What the lab does: the verbs of story.h, and what builds the hosts. */
enum verb {
	VERB_BUILD, /* makes, cables or switches on a host: the text says it all */
	VERB_START,
	VERB_TYPE,
	VERB_SIGNAL,
	VERB_SET_PARAMETER,
	VERB_SHORTEN_TIMEOUT, /* of TCP's retransmissions on the way to .to */
	VERB_CRASH,
	VERB_DETACH,
	VERB_FORGET_NEIGHBOUR, /* the link-layer address of .to */
	VERB_REMOVE_ROUTE,     /* to .to; so does the next one */
	VERB_PROHIBIT_ROUTE,
	VERB_REBOOT,
	VERB_FORGE, /* a segment from .from to .to */
	VERBS
};

/* Pointers live as long as the timeline. What a verb does not have is 0. */
struct action {
	const char *text; /* as a person would type it */
	enum verb verb;
	bool is_setup; /* it only builds hosts, or shortens waits: no part of the story */
	enum host from, to;
	const char *const *command; /* START: the words, ends with NULL */
	const char *line;           /* TYPE: without its newline; NULL: the end of input, ^D */
	int signal;                 /* SIGNAL */
	pid_t to_pid;               /* SIGNAL: 0: to all processes of the host */
	const char *name, *value;   /* SET_PARAMETER: path below /proc/sys */
	const char *value_before;   /* SET_PARAMETER: when it was shortened */
	int rto_min_ms;             /* SHORTEN_TIMEOUT: the least timeout */
	unsigned int flags;         /* FORGE */
	int offset;                 /* FORGE: bytes after what the receiver waits for */
	/* from now on segments for drops_to are lost at drops_at; ANY_HOST: none are */
	enum host drops_to, drops_at;
};

struct event {
	enum event_kind kind;
	int64_t time_ns;
	enum host host;
	pid_t pid; /* the process (thread group); 0 for none */
	pid_t tid; /* and its thread */
	union {
		const char *text;     /* SCENE OUTPUT */
		struct action action; /* ACTION */
		struct wire wire;     /* PACKET */
		struct call call;     /* ENTER RETURN */
		pid_t child;          /* FORK */
		struct {
			int number;
			enum disposition disposition;
		} signal; /* SIGNAL */
		struct {
			int status; /* of exit, -1 when killed */
			int signal; /* that killed, 0 when exited */
		} end;              /* END */
		struct {
			size_t socket; /* index into timeline.sockets */
			int from, to;  /* TCP_ESTABLISHED ... */
		} state;               /* STATE */
		struct {
			size_t socket;
			int from_times, times;   /* doubled so often (tcpi_backoff) */
			uint32_t from_us, to_us; /* the timeout (tcpi_rto) */
		} backoff;                       /* BACKOFF */
		struct {
			pid_t parent;
			char state; /* R S D T t Z, proc_pid_stat(5) */
			char command[16];
			char wait_channel[32]; /* the kernel function it sleeps in, "" unknown */
		} process;                     /* PROCESS */
	};
};

/* A process of the programs under test; rows are never removed, pids are not used twice in a run.
 */
struct process {
	pid_t pid, parent;
	enum host host;
	int program; /* index of the started program whose tree it is in */
	bool ended;
};

/* A started program, as far as its processes say. */
struct program_row {
	enum host host; /* ANY_HOST: none has been added yet that was started and not forked */
	int children;   /* processes that were forked */
};

/* A TCP socket that the kernel has listed. The cookie is its identity, through TIME_WAIT
 * (sock_diag(7)). */
struct socket_row {
	uint64_t cookie;
	enum host host;
	uint64_t inode; /* the last one seen that was not 0: an orphan has none */
	uint16_t local_port, remote_port;
	int state;
	int backoff; /* tcpi_backoff and tcpi_rto of tcp(7)'s TCP_INFO, last seen */
	uint32_t rto_us;
};

struct connection;

struct timeline {
	struct event *events;
	size_t count;
	struct process *processes;
	size_t process_count;
	struct lookup process_rows;   /* by pid */
	struct program_row *programs; /* by their numbers */
	size_t program_count;
	struct socket_row *sockets;
	size_t socket_count;
	struct connection *connections; /* in the order of their first segments */
	size_t connection_count;
	struct lookup connection_rows;         /* the newest of each pair of ports */
	struct lookup socket_rows[HOST_COUNT]; /* by cookie */
	struct callers callers;                /* of sockets, as far as events say */
	size_t owners_learned; /* grows whenever socket_is_of() may have become true */
	struct address addresses[HOST_COUNT]; /* by which the sender of a packet is known */
	struct {
		enum host at; /* who drops them; ANY_HOST: nobody */
		int64_t since_ns;
	} drops[HOST_COUNT]; /* the segments for a host */
	int64_t started_ns;  /* zero of the clock that is shown */
	void *arena;         /* what the events point to */
};

/* "scene", "action", ... "output" */
const char *event_kind_name(enum event_kind kind);

/* "start", "set_parameter", ... */
const char *verb_name(enum verb verb);

void timeline_open(struct timeline *timeline, int64_t started_ns);
void timeline_close(struct timeline *timeline);

/* Appends a copy and returns its index. Pointers in the event must live as long as the timeline. */
size_t timeline_append(struct timeline *timeline, const struct event *event);

/* Takes the last event back: a look at a process that did not show what was expected. */
void timeline_take_back(struct timeline *timeline);

/* Copies a frame, decodes it and appends it; .host is the sender's. Returns its index. */
size_t timeline_append_frame(struct timeline *timeline, int64_t time_ns, const uint8_t *frame,
			     size_t frame_bytes, size_t wire_bytes);

/* A copy of the words, which end with NULL, that lives as long as the timeline. */
const char **timeline_words(struct timeline *timeline, char *const *words);

/* printf into memory that lives as long as the timeline. */
const char *timeline_text(struct timeline *timeline, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

struct process *timeline_add_process(struct timeline *timeline, struct process process);
struct process *timeline_process(const struct timeline *timeline, pid_t pid); /* or NULL */

/* Whether the call entered at this event has come back. */
bool timeline_has_returned(const struct timeline *timeline, size_t entered);

/* The row of a socket; a new one in TCP_CLOSE when the cookie was not seen before. */
size_t timeline_socket(struct timeline *timeline, enum host host, uint64_t cookie);

/* Notes that the process has the socket with this inode; events of calls say it, too. */
void timeline_note_caller(struct timeline *timeline, uint64_t inode, pid_t pid);

/* Notes the inode of a socket (a row), which ties it to calls. 0 changes nothing: an orphan. */
void timeline_set_inode(struct timeline *timeline, size_t row, uint64_t inode);

#endif

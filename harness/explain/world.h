/*
 * The world that a record implies: hosts and what is broken between them, processes with their
 * descriptors and signals, listeners, connections. It is replayed event by event; rules ask it what
 * was so when an event happened. Pure.
 */
#ifndef WORLD_H
#define WORLD_H

#include "explain/tcb.h"

#include <signal.h>

struct pcb;

/* Sockets, by their inodes ------------------------------------------------------------------ */

enum option {
	OPTION_REUSEADDR,
	OPTION_LINGER,
	OPTION_KEEPALIVE,
	OPTION_RCVBUF,
	OPTION_TIMEOUT,
	OPTIONS
};

struct sock {
	uint64_t inode;
	enum host host;
	uint16_t port;           /* bound */
	int holders;             /* descriptors of living processes */
	size_t options[OPTIONS]; /* the return of setsockopt; NO_EVENT */
	struct tcb *tcb;
	struct listener *listener;
	uint16_t local_port, remote_port; /* as its states tell, also of later ones; 0: unknown */
	size_t last_use;                  /* the last call on it, in causal order */
	bool never_waits; /* O_NONBLOCK: a call on it has said so (EAGAIN, EINPROGRESS) */
	int connects;     /* how often it does */
};

struct listener {
	struct sock *sock;
	unsigned int at;
	uint16_t port;
	int backlog;
	size_t listened;   /* listen() entered */
	size_t gone;       /* what closed it; NO_EVENT */
	bool watched;      /* its states are looked at */
	bool seen;         /* in LISTEN */
	struct rows queue; /* struct tcb *: established, and not accepted */
};

/* Processes --------------------------------------------------------------------------------- */

struct descriptor {
	int fd;
	struct sock *sock;
};

enum { PENDING_MOST = 4 }; /* calls of one thread: an interrupted one, and its handler's */

struct thread {
	pid_t tid;
	size_t last;                  /* its last event */
	size_t pending[PENDING_MOST]; /* entries without a return */
	int pending_count;
	size_t caught; /* a signal with a handler, since the last call began or ended */
};

/* A signal that somebody has sent and that was not delivered yet. */
struct sent_signal {
	int number;
	size_t event;
	bool delivered;
};

/* What a process does with a signal. */
struct disposed {
	enum disposition disposition;
	bool restarts; /* SA_RESTART */
};

struct typed {
	size_t event;
	const char *line; /* without its newline; NULL: end of file */
};

enum dying_by { DYING_NOT, DYING_EXIT, DYING_SIGNAL, DYING_KILLED, DYING_POWER };

/* A process: what others call a process control block. */
struct pcb {
	pid_t pid;
	enum host host;
	struct pcb *parent;
	size_t born; /* the action or the fork; NO_EVENT */
	size_t dying, end;
	enum dying_by by;
	int end_status, end_signal;
	size_t stop_sent, stopped; /* SIGSTOP, until SIGCONT */
	size_t last_return, last_wait, last_sigchld;
	bool waited_for;        /* by its parent */
	struct pcb *program;    /* the one that was started, of which it descends */
	size_t last_of_program; /* the last return of any that descend of it */
	bool has_forked;
	int living; /* children */
	size_t last_child_end;
	struct rows zombies; /* struct pcb *: children that have ended, and were not waited for */
	struct rows untold;  /* size_t: ends of children that no SIGCHLD has told of yet */
	bool masks;          /* it waits with a mask of its own (ppoll): signals may stay blocked */
	struct rows descriptors;   /* struct descriptor */
	struct rows had;           /* uint64_t: inodes that it ever held */
	struct rows threads;       /* struct thread */
	struct rows thread_births; /* size_t: returns of clone that made threads */
	struct rows signals;       /* size_t: those that were delivered */
	struct rows sent;          /* struct sent_signal */
	struct rows typed;         /* struct typed */
	size_t typed_read;         /* how many of them were read */
	struct disposed actions[NSIG];
};

/* Hosts ------------------------------------------------------------------------------------- */

enum { SEEN_CONNECT = 1 };

/* What a host has asked of the link about one address. */
struct neighbour {
	enum host asks;
	struct address about;
	size_t question, answer, first; /* the last ones, and the first since it was last known */
	int unanswered;                 /* questions since */
};

struct host_faults {
	size_t crashed, detached, no_route, prohibited;
	size_t drops; /* what is sent to it is dropped on the way */
};

struct world {
	const struct timeline *timeline;
	size_t *order; /* the events in their causal order */
	size_t now;    /* the event that is looked at, and its time */
	int64_t now_ns;
	bool processes_are_seen; /* the record has calls */

	struct rows places; /* struct address: the lab's hosts first */
	struct host_faults faults[HOST_COUNT];
	int64_t rto_min_ns; /* that was set; 0: the kernel's */
	bool no_loss_probes;
	int64_t ask_again_ns;   /* a neighbour, that was set; 0: the kernel's */
	size_t flushed;         /* ip neigh flush */
	size_t last_question;   /* who has an address? */
	struct rows neighbours; /* struct neighbour */
	struct rows forgeries;  /* struct forgery */

	struct map pcbs, socks, tcbs, listeners;
	struct rows all_pcbs, all_socks, all_tcbs, all_listeners; /* pointers */
	struct rows connecting;       /* struct tcb *: SYN_SENT, and no SYN seen */
	struct tcp_segment *segments; /* of all packets */
	size_t segment_count;
	struct tcb **tcb_of_row; /* by the rows of timeline.sockets */
	struct rows arena;       /* void *: freed with the world */
};

/* A segment that an outsider was told to send. */
struct forgery {
	size_t event;
	bool used;
};

void world_open(struct world *world, const struct timeline *timeline);
void world_close(struct world *world);

static inline const struct event *event_at(const struct world *world, size_t index)
{
	return &world->timeline->events[index];
}

/* The thread of a process; its first one has the process's number. */
static inline pid_t tid_of(const struct event *event)
{
	return event->tid ? event->tid : event->pid;
}

static inline int64_t time_of(const struct world *world, size_t index)
{
	return world->timeline->events[index].time_ns;
}

/* The number of an address; that of a host of the lab is the host's. */
unsigned int world_place(struct world *world, const struct address *address);

/* NULL when there is none. */
struct pcb *world_pcb(const struct world *world, pid_t pid);
struct sock *world_sock(const struct world *world, uint64_t inode);
struct listener *world_listener(const struct world *world, unsigned int at, uint16_t port);
struct tcb *world_tcb(const struct world *world, unsigned int at, uint16_t port,
		      unsigned int peer_at, uint16_t peer_port);
struct tcb *tcb_peer(const struct world *world, const struct tcb *tcb);

/* The lab's host that is not this one: its way may have a router. */
enum host other_host(enum host host);

/* Made when there is none. */
struct pcb *world_add_pcb(struct world *world, pid_t pid, enum host host);
struct sock *world_add_sock(struct world *world, uint64_t inode, enum host host);
struct tcb *world_add_tcb(struct world *world, unsigned int at, unsigned int peer_at);
void world_register(struct world *world, struct tcb *tcb); /* its ports are known now */
void *world_alloc(struct world *world, size_t bytes);

/* The event that set an option of the end's socket, or of its listener's; NO_EVENT. */
size_t tcb_option(const struct world *world, const struct tcb *tcb, enum option option);

/* What the lab has broken on the way of a segment; NO_EVENT: nothing. */
size_t fault_on_way(const struct world *world, unsigned int from, unsigned int to);

struct neighbour *world_neighbour(struct world *world, enum host asks, const struct address *about);

/* Processes (world_process.c) --------------------------------------------------------------- */

struct thread *pcb_thread(struct pcb *pcb, pid_t tid); /* NULL: none of its events was seen */
struct thread *pcb_add_thread(struct pcb *pcb, pid_t tid);
struct descriptor *pcb_descriptor(const struct pcb *pcb, int fd);
bool pcb_had(const struct pcb *pcb, uint64_t inode);
bool pcb_is_alive(const struct pcb *pcb);
bool thread_has_pending(const struct thread *thread, size_t entered);

/* Takes descriptors, and what follows when the last one of a socket is gone. */
void pcb_hold(struct pcb *pcb, int fd, struct sock *sock);
void pcb_let_go(struct world *world, struct pcb *pcb, int fd, size_t cause, enum closed_how how);
void pcb_die(struct world *world, struct pcb *pcb, size_t cause, enum dying_by by);
void pcb_send_signal(struct world *world, struct pcb *pcb, int number, size_t cause);

/* What an event does ------------------------------------------------------------------------ */

struct moment;

void world_take_call(struct world *world, struct moment *moment);    /* world_call.c */
void world_take_process(struct world *world, struct moment *moment); /* world_process.c */
void world_take_packet(struct world *world, struct moment *moment);  /* world_packet.c */
void world_take_action(struct world *world, struct moment *moment);  /* world_action.c */
void world_take_state(struct world *world, struct moment *moment);   /* world.c */

#endif

/*
 * What a scenario describes when it expects something, field by field. A field left out (0) means
 * "any". Pure data.
 */
#ifndef DESCRIPTION_H
#define DESCRIPTION_H

#include "record/names.h"

#include <stdbool.h>

/* For .payload_bytes and .error, where 0 means "any". */
enum { SOME_DATA = -1, EMPTY = -2, NO_ERROR = -1 };

/*
 * A TCP segment. Of the flags SYN, FIN, RST and ACK are compared, all four: a RST is not a RST,ACK.
 */
struct segment {
	enum host from;
	unsigned int flags;
	int payload_bytes; /* exact, or SOME_DATA, or EMPTY */
	bool again;        /* a retransmission: its first byte was sent before */
	bool probe;        /* a probe of an idle connection (SO_KEEPALIVE) or of a closed window */
	bool no_window;    /* the window is 0: its sender has no room for data */
};

/* An ICMP or ICMPv6 error: why a datagram was not delivered. */
struct icmp_error {
	enum host from;
	enum unreachable unreachable;
};

/* A request for the link-layer address of a host: ARP, or ICMPv6 neighbour solicitation. */
struct question {
	enum host from, about;
};

/* A system call that has returned. */
struct returned {
	const char *
		name; /* the book's: "read" is also recv, recvfrom, recvmsg, readv; "a|b": either */
	int error;    /* errno, or NO_ERROR */
	long result;  /* 0 is any; for end of file see .eof */
	bool eof;     /* a read that returned 0 */
	bool restarted; /* a signal interrupted it and the kernel restarted it: the program sees no
			   return */
	int persisted_ms; /* TCP gave up after it had retransmitted for so long, and not later */
};

/* A signal that reaches a process. */
struct signalled {
	int number;
	enum disposition disposition;
};

/* A process as ps(1) shows it. */
struct process_look {
	char state;               /* S, Z, ...: proc_pid_stat(5) */
	const char *in_call;      /* the book's name of the call that it is in; "a|b": either */
	const char *wait_channel; /* kernel function that it sleeps in; "a|b" when kernels differ */
};

/* How a process ends: it exits with a status, or a signal kills it. */
struct end {
	bool exited;
	int status; /* if it exited */
	int signal; /* if it was killed */
};

/* What the lab can look at, though no event announces it. */
enum condition_kind {
	CONDITION_HELD,    /* the process is at the call where hold() stops it */
	CONDITION_SERVING, /* one process, and only one, has the newest connection open */
	CONDITION_ZOMBIES, /* .count children of the process are zombies, and it has no other */
	CONDITION_THREADS, /* the process has .count threads, the first one included */
	CONDITIONS
};

struct condition {
	enum condition_kind kind;
	int count;
};

#endif

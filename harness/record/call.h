/* A system call as it is recorded, and what calls of its kind do. Pure. */
#ifndef CALL_H
#define CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a call does: the bits of call.flags. The rows of observe/call_table.c set them. */
enum call_flag {
	CALL_ON_FD = 1 << 0,       /* its first argument is a descriptor */
	CALL_MAKES_FD = 1 << 1,    /* its result is a descriptor */
	CALL_SENDS = 1 << 2,       /* on a TCP socket it may send segments, after its entry */
	CALL_WAITS = 1 << 3,       /* it may wait: what it waits for comes before its return */
	CALL_SLEEPS = 1 << 4,      /* it waits for nothing but time */
	CALL_CONFIGURES = 1 << 5,  /* it changes a socket at once and sends nothing */
	CALL_NAMES_PEER = 1 << 6,  /* it may name whom it sends to: a program's first packet is sent
				      by such a call */
	CALL_FORKS = 1 << 7,       /* when it succeeds there is an EVENT_FORK, too */
	CALL_PREPARES = 1 << 8,    /* it prepares something or asks for something, see
				      call_is_preparation() */
	CALL_SETS_ACTION = 1 << 9, /* it sets what a signal does */
	CALL_FILLS = 1 << 10,      /* the kernel fills in an argument: known when it has returned */
	CALL_MOVES_STATE = 1 << 13, /* it may change the TCP state of its socket, or of all */
	CALL_IS_PROMPT = 1 << 14,   /* it returns at once, whatever happens */
	/* not recorded, because no program makes these calls by itself: */
	CALL_ENDS_HANDLER = 1 << 11, /* a signal handler returns (rt_sigreturn) */
	CALL_RESUMES = 1 << 12,      /* an interrupted call goes on (restart_syscall) */
};

/* What a descriptor is, as far as the lab cares. */
enum fd_kind { FD_NONE, FD_SOCKET, FD_TERMINAL, FD_OTHER };

/* "socket", "terminal", "other"; NULL for FD_NONE. */
const char *fd_kind_name(enum fd_kind kind);

/* How a system call came back. */
enum call_ending {
	CALL_RETURNED,  /* with .result, or with .error when that is not 0 */
	CALL_RESTARTED, /* interrupted; the kernel enters it again, the program sees nothing */
};

struct call {
	const char *name;     /* the kernel's: "recvfrom" */
	const char *family;   /* the book's: "read"; equal to name where there is no other */
	unsigned int flags;   /* what it does: CALL_SENDS ... */
	const char *args;     /* as strace would show them */
	enum fd_kind fd_kind; /* of the first argument */
	uint64_t inode;       /* of the socket, 0 when none: ties calls to TCP states */
	int64_t result;
	int error;
	enum call_ending ending;
	bool by_lab;       /* the result was given by the lab, not by the kernel */
	size_t entered;    /* index of the EVENT_ENTER (in an EVENT_RETURN) */
	bool has_returned; /* whether the timeline has its EVENT_RETURN (in an EVENT_ENTER) */
};

/*
 * Whether a call that has returned only prepared something or asked for something: fork, exec,
 * exit, sigaction, getsockopt, socket. It is no part of a run's story, unless it failed on a socket
 * or failed to set what a signal does.
 */
bool call_is_preparation(const struct call *call);

#endif

/*
 * A rule: why events of one kind happen. One row of a table; explain.c asks the rows of an event's
 * kind, and the row that holds is the event's reason.
 */
#ifndef RULE_H
#define RULE_H

#include "explain/arguments.h"
#include "explain/world.h"

enum { CAUSES_MOST = 6 };

/* The event that is explained, and what it is about. */
struct moment {
	const struct world *world; /* as it was before the event */
	const struct event *event;
	size_t index;
	struct pcb *pcb;             /* never NULL in rules about what processes do */
	struct thread *thread;       /* NULL at its first event */
	const struct event *entered; /* of a return */
	struct sock *sock;           /* of a call: its descriptor's */
	struct tcb *tcb;             /* of a call, a state, a timer; of a segment its sender */
	struct listener *listener;
	struct tcp_segment *segment; /* of a frame with TCP */
	struct tcp_segment *lost;    /* that an ICMP error quotes */
	size_t causes[CAUSES_MOST];
	int cause_count;
};

/* What a chain shows of an event that this rule explains. */
enum link {
	LINK_SHOWN,
	LINK_PASSED, /* its causes, in its place */
	LINK_QUIET,  /* nothing: what it follows from is no news */
};

struct rule {
	const char *id;
	enum event_kind kind;
	const char *call; /* the book's names, separated by '|'; NULL: any, or no call */

	/* Whether this is the reason; names the causes, the first one first. */
	bool (*holds)(struct moment *moment);

	enum link link;
	bool repeats; /* of many in a row a chain shows the last one, and counts the others */
	bool is_root; /* an act of the lab, or of who is not observed: no cause is needed */
	const char *condition;        /* in words, for the list of rules */
	const char *english, *korean; /* with {fields} of the event: sentence.h */
	const char *source;           /* RFC section, man page, function of the kernel */
	const char *counter;          /* of /proc/net/snmp or netstat that ticks; NULL: none */
};

/* The tables; each ends with a row without id. */
extern const struct rule rules_lab[], rules_process[], rules_enter[], rules_return[],
	rules_socket[], rules_connect[], rules_read[], rules_write[], rules_poll[],
	rules_neighbour[], rules_segment[], rules_again[], rules_end[], rules_ack[], rules_state[],
	rules_timer[];

/* All of them; the last one has no rules. */
extern const struct rule_table {
	const char *title;
	const struct rule *rules;
} rule_tables[];

/* Returns: of a call that this thread is in, and that neither the lab answers nor a signal
 * restarts. */
bool is_return(const struct moment *moment);
bool succeeded(const struct moment *moment);
bool failed_with(const struct moment *moment, int error);

/* Notes a cause; nothing for NO_EVENT, or what was noted already. Always true. */
bool because(struct moment *moment, size_t event);

#endif

/*
 * Expectations: what a scenario says must be seen, held against the timeline. Pure.
 *
 * What was wanted and what was seen are written in one notation, so that they can be compared by
 * eye. All that is special to one kind of expectation is one row (kind.h).
 */
#ifndef EXPECTATION_H
#define EXPECTATION_H

#include "expect/description.h"
#include "record/who.h"

struct expectation_kind;

/* Every kind there is; what each describes is in the union below. */
extern const struct expectation_kind kind_segment, kind_no_segment, kind_icmp, kind_question,
	kind_call, kind_fork, kind_signal, kind_no_signal, kind_end, kind_process, kind_output,
	kind_state, kind_backoff, kind_condition;

/*
 * Who noticed an event. Events of one observer are in order, and an expectation consumes its
 * observer's events up to the one that met it.
 */
enum stream {
	STREAM_WIRE,    /* the capture */
	STREAM_PROCESS, /* the tracer: calls, signals, forks, ends */
	STREAM_STATE,   /* the kernel's answers about sockets */
	STREAM_OUTPUT,  /* the terminals of programs */
	STREAM_LOOK,    /* looks at processes: made when asked for, they consume nothing */
	STREAMS
};

enum verdict { VERDICT_OPEN, VERDICT_MET, VERDICT_UNMET };

struct expectation {
	const struct expectation_kind *kind;
	const char *file; /* where the scenario says so */
	int line;
	struct who who; /* .name is NULL for the wire */
	union {
		struct segment segment; /* of no-segment, too */
		struct icmp_error icmp;
		struct question question;
		struct returned call;
		struct signalled signal; /* of no-signal, too */
		struct end end;
		struct process_look process;
		const char *output; /* a part of the line; NULL: any line */
		int state;          /* TCP_ESTABLISHED ...; 0: any */
		int backoff;        /* the retransmission timeout was doubled so often, or more */
		struct condition condition;
	};
	enum verdict verdict;
	size_t event;     /* see expectation_has_event() */
	size_t from;      /* the first event it was held against */
	const char *seen; /* if it was not met; lives as long as the timeline */
};

enum { NOT_FOUND = -1 };

/* Whether the event of the timeline is what the expectation describes. */
bool expectation_matches(const struct expectation *expectation, const struct timeline *timeline,
			 size_t event);

/* The first event in [from, to) that matches, or NOT_FOUND. */
ssize_t expectation_find(const struct expectation *expectation, const struct timeline *timeline,
			 size_t from, size_t to);

/* How far a search that goes on has come. At first .next is the first event that may match. */
struct search {
	size_t next;
	size_t owners_learned; /* of the timeline, then */
	unsigned long looks;   /* at events, so far */
};

/*
 * The first event from search->next on that matches, or NOT_FOUND: the search goes on there when
 * events were appended. Whose a socket is may be learned after its states were seen, from a call on
 * it: then states are looked at again.
 */
ssize_t expectation_search(const struct expectation *expectation, const struct timeline *timeline,
			   struct search *search);

/* Whose order it follows. */
enum stream expectation_stream(const struct expectation *expectation);

/*
 * Whether it says that something does not happen: from the event that the expectation before it
 * matched on its stream to the one that the next matches, or to the end of the run.
 */
bool expectation_is_absence(const struct expectation *expectation);

/*
 * Whether .event means something: the event that met the expectation, or that an absence failed
 * by.
 */
bool expectation_has_event(const struct expectation *expectation);

/* Whether any of these expectations was not met. */
bool expectations_unmet(const struct expectation *rows, size_t count);

/* "segment", "no-segment", ... as in the JSON. */
const char *expectation_kind_name(const struct expectation *expectation);

/* What was wanted, in one line. */
void expectation_wanted(char *out, size_t out_bytes, const struct expectation *expectation);

/*
 * What was seen in its place since event `from`, in the same notation. Of an absence the event that
 * it failed by.
 */
void expectation_seen(char *out, size_t out_bytes, const struct expectation *expectation,
		      const struct timeline *timeline, size_t from);

#endif

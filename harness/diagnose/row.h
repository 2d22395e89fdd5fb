/*
 * A failure that can be seen on the wire is one row: its condition on the fact sheet, the frames
 * that decide it, what it is called, what the wire cannot tell, and the scenario in which it can be
 * seen live.
 */
#ifndef ROW_H
#define ROW_H

#include "diagnose/facts.h"

enum language { ENGLISH, KOREAN, LANGUAGES };

/* One text in each language. {X} and {Y} are sides of the conversation, {n} a number, {t} a time.
 */
struct words {
	const char *in[LANGUAGES];
};

/* In the order in which a person wants to see them. */
enum row_kind {
	ROW_FAILURE, /* one of the lab's */
	ROW_UNKNOWN, /* an end that the lab has no scenario for */
	ROW_ALIVE,   /* no end yet, as far as the capture goes */
	ROW_HEALTHY, /* no failure; a scenario of the lab shows it */
};

/* A frame that decides. */
struct evidence {
	uint32_t frame;
	int64_t time_ns;
	const struct segment *segment; /* NULL: a question on the link (ARP) */
};

enum { EVIDENCE_MOST = 24, FINDINGS_MOST = 4 };

struct finding {
	const struct row *row;
	enum side_name x; /* who {X} is */
	unsigned int n;
	int64_t lasted_ns; /* {t} */
	struct evidence evidence[EVIDENCE_MOST];
	int evidence_count;
};

struct row {
	const char *id; /* of the lab's scenario (NAME-VARIANT), or a name of its own */
	enum row_kind kind;
	const char *nearest; /* what to look at live, where the id is no scenario; or NULL */
	const char *also;    /* ids that look the same on the wire, separated by spaces; or NULL */
	bool (*shows)(const struct facts *facts, struct finding *finding);
	struct words says, cannot, decides; /* the last two may be NULL */
};

/* Each table ends with a row without id; rows before others are more certain. */
extern const struct row rows_beside[];  /* may be there besides an end */
extern const struct row rows_opening[]; /* the rest: how it ended */
extern const struct row rows_reset[];
extern const struct row rows_abort[];
extern const struct row rows_silence[];
extern const struct row rows_closed[];

/* Whether the lab knows it: a failure or a healthy end, and no unknown one. */
bool is_recognised(const struct finding *finding);

/* The name of the scenario to run (make scenario-NAME): row->id or row->nearest; or NULL. */
const char *scenario_of(const struct row *row);

/* For `shows`: adds a frame that decides; NULL is none. */
void add_frame(struct finding *finding, const struct segment *segment);

/* Adds all that were counted there: of data, those with data; of others, those like the first. */
void add_frames(struct finding *finding, const struct facts *facts, const struct times *times);

#endif

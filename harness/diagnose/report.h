/* The diagnosis of a whole capture, for a person or a program. */
#ifndef REPORT_H
#define REPORT_H

#include "diagnose/capture_file.h"
#include "diagnose/diagnosis.h"

#include <stdio.h>

/* Conversations of one kind: the same row. */
struct tally {
	const struct row *row;
	size_t count;
	size_t example; /* index of the first one */
};

enum { TALLIES_MOST = 80 };

/* A host that was asked for on the link again and again, and by whom; nothing else is to be seen of
 * them. */
struct lonely {
	uint32_t asker, target; /* hosts */
	unsigned int count;
	uint32_t first_frame, last_frame;
	int64_t lasted_ns;
};

enum { LONELY_MOST = 32 };

struct report {
	const char *path; /* as it was given; control characters replaced */
	const struct wire *wire;
	enum capture_end end;
	enum language language;
	bool all;                           /* each conversation, however many there are */
	struct tally tallies[TALLIES_MOST]; /* the most frequent first */
	int tally_count;
	struct lonely lonely[LONELY_MOST];
	int lonely_count;
	size_t recognised; /* conversations with a failure or a healthy end that the lab knows */
};

/* Counts what there is; path, wire, end, language and all are set. */
void report_count(struct report *report);

extern const struct row row_lonely; /* what a lonely question is */

void report_text(const struct report *report, FILE *out);
void report_json(const struct report *report, FILE *out);

#endif

/* What else there is to say of a conversation: how it was captured, and what was no failure. Pure.
 */
#ifndef NOTES_H
#define NOTES_H

#include "diagnose/row.h"

/* A note is a row of a table; {X} and {n} in its words are these. */
struct note {
	const char *id; /* for the JSON */
	struct words says;
	enum side_name x;
	unsigned int n;
};

enum { NOTES_MOST = 12 };

/* Returns how many there are. */
int find_notes(const struct facts *facts, struct note notes[static NOTES_MOST]);

/*
 * Another conversation, to the same port, that was opened soon after this one had failed: the
 * client's second try, or its try of another address; or NULL.
 */
const struct conversation *find_success(const struct facts *facts);

#endif

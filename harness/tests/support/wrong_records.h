/*
 * Wrong records, made from right ones: one event is left out, told twice, too early, too late, or
 * with another errno, number, flag, owner; or an event is added that nothing has caused.
 */
#ifndef WRONG_RECORDS_H
#define WRONG_RECORDS_H

#include "explain/explain.h"

struct wrong_kind {
	const char *name;
	/* Changes the event, or adds one; false when there is nothing to change. */
	bool (*change)(struct timeline *timeline, size_t event, const struct explanation *right);
};

extern const struct wrong_kind wrong_kinds[]; /* ends with a row without name */

/*
 * A copy of the record with one fault; false when this kind of fault does not apply to the event.
 * wrong_close() frees what is its own; the right record must live as long.
 */
bool wrong_open(struct timeline *wrong, const struct explanation *right,
		const struct wrong_kind *kind, size_t event);
void wrong_close(struct timeline *wrong);

#endif

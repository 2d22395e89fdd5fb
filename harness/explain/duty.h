/*
 * What must follow: a FIN is acknowledged or sent again, a child's end gives SIGCHLD. One row of a
 * table each; what is owed and does not follow is a debt.
 *
 * A debt is only what can be decided: the other side has gone on without it, or the record goes on
 * for longer than it may take, and the lab has not broken its way.
 */
#ifndef DUTY_H
#define DUTY_H

#include "explain/explain.h"
#include "explain/rule.h"

struct debts;

struct duty {
	const char *id;

	/* Looks at an event before the world takes it, and at the world at the end; or NULL. */
	void (*at_event)(struct debts *debts, const struct world *world,
			 const struct moment *moment);
	void (*at_end)(struct debts *debts, const struct world *world);

	const char *english, *korean, *source;
};

struct debts {
	const struct duty *duty; /* that is being looked at */
	struct rows rows;        /* struct debt */
	size_t last;             /* the record's last event */
};

/* The tables; each ends with a row without id. */
extern const struct duty duties_wire[], duties_process[];
extern const struct duty *const duty_tables[];

/* Notes it, once. */
void owe(struct debts *debts, size_t event);

/* How long ago an event was when the record ended. */
int64_t age_at_end(const struct debts *debts, const struct world *world, size_t event);

/* What needs no timer has been seen by then, on a busy machine, too. */
#define DUE_NS INT64_C(250000000)

/* RFC 1122 4.2.3.2: an ACK is delayed by less than half a second. */
#define ACK_DUE_NS INT64_C(500000000)

#endif

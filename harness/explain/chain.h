/* The chain of causes of one event, as a person reads it: back to acts of the lab or a program. */
#ifndef CHAIN_H
#define CHAIN_H

#include "explain/explain.h"

struct chain_row {
	size_t event;
	int depth;    /* 0: the event that was asked for */
	int repeated; /* so often before, by the same rule: they are left out */
	bool known;   /* shown above already, with its causes */
};

struct chain {
	struct chain_row *rows;
	size_t count;
};

/*
 * The event and what has caused it, each cause below its effect, the first one first. What only
 * passes something on is left out, and its causes stand in its place. chain_close() frees it.
 */
void chain_open(struct chain *chain, const struct explanation *explanation, size_t event);
void chain_close(struct chain *chain);

/*
 * The event that a person means: a time in milliseconds as the terminal shows it ("28.43"), a call
 * ("write"), a signal, an errno, a TCP state, a flag of a segment ("RST"), or the number of a
 * process for its end. Of several the last one that failed, or the last one. NO event: count.
 */
size_t explain_find(const struct explanation *explanation, const char *meant);

#endif

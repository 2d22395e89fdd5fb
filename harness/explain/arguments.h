/*
 * What the rules need of a call's arguments. The record has them as text, as strace shows them;
 * nothing else in explain/ reads that text.
 */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "record/timeline.h"

enum { SHOWN_MOST = 64 }; /* bytes of a buffer that the record shows */

struct shown_bytes {
	uint8_t bytes[SHOWN_MOST];
	size_t count;
	bool cut; /* there were more */
};

/* The descriptor in front; -1: there is none. */
int argument_fd(const struct call *call);

/* The nth argument as a number, from 0; `otherwise` when it is none. */
int64_t argument_number(const struct call *call, int nth, int64_t otherwise);

/* How many bytes a write was given; -1: the record does not tell. */
int64_t argument_length(const struct call *call);

/* What was read or written, as far as it is shown. */
void argument_bytes(struct shown_bytes *shown, const struct call *call);

/* The port of an address among them; 0: none. */
uint16_t argument_port(const struct call *call);

/* Whether one of them is this word: "WNOHANG", "SO_LINGER", "handler". */
bool argument_is(const struct call *call, const char *word);

/* The signal that sigaction or kill names; 0: none. */
int argument_signal(const struct call *call);

/* Whether wait's answer tells this end of a child; true when it tells none. */
bool argument_tells_end(const struct call *call, int status, int signal);

#endif

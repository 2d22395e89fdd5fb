/* A rule's sentence about an event, in English or Korean. Pure. */
#ifndef SENTENCE_H
#define SENTENCE_H

#include "explain/explain.h"

enum language { ENGLISH, KOREAN };

enum { SENTENCE_BYTES = 512 };

/*
 * Why the event happened: "EPIPE: an RST has come after the peer's FIN". {fields} of the rule's
 * words are filled in: host, name, result, error, child, status, signal, wait_channel, and cause,
 * which is the signal or the call that the first cause is. "" when no rule explains the event. buf
 * is returned.
 */
const char *explain_sentence(const struct explanation *explanation, size_t event,
			     enum language language, char buf[static SENTENCE_BYTES]);

/* What is owed: "a parent is told of a child's end with SIGCHLD". */
const char *explain_owed(const struct debt *debt, enum language language);

#endif

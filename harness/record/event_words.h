/*
 * Events in words, in the notation that ladders, expectations and their verdicts share: calls as in
 * strace(1), ends as in waitpid(2). Pure. Texts that do not fit are cut; they are always
 * terminated.
 */
#ifndef EVENT_WORDS_H
#define EVENT_WORDS_H

#include "record/timeline.h"

/* A call that returned: "write(3, "b", 1) = -1 EPIPE". */
void call_text(char *out, size_t out_bytes, const struct call *call);

/* An EVENT_END: "exited with status 1", "killed by SIGPIPE". */
void end_text(char *out, size_t out_bytes, const struct event *event);

/*
 * An EVENT_BACKOFF: "retransmission timeout 48 ms, doubled 2 times". While the window is 0 it is
 * the wait for the next probe that is doubled, and the timeout stays as it was.
 */
void backoff_text(char *out, size_t out_bytes, const struct event *event);

enum { DURATION_BYTES = 24, TIMES_BYTES = 24 };

/* "384 ms", "120 s"; buf is returned. */
const char *duration_text(double ms, char buf[static DURATION_BYTES]);

/* "once", "3 times"; buf is used for the latter only. */
const char *times_text(int count, char buf[static TIMES_BYTES]);

#endif

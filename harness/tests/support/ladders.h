/* A ladder as one text. */
#ifndef LADDERS_H
#define LADDERS_H

#include "tests/support/events.h"
#include "show/ladder.h"

/* All lines' texts, each with a newline. */
static inline void assert_ladder(const struct timeline *timeline, size_t begins, enum detail detail,
				 const char *wanted)
{
	struct ladder ladder;
	char text[4096] = "";
	size_t length = 0;

	ladder_open(&ladder, timeline, begins, detail);
	for (size_t i = 0; i < ladder.count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s\n",
					   ladder.lines[i].text);
	ladder_close(&ladder);
	assert_text("ladder", text, wanted);
}

/* The first call on a socket of both programs: what comes before it is their start-up. */
static inline void add_first_calls(struct timeline *timeline)
{
	add_call(timeline, SERVER_PID,
		 (struct call){ .name = "listen", .args = "3", .inode = SERVER_INODE });
	add_call(timeline, CLIENT_PID,
		 (struct call){ .name = "close", .args = "3", .inode = CLIENT_INODE });
}

#define FIRST_CALLS "listen(3) = 0\nclose(3) = 0\n"

#endif

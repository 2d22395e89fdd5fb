/* The rows of a run as one text. */
#ifndef TEST_ROWS_H
#define TEST_ROWS_H

#include "show/rows.h"
#include "tests/support/events.h"

/* The lines of all rows of one detail, each with a newline. */
static inline void assert_rows(const struct timeline *timeline, size_t begins, enum detail detail,
			       const char *wanted)
{
	char text[4096] = "", line[ROW_BYTES];
	struct rows rows;
	size_t length = 0;

	rows_open(&rows, timeline, begins, 0, detail);
	for (size_t i = 0; i < rows.count; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s\n",
					   row_line(timeline, &rows.rows[i], line));
	rows_close(&rows);
	assert_text("rows", text, wanted);
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

/* The words of a row (rows.h): what is said of an event, and whose it is. Pure. */
#ifndef ROW_WORDS_H
#define ROW_WORDS_H

#include "record/label.h"
#include "show/rows.h"

enum { ROW_TEXT_BYTES = 512 };

struct row_words {
	enum style style;
	char label[LABEL_BYTES];
	char text[ROW_TEXT_BYTES]; /* a longer one was cut, and ends in dots */
};

void row_words_find(struct row_words *words, const struct timeline *timeline,
		    const struct event *event);

#endif

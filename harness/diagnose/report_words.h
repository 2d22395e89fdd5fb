/* The words around the findings, and what a capture's reading has to say. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "diagnose/report.h"
#include "diagnose/words.h"

enum phrase {
	PHRASE_HEAD,        /* {s} is the file, {n} frames */
	PHRASE_TCP,         /* {n} of them TCP */
	PHRASE_CONNECTIONS, /* {n} */
	PHRASE_NO_TCP,
	PHRASE_UNKNOWN, /* "none I know: " */
	PHRASE_NEAREST, /* "nearest: " */
	PHRASE_ALSO,    /* "or: " */
	PHRASE_CANNOT,  /* "the wire cannot tell " */
	PHRASE_DECIDES, /* "what would: " */
	PHRASE_LIVE,    /* "see it live: " */
	PHRASE_COMPARE, /* "the nearest, live: " */
	PHRASE_NOTE,
	PHRASE_FRAMES,   /* "frames" */
	PHRASE_EXAMPLES, /* each kind has an example below */
	PHRASE_EXAMPLE,  /* "e.g. connection {n}" */
	PHRASE_NONE_RECOGNISED,
	PHRASES
};

extern const struct words phrases[PHRASES];

/* One sentence for each: cut off, damaged packets, unknown link types, sorted; -1 when there are no
 * more. Gives the words and {n}. */
int reading_notes(const struct report *report, struct words notes[static 8],
		  unsigned int n[static 8]);

#endif

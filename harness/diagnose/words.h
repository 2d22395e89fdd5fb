/* Sentences in the language of the reader. Pure. */
#ifndef WORDS_H
#define WORDS_H

#include "diagnose/row.h"

#include <stdio.h>

/* What is put in for {X}, {Y}, {n}, {t}, {s}. */
struct filling {
	enum side_name x;
	unsigned long n;
	int64_t lasted_ns;
	const char *text;
};

/* Prints the text, filled in. */
void print_words(FILE *out, const struct words *words, enum language language,
		 const struct filling *filling);

/* The same into memory, which the caller frees. */
char *words_text(const struct words *words, enum language language, const struct filling *filling);

/* "the client", "클라이언트" */
const char *side_text(enum side_name side, enum language language);

/* "0.41 s", "2 min 3 s" */
void lasted_text(char *out, size_t out_bytes, int64_t ns, enum language language);

/* Korean when this is "ko" or a locale of it; NULL is English. */
enum language language_of(const char *name);

#endif

#include "diagnose/words.h"

#include "base/fail.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *side_text(enum side_name side, enum language language)
{
	static const char *const names[][LANGUAGES] = {
		[CLIENT_SIDE] = { "the client", "클라이언트" },
		[SERVER_SIDE] = { "the server", "서버" },
	};

	return names[side][language];
}

void lasted_text(char *out, size_t out_bytes, int64_t ns, enum language language)
{
	const double s = (double)ns / 1e9;
	const char *second = language == KOREAN ? "초" : " s";

	if (s >= 120)
		snprintf(out, out_bytes, "%" PRId64 "%s %" PRId64 "%s", ns / INT64_C(60000000000),
			 language == KOREAN ? "분" : " min", ns / 1000000000 % 60, second);
	else if (s >= 10)
		snprintf(out, out_bytes, "%.1f%s", s, second);
	else if (s >= 0.1)
		snprintf(out, out_bytes, "%.2f%s", s, second);
	else
		snprintf(out, out_bytes, "%.2f%s", s * 1000, language == KOREAN ? "밀리초" : " ms");
}

enum language language_of(const char *name)
{
	return name && strncasecmp(name, "ko", 2) == 0 ? KOREAN : ENGLISH;
}

static void print_filling(FILE *out, char which, enum language language,
			  const struct filling *filling)
{
	const char *side = side_text(which == 'X' ? filling->x : !filling->x, language);
	char duration[64];

	switch (which) {
	case 'X':
	case 'Y':
		fputs(side, out);
		break;
	case 'n':
		fprintf(out, "%lu", filling->n);
		break;
	case 't':
		lasted_text(duration, sizeof(duration), filling->lasted_ns, language);
		fputs(duration, out);
		break;
	case 's':
		fputs(filling->text, out);
		break;
	}
}

void print_words(FILE *out, const struct words *words, enum language language,
		 const struct filling *filling)
{
	const char *text = words->in[language];

	for (const char *at = text; *at;) {
		if (at[0] == '{' && at[1] && at[2] == '}') {
			print_filling(out, at[1], language, filling);
			at += 3;
		} else {
			const size_t plain = 1 + strcspn(at + 1, "{");

			fwrite(at, 1, plain, out);
			at += plain;
		}
	}
}

char *words_text(const struct words *words, enum language language, const struct filling *filling)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (!out)
		broken("allocate", "a text");
	print_words(out, words, language, filling);
	if (fclose(out) != 0)
		broken("allocate", "a text");
	return text;
}

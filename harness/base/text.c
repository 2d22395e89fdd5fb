#include "base/text.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

bool name_matches(const char *alternatives, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = alternatives; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, name, length) == 0 && (at[length] == '\0' || at[length] == '|'))
			return true;
	}
	return false;
}

/* How many bytes at s make one printable UTF-8 character outside ASCII; 0 when they do not (RFC
 * 3629). */
static size_t utf8_length(const uint8_t *s, size_t bytes)
{
	size_t length = s[0] >= 0xf0 && s[0] <= 0xf4  ? 4
			: s[0] >= 0xe0 && s[0] < 0xf0 ? 3
			: s[0] >= 0xc2 && s[0] < 0xe0 ? 2
						      : 0;

	if (length > bytes)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	if (s[0] == 0xc2 && s[1] < 0xa0)
		return 0; /* a C1 control: some terminals obey it */
	return length;
}

/* Writes one character as C would write it into piece; returns how many bytes of s it took. */
static size_t quote_one(char piece[static 8], const uint8_t *s, size_t bytes)
{
	static const char escapes[][2] = {
		{ '\n', 'n' }, { '\r', 'r' }, { '\t', 't' }, { '"', '"' }, { '\\', '\\' }
	};
	size_t length = utf8_length(s, bytes);

	if (length > 0) {
		snprintf(piece, 8, "%.*s", (int)length, (const char *)s);
		return length;
	}
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (s[0] == (uint8_t)escapes[i][0]) {
			snprintf(piece, 8, "\\%c", escapes[i][1]);
			return 1;
		}
	snprintf(piece, 8, s[0] < 0x80 && isprint(s[0]) ? "%c" : "\\x%02x", s[0]);
	return 1;
}

void quote_bytes(char *out, size_t out_bytes, const uint8_t *data, size_t data_bytes, size_t most)
{
	enum { ENDING = sizeof("\"...") }; /* always kept free for the end */
	size_t shown = 0, used = 0;
	char piece[8];

	assert(out_bytes > ENDING + 1);
	out[used++] = '"';
	while (shown < data_bytes && shown < most) {
		size_t took = quote_one(piece, data + shown, data_bytes - shown);

		if (used + strlen(piece) + ENDING > out_bytes)
			break;
		used += (size_t)snprintf(out + used, out_bytes - used, "%s", piece);
		shown += took;
	}
	snprintf(out + used, out_bytes - used, "\"%s", shown < data_bytes ? "..." : "");
}

void replace_controls(char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		const uint8_t *at = (const uint8_t *)text;
		size_t length = utf8_length(at, left);

		if (length == 0) {
			length = 1;
			if (*at < ' ' || *at > '~')
				*text = '?';
		}
		text += length;
		left -= length;
	}
}

#include "explain/arguments.h"

#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text of the nth argument; a comma within quotes is none between arguments. */
static const char *argument(const struct call *call, int nth)
{
	bool quoted = false;

	for (const char *at = call->args; *at; at++) {
		if (nth == 0)
			return at;
		if (*at == '\\' && quoted && at[1])
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (*at == ',' && !quoted) {
			nth--;
			at += at[1] == ' ';
		}
	}
	return "";
}

int64_t argument_number(const struct call *call, int nth, int64_t otherwise)
{
	const char *text = argument(call, nth);
	char *end;
	const long long value = strtoll(text, &end, 10);

	return end == text || (*end && *end != ',') ? otherwise : value;
}

int argument_fd(const struct call *call)
{
	return (int)argument_number(call, 0, -1);
}

int64_t argument_length(const struct call *call)
{
	return argument_number(call, 2, -1);
}

/* One character of C's, from after its quote; returns how much of the text it took. */
static size_t unquote_one(const char *text, uint8_t *byte)
{
	static const char escapes[][2] = { { 'n', '\n' }, { 'r', '\r' }, { 't', '\t' } };
	unsigned int number;

	*byte = (uint8_t)text[0];
	if (text[0] != '\\' || !text[1])
		return 1;
	if (text[1] == 'x' && sscanf(text + 2, "%2x", &number) == 1) {
		*byte = (uint8_t)number;
		return 4;
	}
	*byte = (uint8_t)text[1];
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (text[1] == escapes[i][0])
			*byte = (uint8_t)escapes[i][1];
	return 2;
}

void argument_bytes(struct shown_bytes *shown, const struct call *call)
{
	const char *text = strchr(call->args, '"');

	shown->count = 0;
	shown->cut = false;
	if (!text)
		return;
	for (text++; *text && *text != '"' && shown->count < SHOWN_MOST;)
		text += unquote_one(text, &shown->bytes[shown->count++]);
	shown->cut = strncmp(text, "\"...", 4) == 0;
}

uint16_t argument_port(const struct call *call)
{
	const char *colon = strrchr(call->args, ':');

	return colon && isdigit((unsigned char)colon[1]) ? (uint16_t)atoi(colon + 1) : 0;
}

bool argument_is(const struct call *call, const char *word)
{
	const size_t length = strlen(word);

	for (int nth = 0;; nth++) {
		const char *text = argument(call, nth);

		if (!*text)
			return false;
		if (strncmp(text, word, length) == 0 && (!text[length] || text[length] == ','))
			return true;
	}
}

int argument_signal(const struct call *call)
{
	const char *name = strstr(call->args, "SIG");
	char buf[16];

	for (int number = 1; name && number < NSIG; number++) {
		const char *other = signal_name(number, buf);
		const size_t length = strlen(other);

		if (strncmp(name, other, length) == 0 && !isalnum((unsigned char)name[length]))
			return number;
	}
	return 0;
}

bool argument_tells_end(const struct call *call, int status, int signal)
{
	char text[48], name[16];

	if (!strchr(call->args, '['))
		return true;
	if (signal)
		snprintf(text, sizeof(text), "[killed by %s]", signal_name(signal, name));
	else
		snprintf(text, sizeof(text), "[exit %d]", status);
	return strstr(call->args, text) != NULL;
}

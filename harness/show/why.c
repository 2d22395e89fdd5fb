#include "show/why.h"

#include "base/text.h"
#include "explain/chain.h"
#include "show/row_words.h"

#include <string.h>
#include <stdlib.h>
#include <wchar.h>

enum { TEXT_COLUMNS = 66, TEXT_BYTES = ROW_BYTES };

/* "server: child: SIGTERM (default action)"; a label like "client 2" names the host itself. */
static void text_of(char *out, size_t bytes, const struct timeline *timeline, size_t index)
{
	const struct event *event = &timeline->events[index];
	struct row_words words;

	row_words_find(&words, timeline, event);
	if (strncmp(words.label, host_name(event->host), strlen(host_name(event->host))) == 0)
		snprintf(out, bytes, "%s: %s", words.label, words.text);
	else
		snprintf(out, bytes, "%s: %s%s%s", host_name(event->host), words.label,
			 *words.label ? ": " : "", words.text);
	replace_controls(out);
}

static int columns_of(const char *text)
{
	wchar_t wide[TEXT_BYTES];
	const size_t length = mbstowcs(wide, text, TEXT_BYTES);
	const int columns = length == (size_t)-1 ? -1 : wcswidth(wide, length);

	return columns < 0 ? (int)strlen(text) : columns;
}

static double milliseconds(const struct timeline *timeline, size_t index)
{
	return (double)(timeline->events[index].time_ns - timeline->started_ns) / 1e6;
}

static void print_row(FILE *out, const struct explanation *explanation, const struct chain_row *row,
		      enum language language)
{
	static const char *const again[] = {
		[ENGLISH] = "(as above)",
		[KOREAN] = "(위와 같다)",
	};
	static const char *const repeated[] = {
		[ENGLISH] = "  (and %d times before)",
		[KOREAN] = "  (그전에도 %d번)",
	};
	char text[TEXT_BYTES], sentence[SENTENCE_BYTES];
	const int indent = 3 * row->depth;
	int used;

	text_of(text, sizeof(text), explanation->timeline, row->event);
	used = indent + (row->depth ? 2 : 0) + columns_of(text);
	fprintf(out, "%9.3f  %*s%s%s%*s  %s", milliseconds(explanation->timeline, row->event),
		indent, "", row->depth ? "← " : "", text,
		used < TEXT_COLUMNS ? TEXT_COLUMNS - used : 0, "",
		row->known ? again[language]
			   : explain_sentence(explanation, row->event, language, sentence));
	if (row->repeated > 0)
		fprintf(out, repeated[language], row->repeated);
	fputc('\n', out);
}

void why_print(FILE *out, const struct explanation *explanation, size_t event,
	       enum language language)
{
	struct chain chain;

	chain_open(&chain, explanation, event);
	for (size_t i = 0; i < chain.count; i++)
		print_row(out, explanation, &chain.rows[i], language);
	chain_close(&chain);
}

static bool is_failure(const struct event *event)
{
	switch (event->kind) {
	case EVENT_PACKET:
		return event->wire.packet.kind == PACKET_TCP && event->wire.packet.flags & RST;
	case EVENT_RETURN:
		return event->call.error != 0;
	case EVENT_SIGNAL:
		return event->signal.disposition == DEFAULT_ACTION;
	case EVENT_END:
		return event->end.signal != 0;
	default:
		return false;
	}
}

size_t why_failure(const struct explanation *explanation, const struct expectation *expectations,
		   size_t count)
{
	size_t last = explanation->timeline->count - 1;
	bool found = false;

	for (size_t i = count; i-- > 0;) {
		if (!expectation_has_event(&expectations[i]) ||
		    expectations[i].event >= explanation->timeline->count)
			continue;
		if (is_failure(&explanation->timeline->events[expectations[i].event]))
			return expectations[i].event;
		if (!found)
			last = expectations[i].event;
		found = true;
	}
	return last;
}

void why_print_gaps(FILE *out, const struct explanation *explanation)
{
	const struct timeline *timeline = explanation->timeline;
	char text[TEXT_BYTES];

	for (size_t i = 0; i < timeline->count; i++) {
		if (explanation->reasons[i].rule)
			continue;
		text_of(text, sizeof(text), timeline, i);
		fprintf(out, "the lab has no explanation for %.3f %s; please report it\n",
			milliseconds(timeline, i), text);
	}
	for (size_t i = 0; i < explanation->debt_count; i++) {
		text_of(text, sizeof(text), timeline, explanation->debts[i].event);
		fprintf(out,
			"the lab has no explanation for what did not follow %.3f %s (%s); please "
			"report it\n",
			milliseconds(timeline, explanation->debts[i].event), text,
			explain_owed(&explanation->debts[i], ENGLISH));
	}
}

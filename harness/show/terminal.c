#include "show/terminal.h"

#include "show/ladder.h"

#include <string.h>
#include <stdlib.h>
#include <wchar.h>

enum { SIDE_COLUMNS = 40, WIRE_COLUMNS = 36, LINES_MOST = 1000 };

static const char *escape(const struct report *report, enum style style)
{
	static const char *const codes[] = {
		[PLAIN] = "\033[0m",  [DIM] = "\033[2m",      [BOLD] = "\033[1m",
		[RED] = "\033[1;31m", [GREEN] = "\033[1;32m",
	};
	return report->colour ? codes[style] : "";
}

/* One character: its bytes, and how many columns a terminal gives it. */
static size_t next_character(const char *text, int *columns)
{
	mbstate_t state = { 0 };
	wchar_t character;
	size_t bytes = mbrtowc(&character, text, MB_CUR_MAX, &state);

	if (bytes == 0 || bytes > MB_CUR_MAX) { /* the end, or no valid UTF-8 */
		*columns = *text != '\0';
		return *text != '\0';
	}
	*columns = wcwidth(character) < 0 ? 0 : wcwidth(character);
	return bytes;
}

static int columns_of(const char *text)
{
	int all = 0, one;

	while (*text) {
		text += next_character(text, &one);
		all += one;
	}
	return all;
}

/* Prints the text in exactly so many columns; what is too long ends in "…". */
static void print_cell(FILE *out, const char *text, int columns)
{
	bool fits = columns_of(text) <= columns;
	int left = fits ? columns : columns - 1, one;

	while (*text) {
		size_t bytes = next_character(text, &one);

		if (one > left)
			break;
		fwrite(text, 1, bytes, out);
		text += bytes;
		left -= one;
	}
	if (!fits)
		fputs("…", out);
	fprintf(out, "%*s", left, "");
}

/* Printing ------------------------------------------------------------------------------ */

/* "─── FIN,ACK seq=1 ack=1 ──▶" from the client, "◀── ... ───" to it. */
static void print_arrow(FILE *out, const struct line *line)
{
	const int room = WIRE_COLUMNS - 8 - columns_of(line->text);
	const char *left = line->host != CLIENT ? "◀── " : "─── ";
	const char *right = line->host != CLIENT ? "──" : "─▶";

	fprintf(out, "%s%s ", left, line->text);
	for (int i = 0; i < room; i++)
		fputs("─", out);
	fputs(right, out);
}

static void print_line(FILE *out, const struct report *report, const struct line *line)
{
	const int64_t since = line->time_ns - report->timeline->started_ns;

	if (line->host == ANY_HOST) {
		fprintf(out, "        %s%s%s\n", escape(report, line->style), line->text,
			escape(report, PLAIN));
		return;
	}
	fprintf(out, "%7.2f %s", (double)since / 1e6, escape(report, line->style));
	if (line->on_wire) {
		print_cell(out, "", SIDE_COLUMNS);
		print_arrow(out, line);
		if (line->host == ROUTER)
			fputs(" router", out);
	} else if (line->host != CLIENT) {
		print_cell(out, "", SIDE_COLUMNS + WIRE_COLUMNS + 1);
		fprintf(out, "%s%s", line->host == ROUTER ? "router: " : "", line->text);
	} else {
		fputs(line->text, out);
	}
	fprintf(out, "%s\n", escape(report, PLAIN));
}

void report_heading(FILE *out, const struct report *report)
{
	const struct timeline *timeline = report->timeline;
	char address[INET6_ADDRSTRLEN], text[64];

	fprintf(out, "%s%s%s   UNP %s   %s\n", escape(report, BOLD), report->name,
		escape(report, PLAIN), report->section, report->claim);
	fprintf(out, "     ms %s", escape(report, BOLD));
	snprintf(text, sizeof(text), "client %s",
		 address_text(&timeline->addresses[CLIENT], address));
	print_cell(out, text, SIDE_COLUMNS);
	print_cell(out, "                wire", WIRE_COLUMNS + 1);
	fprintf(out, "server %s", address_text(&timeline->addresses[SERVER], address));
	if (timeline->addresses[ROUTER].family)
		fprintf(out, " behind router %s",
			address_text(&timeline->addresses[ROUTER], address));
	fprintf(out, "%s\n", escape(report, PLAIN));
}

/* The lines in the ladder that tell of events from `from` on. */
static size_t count_lines(const struct ladder *ladder, size_t from)
{
	size_t count = 0;

	for (size_t i = 0; i < ladder->count; i++)
		count += ladder->lines[i].order >= from;
	return count;
}

/* Who an event is of shows in all events: the ladder is made of all, whatever is printed of it. */
void report_lines(FILE *out, const struct report *report, size_t from)
{
	struct ladder ladder;
	size_t count, line = 0;

	ladder_open(&ladder, report->timeline, report->verbose ? 0 : report->begins,
		    report->verbose ? LADDER_VERBOSE : LADDER_STORY);
	count = count_lines(&ladder, from);
	for (size_t i = 0; i < ladder.count; i++) {
		if (ladder.lines[i].order < from)
			continue;
		if (count > LINES_MOST && line == LINES_MOST / 2)
			fprintf(out, "        … %zu lines left out; the JSON has them all …\n",
				count - LINES_MOST);
		if (count <= LINES_MOST || line < LINES_MOST / 2 || line >= count - LINES_MOST / 2)
			print_line(out, report, &ladder.lines[i]);
		line++;
	}
	ladder_close(&ladder);
}

void report_story(FILE *out, const struct report *report)
{
	report_heading(out, report);
	report_lines(out, report, 0);
}

static void print_failure(FILE *out, const struct report *report,
			  const struct expectation *expectation)
{
	char wanted[256];

	expectation_wanted(wanted, sizeof(wanted), expectation);
	fprintf(out, "%sFAIL%s   %s:%d\n", escape(report, RED), escape(report, PLAIN),
		expectation->file, expectation->line);
	fprintf(out, "       wanted  %s\n", wanted);
	fprintf(out, "       seen    %s\n", expectation->seen);
}

void report_verdict(FILE *out, const struct report *report, const char *saved)
{
	size_t met = 0;

	for (size_t i = 0; i < report->expectation_count; i++) {
		if (report->expectations[i].verdict == VERDICT_UNMET) {
			print_failure(out, report, &report->expectations[i]);
			fprintf(out, "       %s\n", saved);
			return;
		}
		met += report->expectations[i].verdict == VERDICT_MET;
	}
	fprintf(out, "%sPASS%s   %zu expectations met   %s\n", escape(report, GREEN),
		escape(report, PLAIN), met, saved);
}

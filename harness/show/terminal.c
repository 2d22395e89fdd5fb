#include "show/terminal.h"

#include "show/rows.h"

#include <string.h>
#include <stdlib.h>
#include <wchar.h>

enum { SIDE_COLUMNS = 40, WIRE_COLUMNS = 36, ROWS_MOST = 1000 };

static const char *escape(const struct screen *screen, enum style style)
{
	static const char *const codes[] = {
		[PLAIN] = "\033[0m",  [DIM] = "\033[2m",      [BOLD] = "\033[1m",
		[RED] = "\033[1;31m", [GREEN] = "\033[1;32m",
	};
	return screen->colour ? codes[style] : "";
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
static void print_arrow(FILE *out, const char *text, bool is_from_client)
{
	const int room = WIRE_COLUMNS - 8 - columns_of(text);

	fprintf(out, "%s%s ", is_from_client ? "─── " : "◀── ", text);
	for (int i = 0; i < room; i++)
		fputs("─", out);
	fputs(is_from_client ? "─▶" : "──", out);
}

static void print_row(FILE *out, const struct run *run, const struct screen *screen,
		      const struct row *row)
{
	const int64_t since = row->time_ns - run->timeline->started_ns;
	char line[ROW_BYTES];

	row_line(run->timeline, row, line);
	if (row->side == ANY_HOST) {
		fprintf(out, "        %s%s%s\n", escape(screen, row->style), line,
			escape(screen, PLAIN));
		return;
	}
	fprintf(out, "%7.2f %s", (double)since / 1e6, escape(screen, row->style));
	if (row->on_wire) {
		print_cell(out, "", SIDE_COLUMNS);
		print_arrow(out, line, row->side == CLIENT);
		if (row->side == ROUTER)
			fputs(" router", out);
	} else if (row->side != CLIENT) {
		print_cell(out, "", SIDE_COLUMNS + WIRE_COLUMNS + 1);
		fprintf(out, "%s%s", row->side == ROUTER ? "router: " : "", line);
	} else {
		fputs(line, out);
	}
	fprintf(out, "%s\n", escape(screen, PLAIN));
}

void terminal_heading(FILE *out, const struct run *run, const struct screen *screen)
{
	const struct address *addresses = run->timeline->addresses;
	char address[INET6_ADDRSTRLEN], text[64];

	fprintf(out, "%s%s%s   UNP %s   %s\n", escape(screen, BOLD), run->name,
		escape(screen, PLAIN), run->section, run->claim);
	fprintf(out, "     ms %s", escape(screen, BOLD));
	snprintf(text, sizeof(text), "client %s", address_text(&addresses[CLIENT], address));
	print_cell(out, text, SIDE_COLUMNS);
	print_cell(out, "                wire", WIRE_COLUMNS + 1);
	fprintf(out, "server %s", address_text(&addresses[SERVER], address));
	if (addresses[ROUTER].family)
		fprintf(out, " behind router %s", address_text(&addresses[ROUTER], address));
	fprintf(out, "%s\n", escape(screen, PLAIN));
}

void terminal_rows(FILE *out, const struct run *run, const struct screen *screen, size_t from)
{
	struct rows rows;

	rows_open(&rows, run->timeline, run->begins, from,
		  screen->verbose ? ROWS_VERBOSE : ROWS_STORY);
	for (size_t i = 0; i < rows.count; i++) {
		if (rows.count > ROWS_MOST && i == ROWS_MOST / 2)
			fprintf(out, "        … %zu lines left out; the JSON has them all …\n",
				rows.count - ROWS_MOST);
		if (rows.count <= ROWS_MOST || i < ROWS_MOST / 2 || i >= rows.count - ROWS_MOST / 2)
			print_row(out, run, screen, &rows.rows[i]);
	}
	rows_close(&rows);
}

static void print_failure(FILE *out, const struct screen *screen,
			  const struct expectation *expectation)
{
	char wanted[256];

	expectation_wanted(wanted, sizeof(wanted), expectation);
	fprintf(out, "%sFAIL%s   %s:%d\n", escape(screen, RED), escape(screen, PLAIN),
		expectation->file, expectation->line);
	fprintf(out, "       wanted  %s\n", wanted);
	fprintf(out, "       seen    %s\n", expectation->seen);
}

void terminal_verdict(FILE *out, const struct run *run, const struct screen *screen,
		      const char *saved)
{
	size_t met = 0;

	for (size_t i = 0; i < run->expectation_count; i++) {
		if (run->expectations[i].verdict == VERDICT_UNMET) {
			print_failure(out, screen, &run->expectations[i]);
			fprintf(out, "       %s\n", saved);
			return;
		}
		met += run->expectations[i].verdict == VERDICT_MET;
	}
	fprintf(out, "%sPASS%s   %zu expectations met   %s\n", escape(screen, GREEN),
		escape(screen, PLAIN), met, saved);
}

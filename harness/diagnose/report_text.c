#include "diagnose/report_words.h"

#include "diagnose/notes.h"

#include <string.h>

/* So many conversations are shown each; of more, an example of each kind. */
enum { SHOWN_MOST = 8, FRAMES_SHOWN = 6, LINE_BYTES = 160 };

struct printer {
	const struct report *report;
	enum language language;
	FILE *out;
};

static void put(const struct printer *printer, const struct words *words,
		const struct filling *filling)
{
	static const struct filling nothing = { .text = "" };

	print_words(printer->out, words, printer->language, filling ? filling : &nothing);
}

static void put_phrase(const struct printer *printer, enum phrase phrase, unsigned long n)
{
	put(printer, &phrases[phrase], &(struct filling){ .n = n, .text = printer->report->path });
}

static void endpoint_text(char out[static 64], const struct wire *wire, uint32_t endpoint)
{
	const struct address address = wire_address(wire, endpoint);
	char buf[INET6_ADDRSTRLEN];

	snprintf(out, 64, address.family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 address_text(&address, buf), wire_port(wire, endpoint));
}

static void vlan_text(char out[static 32], uint32_t vlan)
{
	if (vlan == 0)
		*out = '\0';
	else if (vlan >> 12 == 0)
		snprintf(out, 32, "  VLAN %u", vlan);
	else
		snprintf(out, 32, "  VLAN %u.%u", vlan >> 12 & 0xfff, vlan & 0xfff);
}

/* "PSH,ACK seq=7 ack=7 len=15", with numbers that count from the first of each side. */
static void segment_text(char out[static LINE_BYTES], const struct facts *facts,
			 const struct segment *segment)
{
	const enum side_name by = side_of(facts, segment);
	const uint32_t from = facts->side[by].start, to = facts->side[!by].start;
	char flags[48], ack[24] = "", length[24] = "", window[16] = "";

	if (segment->trouble) {
		snprintf(out, LINE_BYTES, "ICMP %u/%u seq=%u", segment->icmp_type,
			 segment->icmp_code, segment->seq - from);
		return;
	}
	if (segment->flags & ACK)
		snprintf(ack, sizeof(ack), " ack=%u", segment->ack - to);
	if (segment->bytes > 0)
		snprintf(length, sizeof(length), " len=%u", segment->bytes);
	if (segment->window == 0 && !(segment->flags & RST))
		snprintf(window, sizeof(window), " win=0");
	snprintf(out, LINE_BYTES, "%s seq=%u%s%s%s", flags_text(segment->flags, flags),
		 segment->seq - from, ack, length, window);
}

static void put_evidence(const struct printer *printer, const struct facts *facts,
			 const struct evidence *evidence)
{
	const double s = (double)(evidence->time_ns - facts->wire->first_ns) / 1e9;
	char text[LINE_BYTES] = "ARP/ND: who has …?";
	const char *by = "";

	if (evidence->segment) {
		segment_text(text, facts, evidence->segment);
		by = evidence->segment->trouble                         ? ""
		     : side_of(facts, evidence->segment) == CLIENT_SIDE ? "──▶"
									: "◀──";
	}
	fprintf(printer->out, "      %7u  %12.6f  %s%s%s\n", evidence->frame, s, by,
		*by ? "  " : "", text);
}

static bool is_before(const struct evidence *one, const struct evidence *other)
{
	return one->time_ns != other->time_ns ? one->time_ns < other->time_ns
					      : one->frame < other->frame;
}

static void put_frames(const struct printer *printer, const struct facts *facts,
		       const struct finding *finding)
{
	struct evidence sorted[EVIDENCE_MOST];
	const int count = finding->evidence_count;

	memcpy(sorted, finding->evidence, sizeof(sorted));
	for (int i = 1; i < count; i++)
		for (int j = i; j > 0 && is_before(&sorted[j], &sorted[j - 1]); j--) {
			struct evidence swap = sorted[j];
			sorted[j] = sorted[j - 1];
			sorted[j - 1] = swap;
		}
	for (int i = 0; i < count; i++) {
		if (count > FRAMES_SHOWN && i == FRAMES_SHOWN / 2) {
			fprintf(printer->out, "          ...\n");
			i = count - FRAMES_SHOWN / 2;
		}
		put_evidence(printer, facts, &sorted[i]);
	}
}

/* "    The wire cannot tell ...", when there is anything of it. */
static void put_line(const struct printer *printer, enum phrase phrase, const struct words *words,
		     const struct filling *filling)
{
	if (!words->in[printer->language])
		return;
	fputs("    ", printer->out);
	put_phrase(printer, phrase, 0);
	put(printer, words, filling);
	fputc('\n', printer->out);
}

static void put_scenario(const struct printer *printer, const struct row *row)
{
	const char *scenario = scenario_of(row);

	if (!scenario || strcmp(scenario, "normal") == 0)
		return;
	fputs("    ", printer->out);
	put_phrase(printer,
		   row->kind == ROW_FAILURE || row->kind == ROW_HEALTHY ? PHRASE_LIVE
									: PHRASE_COMPARE,
		   0);
	fprintf(printer->out, "make scenario-%s\n", scenario);
}

static void put_finding(const struct printer *printer, const struct facts *facts,
			const struct finding *finding)
{
	const struct row *row = finding->row;
	const struct filling filling = {
		.x = finding->x, .n = finding->n, .lasted_ns = finding->lasted_ns, .text = ""
	};

	fputs("  ", printer->out);
	if (row->kind == ROW_UNKNOWN)
		put_phrase(printer, PHRASE_UNKNOWN, 0);
	fprintf(printer->out, "%s: ", row->id);
	put(printer, &row->says, &filling);
	fputc('\n', printer->out);
	put_frames(printer, facts, finding);
	if (row->also) {
		fputs("    ", printer->out);
		put_phrase(printer, PHRASE_ALSO, 0);
		for (const char *at = row->also; *at; at++)
			fputs(*at == ' ' ? ", " : (char[]){ *at, '\0' }, printer->out);
		fputc('\n', printer->out);
	}
	put_line(printer, PHRASE_CANNOT, &row->cannot, &filling);
	put_line(printer, PHRASE_DECIDES, &row->decides, &filling);
	put_scenario(printer, row);
}

static void put_notes(const struct printer *printer, const struct facts *facts)
{
	struct note notes[NOTES_MOST];
	const int count = find_notes(facts, notes);

	for (int i = 0; i < count; i++) {
		fputs("    ", printer->out);
		put_phrase(printer, PHRASE_NOTE, 0);
		put(printer, &notes[i].says,
		    &(struct filling){ .x = notes[i].x, .n = notes[i].n, .text = "" });
		fputs(".\n", printer->out);
	}
}

static void put_conversation(const struct printer *printer, size_t index)
{
	const struct wire *wire = printer->report->wire;
	const struct conversation *conversation = &wire->conversations[index];
	struct finding findings[FINDINGS_MOST];
	char client[64], server[64], vlan[32];
	struct facts facts;
	uint32_t last = 0;
	int count;

	facts_find(&facts, wire, conversation);
	count = diagnose(&facts, findings);
	for (const struct segment *s = facts.first; s <= facts.last; s++)
		last = s->frame > last ? s->frame : last;
	endpoint_text(client, wire, facts.side[CLIENT_SIDE].endpoint);
	endpoint_text(server, wire, facts.side[SERVER_SIDE].endpoint);
	vlan_text(vlan, wire_flow(wire, conversation->flow).vlan);
	fprintf(printer->out, "\n%zu  %s → %s%s  (", index + 1, client, server, vlan);
	put_phrase(printer, PHRASE_FRAMES, 0);
	fprintf(printer->out, " %u-%u)\n", conversation->first_frame, last);
	for (int i = 0; i < count; i++)
		put_finding(printer, &facts, &findings[i]);
	put_notes(printer, &facts);
}

static void put_lonely(const struct printer *printer, const struct lonely *lonely)
{
	const struct wire *wire = printer->report->wire;
	const struct address asker = wire_host_address(wire, lonely->asker);
	const struct address target = wire_host_address(wire, lonely->target);
	char from[INET6_ADDRSTRLEN], to[INET6_ADDRSTRLEN], text[LINE_BYTES];
	const struct filling filling = { .n = lonely->count,
					 .lasted_ns = lonely->lasted_ns,
					 .text = text };

	snprintf(text, sizeof(text),
		 printer->language == KOREAN ? "%s에서 %s의 주소를 묻습니다" : "%s asks who has %s",
		 address_text(&asker, from), address_text(&target, to));
	fprintf(printer->out, "\n-  %s → %s  (", from, to);
	put_phrase(printer, PHRASE_FRAMES, 0);
	fprintf(printer->out, " %u-%u)\n  %s: ", lonely->first_frame, lonely->last_frame,
		row_lonely.id);
	put(printer, &row_lonely.says, &filling);
	fputc('\n', printer->out);
	put_line(printer, PHRASE_CANNOT, &row_lonely.cannot, &filling);
	put_line(printer, PHRASE_DECIDES, &row_lonely.decides, &filling);
	put_scenario(printer, &row_lonely);
}

static void put_head(const struct printer *printer)
{
	const struct report *report = printer->report;
	struct words notes[8];
	unsigned int n[8];
	const int count = reading_notes(report, notes, n);

	put_phrase(printer, PHRASE_HEAD, report->wire->frames);
	if (report->wire->tcp_frames > 0) {
		fputs(", ", printer->out);
		put_phrase(printer, PHRASE_TCP, report->wire->tcp_frames);
	}
	if (report->wire->conversation_count > 0) {
		fputs(", ", printer->out);
		put_phrase(printer, PHRASE_CONNECTIONS, report->wire->conversation_count);
	}
	fputc('\n', printer->out);
	for (int i = 0; i < count; i++) {
		put_phrase(printer, PHRASE_NOTE, 0);
		put(printer, &notes[i], &(struct filling){ .n = n[i], .text = "" });
		fputs(".\n", printer->out);
	}
	if (report->wire->tcp_frames == 0 && report->lonely_count == 0) {
		put_phrase(printer, PHRASE_NO_TCP, 0);
		fputc('\n', printer->out);
	}
}

/* The kinds, the most frequent first, each with where to find an example. */
static void put_tallies(const struct printer *printer)
{
	const struct report *report = printer->report;

	fputc('\n', printer->out);
	for (int i = 0; i < report->tally_count; i++) {
		const struct tally *tally = &report->tallies[i];

		fprintf(printer->out, "%9zu  %-32s  ", tally->count, tally->row->id);
		put_phrase(printer, PHRASE_EXAMPLE, tally->example + 1);
		fputc('\n', printer->out);
	}
	put_phrase(printer, PHRASE_EXAMPLES, 0);
	fputc('\n', printer->out);
}

/* Of one sort of row; a conversation that is the example of two is shown once. */
static void put_examples(const struct printer *printer, enum row_kind kind)
{
	const struct report *report = printer->report;

	for (int i = 0; i < report->tally_count; i++) {
		bool is_new = report->tallies[i].row->kind == kind;

		for (int j = 0; j < report->tally_count; j++)
			if (report->tallies[j].example == report->tallies[i].example)
				is_new &= j >= i || report->tallies[j].row->kind > kind;
		if (is_new)
			put_conversation(printer, report->tallies[i].example);
	}
}

void report_text(const struct report *report, FILE *out)
{
	const struct printer printer = { report, report->language, out };
	const bool all = report->all || report->wire->conversation_count <= SHOWN_MOST;

	put_head(&printer);
	if (!all) {
		put_tallies(&printer);
		for (enum row_kind kind = ROW_FAILURE; kind <= ROW_HEALTHY; kind++)
			put_examples(&printer, kind);
	}
	for (size_t i = 0; all && i < report->wire->conversation_count; i++)
		put_conversation(&printer, i);
	for (int i = 0; i < report->lonely_count; i++)
		put_lonely(&printer, &report->lonely[i]);
	if (report->recognised == 0 && report->wire->tcp_frames > 0) {
		fputc('\n', out);
		put_phrase(&printer, PHRASE_NONE_RECOGNISED, 0);
		fputc('\n', out);
	}
}

/* The same for programs: one object; its conversations are written one by one, as there may be
 * many. */
#include "diagnose/report_words.h"

#include "base/fail.h"
#include "diagnose/notes.h"

#include <jansson.h>
#include <stdlib.h>

static const char *const kind_names[] = {
	[ROW_FAILURE] = "failure",
	[ROW_HEALTHY] = "healthy",
	[ROW_ALIVE] = "alive",
	[ROW_UNKNOWN] = "unknown",
};

static const char *const end_names[] = {
	[CAPTURE_GOES_ON] = "unread",  [CAPTURE_WHOLE] = "whole", [CAPTURE_CUT] = "cut",
	[CAPTURE_DAMAGED] = "damaged", [CAPTURE_EMPTY] = "empty", [CAPTURE_LONG] = "long",
};

/* Writes one value and lets go of it. */
static void write(FILE *out, json_t *value)
{
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	if (!text)
		broken("write", "the JSON");
	fputs(text, out);
	free(text);
	json_decref(value);
}

static void set_words(json_t *object, const char *name, const struct words *words,
		      enum language language, const struct filling *filling)
{
	char *text;

	if (!words->in[language])
		return;
	text = words_text(words, language, filling);
	json_object_set_new(object, name, json_string(text));
	free(text);
}

static json_t *split(const char *ids)
{
	json_t *array = json_array();

	for (const char *at = ids; at && *at;) {
		size_t length = 0;

		while (at[length] && at[length] != ' ')
			length++;
		json_array_append_new(array, json_stringn(at, length));
		at += length + (at[length] == ' ');
	}
	return array;
}

static json_t *frames_of(const struct finding *finding)
{
	json_t *array = json_array();
	uint32_t after = 0;

	/* in order: the least one that is more than the last */
	for (int i = 0; i < finding->evidence_count; i++) {
		uint32_t least = UINT32_MAX;

		for (int j = 0; j < finding->evidence_count; j++)
			if (finding->evidence[j].frame > after &&
			    finding->evidence[j].frame < least)
				least = finding->evidence[j].frame;
		if (least == UINT32_MAX)
			break;
		json_array_append_new(array, json_integer(least));
		after = least;
	}
	return array;
}

static json_t *row_object(const struct row *row, enum language language,
			  const struct filling *filling)
{
	json_t *object = json_object();
	const char *scenario = scenario_of(row);

	json_object_set_new(object, "id", json_string(row->id));
	json_object_set_new(object, "kind", json_string(kind_names[row->kind]));
	json_object_set_new(object, "or", split(row->also));
	json_object_set_new(object, "scenario",
			    row->kind == ROW_FAILURE || row->kind == ROW_HEALTHY
				    ? json_string(scenario)
				    : json_null());
	json_object_set_new(object, "nearest", scenario ? json_string(scenario) : json_null());
	set_words(object, "says", &row->says, language, filling);
	set_words(object, "cannot_tell", &row->cannot, language, filling);
	set_words(object, "what_would", &row->decides, language, filling);
	return object;
}

static json_t *finding_object(const struct finding *finding, enum language language)
{
	const struct filling filling = {
		.x = finding->x, .n = finding->n, .lasted_ns = finding->lasted_ns, .text = ""
	};
	json_t *object = row_object(finding->row, language, &filling);

	json_object_set_new(object, "by",
			    json_string(finding->x == CLIENT_SIDE ? "client" : "server"));
	json_object_set_new(object, "frames", frames_of(finding));
	return object;
}

static json_t *end_object(const struct wire *wire, uint32_t endpoint)
{
	const struct address address = wire_address(wire, endpoint);
	char buf[INET6_ADDRSTRLEN];

	return json_pack("{s:s, s:i}", "address", address_text(&address, buf), "port",
			 (int)wire_port(wire, endpoint));
}

static json_t *notes_array(const struct facts *facts, enum language language)
{
	struct note notes[NOTES_MOST];
	const int count = find_notes(facts, notes);
	json_t *array = json_array();

	for (int i = 0; i < count; i++) {
		json_t *object = json_pack("{s:s}", "id", notes[i].id);
		set_words(object, "says", &notes[i].says, language,
			  &(struct filling){ .x = notes[i].x, .n = notes[i].n, .text = "" });
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *conversation_object(const struct report *report, size_t index)
{
	const struct wire *wire = report->wire;
	const struct conversation *conversation = &wire->conversations[index];
	struct finding findings[FINDINGS_MOST];
	json_t *object = json_object(), *array = json_array();
	struct facts facts;
	int count;

	facts_find(&facts, wire, conversation);
	count = diagnose(&facts, findings);
	for (int i = 0; i < count; i++)
		json_array_append_new(array, finding_object(&findings[i], report->language));
	json_object_set_new(object, "number", json_integer((json_int_t)index + 1));
	json_object_set_new(object, "client", end_object(wire, facts.side[CLIENT_SIDE].endpoint));
	json_object_set_new(object, "server", end_object(wire, facts.side[SERVER_SIDE].endpoint));
	json_object_set_new(object, "roles_are_a_guess", json_boolean(facts.is_guess));
	json_object_set_new(object, "vlan", json_integer(wire_flow(wire, conversation->flow).vlan));
	json_object_set_new(object, "first_frame", json_integer(conversation->first_frame));
	json_object_set_new(object, "segments", json_integer((json_int_t)conversation->count));
	json_object_set_new(object, "copies", json_integer(conversation->copies));
	json_object_set_new(object, "findings", array);
	json_object_set_new(object, "notes", notes_array(&facts, report->language));
	return object;
}

static json_t *lonely_object(const struct report *report, const struct lonely *lonely)
{
	const struct address asker = wire_host_address(report->wire, lonely->asker);
	const struct address target = wire_host_address(report->wire, lonely->target);
	const struct filling filling = { .n = lonely->count,
					 .lasted_ns = lonely->lasted_ns,
					 .text = "ARP" };
	json_t *object = row_object(&row_lonely, report->language, &filling);
	char buf[INET6_ADDRSTRLEN];

	json_object_set_new(object, "asker", json_string(address_text(&asker, buf)));
	json_object_set_new(object, "target", json_string(address_text(&target, buf)));
	json_object_set_new(object, "frames",
			    json_pack("[i, i]", (int)lonely->first_frame, (int)lonely->last_frame));
	return object;
}

static json_t *reading_object(const struct report *report)
{
	const struct wire *wire = report->wire;

	return json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:i}", "end", end_names[report->end],
			 "frames", (int)wire->frames, "tcp", (int)wire->tcp_frames, "copies",
			 (int)wire->copies, "damaged", (int)wire->damaged, "not_read",
			 (int)wire->unknown_links, "out_of_order", (int)wire->out_of_order);
}

static json_t *kinds_array(const struct report *report)
{
	json_t *array = json_array();

	for (int i = 0; i < report->tally_count; i++) {
		const struct tally *tally = &report->tallies[i];

		json_array_append_new(array, json_pack("{s:s, s:s, s:I, s:I}", "id", tally->row->id,
						       "kind", kind_names[tally->row->kind],
						       "count", (json_int_t)tally->count, "example",
						       (json_int_t)tally->example + 1));
	}
	return array;
}

void report_json(const struct report *report, FILE *out)
{
	fputs("{\"schema\":\"brokenpipe-diagnosis/1\",\"file\":", out);
	write(out, json_string(report->path));
	fputs(",\"reading\":", out);
	write(out, reading_object(report));
	fprintf(out, ",\"recognised\":%s,\"kinds\":", report->recognised ? "true" : "false");
	write(out, kinds_array(report));
	fputs(",\"unanswered_arp\":[", out);
	for (int i = 0; i < report->lonely_count; i++) {
		fputs(i ? ",\n" : "\n", out);
		write(out, lonely_object(report, &report->lonely[i]));
	}
	fputs("],\"conversations\":[", out);
	for (size_t i = 0; i < report->wire->conversation_count; i++) {
		fputs(i ? ",\n" : "\n", out);
		write(out, conversation_object(report, i));
	}
	fputs("]}\n", out);
}

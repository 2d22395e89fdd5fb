#include "explain/document.h"

#include "explain/duty.h"

static const char introduction[] =
	"# Why: the rules\n"
	"\n"
	"Made by `make reference` from the tables in harness/explain/; not to be edited.\n"
	"\n"
	"Each event of a run has one of these rules as its reason (`make why-NAME`). A rule names the "
	"events that caused it; a root is an act of the lab, and has no cause. {fields} are the "
	"event's; {cause} is its first cause. A counter is one of /proc/net/snmp, snmp6 or netstat "
	"of the event's host, which ticks when the rule explains an event.\n";

static const char *kind_name(enum event_kind kind)
{
	static const char *const names[EVENT_KINDS] = {
		[EVENT_SCENE] = "scene",   [EVENT_ACTION] = "action",   [EVENT_PACKET] = "packet",
		[EVENT_ENTER] = "entry",   [EVENT_RETURN] = "return",   [EVENT_FORK] = "fork",
		[EVENT_SIGNAL] = "signal", [EVENT_END] = "end",         [EVENT_STATE] = "state",
		[EVENT_BACKOFF] = "timer", [EVENT_PROCESS] = "process", [EVENT_OUTPUT] = "output",
	};

	return names[kind];
}

static void put_rule(FILE *out, const struct rule *rule)
{
	fprintf(out, "| `%s` | %s", rule->id, kind_name(rule->kind));
	for (const char *at = rule->call ? rule->call : ""; *at; at++) {
		if (at == rule->call)
			fputs(" of ", out);
		fputs(*at == '|' ? ", " : (char[]){ *at, '\0' }, out);
	}
	fprintf(out, " | %s | %s | %s | %s | %s |\n", rule->condition, rule->english, rule->korean,
		rule->source, rule->counter ? rule->counter : "");
}

void rules_document(FILE *out)
{
	fputs(introduction, out);
	for (const struct rule_table *table = rule_tables; table->rules; table++) {
		fprintf(out,
			"\n## %s\n\n"
			"| rule | event | condition | reason | 이유 | source | counter |\n"
			"|---|---|---|---|---|---|---|\n",
			table->title);
		for (const struct rule *rule = table->rules; rule->id; rule++)
			put_rule(out, rule);
	}
	fputs("\n## What must follow\n\n"
	      "A duty is held against a run where it can be decided: the other side has gone on "
	      "without it, or the record goes on for longer than it may take.\n\n"
	      "| duty | what is owed | 따라야 하는 것 | source |\n|---|---|---|---|\n",
	      out);
	for (const struct duty *const *table = duty_tables; *table; table++)
		for (const struct duty *duty = *table; duty->id; duty++)
			fprintf(out, "| `%s` | %s | %s | %s |\n", duty->id, duty->english,
				duty->korean, duty->source);
}

/* Explains runs that were written down: what no rule explains, and how often each rule held. */
#include "explain/chain.h"
#include "explain/sentence.h"
#include "explain/duty.h"
#include "base/clock.h"
#include "base/fail.h"
#include "tests/support/recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void describe(char *out, size_t bytes, const struct timeline *timeline, size_t index)
{
	const struct event *event = &timeline->events[index];
	char line[256], name[16];
	int n = snprintf(out, bytes, "%4zu %9.3f %s %d ", index,
			 (double)(event->time_ns - timeline->started_ns) / 1e6,
			 host_name(event->host), event->pid);

	out += n;
	bytes -= (size_t)n;
	switch (event->kind) {
	case EVENT_ACTION:
		snprintf(out, bytes, "%s", event->action.text);
		return;
	case EVENT_SCENE:
	case EVENT_OUTPUT:
		snprintf(out, bytes, "%s", event->text);
		return;
	case EVENT_PACKET:
		packet_text(line, sizeof(line), &event->wire.packet, event->wire.first_seq,
			    event->wire.first_ack);
		snprintf(out, bytes, "%s", line);
		return;
	case EVENT_ENTER:
		snprintf(out, bytes, "%s(%s) ...", event->call.name, event->call.args);
		return;
	case EVENT_RETURN:
		snprintf(out, bytes, "%s(%s) = %lld %s%s", event->call.name, event->call.args,
			 (long long)event->call.result,
			 event->call.error ? errno_name(event->call.error, name) : "",
			 event->call.ending == CALL_RESTARTED ? "restarted" : "");
		return;
	case EVENT_SIGNAL:
		snprintf(out, bytes, "%s %s", signal_name(event->signal.number, name),
			 disposition_name(event->signal.disposition));
		return;
	case EVENT_STATE:
		snprintf(out, bytes, "%u/%u %s -> %s",
			 timeline->sockets[event->state.socket].local_port,
			 timeline->sockets[event->state.socket].remote_port,
			 tcp_state_name(event->state.from), tcp_state_name(event->state.to));
		return;
	case EVENT_BACKOFF:
		snprintf(out, bytes, "backoff %d -> %d", event->backoff.from_times,
			 event->backoff.times);
		return;
	case EVENT_END:
		snprintf(out, bytes, "end %d signal %d", event->end.status, event->end.signal);
		return;
	case EVENT_FORK:
		snprintf(out, bytes, "fork %d", event->child);
		return;
	case EVENT_PROCESS:
		snprintf(out, bytes, "ps %c %s", event->process.state, event->process.wait_channel);
		return;
	case EVENT_KINDS:
		return;
	}
}

static size_t fired[512];
static const char *ids[512];

static void count(const char *id)
{
	for (int i = 0; i < 512; i++) {
		if (!ids[i])
			ids[i] = id;
		if (ids[i] == id) {
			fired[i]++;
			return;
		}
	}
}

static size_t root_of(const struct explanation *explanation, size_t event)
{
	for (size_t steps = 0; steps < explanation->timeline->count; steps++) {
		const struct reason *reason = &explanation->reasons[event];

		if (!reason->rule || reason->rule->is_root)
			return event;
		if (!reason->cause_count)
			return event;
		event = explanation->causes[reason->first_cause];
	}
	return SIZE_MAX;
}

/* What was found in all records. */
struct totals {
	size_t events, unexplained, ambiguous, rootless, debts;
	int64_t took_ns;
};

static bool has_root(const struct explanation *explanation, size_t event)
{
	const size_t root = root_of(explanation, event);

	return root != SIZE_MAX && explanation->reasons[root].rule &&
	       explanation->reasons[root].rule->is_root;
}

static void print_reason(const struct explanation *explanation, const char *path, size_t event,
			 bool all)
{
	const struct reason *reason = &explanation->reasons[event];
	char line[512];

	describe(line, sizeof(line), explanation->timeline, event);
	if (all) {
		printf("%s [%s]%s", line, reason->rule ? reason->rule->id : "???",
		       reason->others ? " AMBIGUOUS" : "");
		for (int c = 0; c < reason->cause_count; c++)
			printf(" <%zu", explanation->causes[reason->first_cause + c]);
		printf("\n");
	} else if (!reason->rule) {
		printf("%s: ? %s\n", path, line);
	} else if (reason->others) {
		printf("%s: 2 %s [%s]\n", path, line, reason->rule->id);
	} else if (!has_root(explanation, event)) {
		printf("%s: rootless %s [%s]\n", path, line, reason->rule->id);
	}
}

static void print_debts(const struct explanation *explanation, const char *path)
{
	char line[512];

	for (size_t d = 0; d < explanation->debt_count; d++) {
		describe(line, sizeof(line), explanation->timeline, explanation->debts[d].event);
		printf("%s: ! %s %s\n", path, explanation->debts[d].duty->id, line);
	}
}

static bool explain_record(struct totals *totals, const char *path, bool all)
{
	struct explanation explanation;
	struct timeline timeline;
	int64_t began;

	if (recorded_open(&timeline, path) < 0)
		return false;
	began = monotonic_ns();
	explain_open(&explanation, &timeline);
	totals->took_ns += monotonic_ns() - began;
	totals->events += timeline.count;
	totals->unexplained += explanation.unexplained;
	totals->ambiguous += explanation.ambiguous;
	totals->debts += explanation.debt_count;
	for (size_t event = 0; event < timeline.count; event++) {
		const struct rule *rule = explanation.reasons[event].rule;

		if (rule)
			count(rule->id);
		totals->rootless += rule && !has_root(&explanation, event);
		print_reason(&explanation, path, event, all);
	}
	print_debts(&explanation, path);
	explain_close(&explanation);
	timeline_close(&timeline);
	return true;
}

static size_t times_fired(const char *id)
{
	for (int i = 0; i < 512 && ids[i]; i++)
		if (ids[i] == id)
			return fired[i];
	return 0;
}

static void print_coverage(void)
{
	for (const struct rule_table *table = rule_tables; table->rules; table++)
		for (const struct rule *rule = table->rules; rule->id; rule++)
			printf("%6zu %s\n", times_fired(rule->id), rule->id);
}

int main(int argc, char **argv)
{
	struct totals totals = { 0 };
	bool all = false;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--all") == 0)
			all = true;
		else if (!explain_record(&totals, argv[i], all))
			return 1;
	}
	if (getenv("COVERAGE"))
		print_coverage();
	printf("%zu events, %zu unexplained, %zu ambiguous, %zu without a root, %zu debts, %.3f ms\n",
	       totals.events, totals.unexplained, totals.ambiguous, totals.rootless, totals.debts,
	       (double)totals.took_ns / 1e6);
	return totals.unexplained > 0;
}

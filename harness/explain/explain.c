#include "explain/explain.h"

#include "base/memory.h"
#include "base/text.h"
#include "explain/duty.h"
#include "explain/moment.h"

#include <stdlib.h>
#include <string.h>

const struct rule_table rule_tables[] = {
	{ "The lab, its looks, output", rules_lab },
	{ "Signals, children, ends", rules_process },
	{ "Calls begin", rules_enter },
	{ "Calls return: signals and processes", rules_return },
	{ "Calls return: sockets", rules_socket },
	{ "Calls return: accept, connect", rules_connect },
	{ "Calls return: read", rules_read },
	{ "Calls return: write", rules_write },
	{ "Calls return: poll, select, epoll_wait", rules_poll },
	{ "Neighbours, ICMP", rules_neighbour },
	{ "Segments: handshake, data, probes", rules_segment },
	{ "Segments sent again", rules_again },
	{ "FIN and RST", rules_end },
	{ "ACK", rules_ack },
	{ "TCP states", rules_state },
	{ "The retransmission timer", rules_timer },
	{ 0 },
};

/* The rules by the kind of event that they explain. */
struct index {
	struct rows rules[EVENT_KINDS]; /* const struct rule * */
};

static void index_open(struct index *index)
{
	for (const struct rule_table *table = rule_tables; table->rules; table++)
		for (const struct rule *rule = table->rules; rule->id; rule++)
			rows_add_pointer(&index->rules[rule->kind], rule);
}

static void index_close(struct index *index)
{
	for (int kind = 0; kind < EVENT_KINDS; kind++)
		rows_free(&index->rules[kind]);
}

/* What processes do is of a process that the record has seen begin. */
static bool has_subject(const struct moment *moment)
{
	switch (moment->event->kind) {
	case EVENT_ENTER:
	case EVENT_RETURN:
	case EVENT_FORK:
	case EVENT_SIGNAL:
	case EVENT_END:
	case EVENT_PROCESS:
		return moment->pcb != NULL;
	default:
		return true;
	}
}

/* The first rule that holds is the reason; how many more would hold is counted. */
static void find_reason(struct explanation *explanation, struct moment *moment,
			const struct index *index, struct rows *causes)
{
	const enum event_kind kind = moment->event->kind;
	struct reason *reason = &explanation->reasons[moment->index];
	const struct rule *const *rules = index->rules[kind].at;

	for (size_t i = 0; has_subject(moment) && i < index->rules[kind].count; i++) {
		const struct rule *rule = rules[i];

		if (rule->call && !name_matches(rule->call, moment->event->call.family))
			continue;
		moment->cause_count = 0;
		if (!rule->holds(moment))
			continue;
		if (kind == EVENT_RETURN) /* every return has its entry as a cause, too */
			because(moment, moment->event->call.entered);
		if (reason->rule) {
			reason->others++;
			continue;
		}
		reason->rule = rule;
		reason->first_cause = causes->count;
		reason->cause_count = moment->cause_count;
		for (int cause = 0; cause < moment->cause_count; cause++)
			*(size_t *)rows_add(causes, sizeof(size_t)) = moment->causes[cause];
	}
	explanation->unexplained += !reason->rule;
	explanation->ambiguous += reason->others > 0;
}

static void take(struct world *world, struct moment *moment)
{
	switch (moment->event->kind) {
	case EVENT_ACTION:
		world_take_action(world, moment);
		return;
	case EVENT_PACKET:
		world_take_packet(world, moment);
		return;
	case EVENT_ENTER:
	case EVENT_RETURN:
		world_take_call(world, moment);
		return;
	case EVENT_FORK:
	case EVENT_SIGNAL:
	case EVENT_END:
		world_take_process(world, moment);
		return;
	case EVENT_STATE:
	case EVENT_BACKOFF:
		world_take_state(world, moment);
		return;
	case EVENT_SCENE:
	case EVENT_PROCESS:
	case EVENT_OUTPUT:
	case EVENT_KINDS:
		return;
	}
}

/* Before the world takes the event, and (moment NULL) when all were taken. */
static void look_at_duties(struct debts *debts, const struct world *world,
			   const struct moment *moment)
{
	for (const struct duty *const *table = duty_tables; *table; table++)
		for (const struct duty *duty = *table; duty->id; duty++) {
			debts->duty = duty;
			if (moment && duty->at_event)
				duty->at_event(debts, world, moment);
			if (!moment && duty->at_end)
				duty->at_end(debts, world);
		}
}

void explain_open(struct explanation *explanation, const struct timeline *timeline)
{
	struct index index = { 0 };
	struct world *world = xcalloc(1, sizeof(*world));
	struct rows causes = { 0 };
	struct debts debts = { 0 };

	*explanation = (struct explanation){ .timeline = timeline };
	explanation->reasons = xcalloc(timeline->count + 1, sizeof(*explanation->reasons));
	index_open(&index);
	world_open(world, timeline);
	for (size_t i = 0; i < timeline->count; i++) {
		struct moment moment;

		world->now = i;
		moment_open(&moment, world, world->order[i]);
		world->now_ns = moment.event->time_ns;
		find_reason(explanation, &moment, &index, &causes);
		look_at_duties(&debts, world, &moment);
		take(world, &moment);
		debts.last = moment.index;
	}
	if (timeline->count > 0)
		look_at_duties(&debts, world, NULL);
	explanation->debts = debts.rows.at;
	explanation->debt_count = debts.rows.count;
	explanation->causes = causes.at;
	explanation->all_causes = causes.count;
	world_close(world);
	free(world);
	index_close(&index);
}

void explain_close(struct explanation *explanation)
{
	free(explanation->reasons);
	free(explanation->causes);
	free(explanation->debts);
	memset(explanation, 0, sizeof(*explanation));
}

const char *explain_rule(const struct explanation *explanation, size_t event)
{
	const struct rule *rule = explanation->reasons[event].rule;

	return rule ? rule->id : NULL;
}

/* What the lab does: programs are started, typed at and killed; hosts and ways are broken. */
#include "explain/rule.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

static void start(struct world *world, const struct moment *moment)
{
	struct pcb *pcb;

	if (!moment->event->pid)
		return; /* who is not observed */
	pcb = world_add_pcb(world, moment->event->pid, moment->event->host);
	pcb->born = moment->index;
}

static void type_at(const struct moment *moment)
{
	if (moment->pcb)
		*(struct typed *)rows_add(&moment->pcb->typed, sizeof(struct typed)) =
			(struct typed){ moment->index, moment->event->action.line };
}

static void send_signal(struct world *world, const struct moment *moment)
{
	const struct action *action = &moment->event->action;
	struct pcb *const *all = world->all_pcbs.at;

	for (size_t i = 0; i < world->all_pcbs.count; i++)
		if (action->to_pid ? all[i]->pid == action->to_pid
				   : all[i]->host == moment->event->host)
			pcb_send_signal(world, all[i], action->signal, moment->index);
}

/* A host that loses its power loses what it knew, and its programs; no segment tells of it. */
static void reboot(struct world *world, const struct moment *moment)
{
	const enum host host = moment->event->host;
	struct pcb *const *pcbs = world->all_pcbs.at;
	struct tcb *const *tcbs = world->all_tcbs.at;
	struct listener *const *listeners = world->all_listeners.at;

	for (size_t i = 0; i < world->all_pcbs.count; i++)
		if (pcbs[i]->host == host)
			pcb_die(world, pcbs[i], moment->index, DYING_POWER);
	for (size_t i = 0; i < world->all_tcbs.count; i++)
		if (tcbs[i]->host == host)
			tcb_step(tcbs[i], TCP_CLOSE, BY_REBOOT, moment->index);
	for (size_t i = 0; i < world->all_listeners.count; i++)
		if (listeners[i]->at == (unsigned int)host && listeners[i]->gone == NO_EVENT)
			listeners[i]->gone = moment->index;
}

static bool is_parameter(const struct action *action, const char *name)
{
	const char *slash = strrchr(action->name, '/');

	return strcmp(slash ? slash + 1 : action->name, name) == 0;
}

static void set_parameter(struct world *world, const struct action *action)
{
	if (is_parameter(action, "tcp_early_retrans")) /* 3 and 4: loss probes, ip-sysctl */
		world->no_loss_probes = atoi(action->value) < 3;
	if (is_parameter(action, "retrans_time_ms"))
		world->ask_again_ns = atoll(action->value) * 1000000;
}

void world_take_action(struct world *world, struct moment *moment)
{
	const struct action *action = &moment->event->action;
	struct host_faults *faults = &world->faults[moment->event->host];

	if (action->drops_to)
		world->faults[action->drops_to].drops = moment->index;
	switch (action->verb) {
	case VERB_SET_PARAMETER:
		set_parameter(world, action);
		return;
	case VERB_SHORTEN_TIMEOUT:
		world->rto_min_ns = action->rto_min_ms * INT64_C(1000000);
		return;
	case VERB_START:
		start(world, moment);
		return;
	case VERB_TYPE:
		type_at(moment);
		return;
	case VERB_SIGNAL:
		send_signal(world, moment);
		return;
	case VERB_CRASH:
		faults->crashed = moment->index;
		return;
	case VERB_DETACH:
		faults->detached = moment->index;
		return;
	case VERB_FORGET_NEIGHBOUR:
		world->flushed = moment->index;
		return;
	case VERB_REMOVE_ROUTE:
		faults->no_route = moment->index;
		return;
	case VERB_PROHIBIT_ROUTE:
		faults->prohibited = moment->index;
		return;
	case VERB_REBOOT:
		reboot(world, moment);
		return;
	case VERB_FORGE:
		*(struct forgery *)rows_add(&world->forgeries, sizeof(struct forgery)) =
			(struct forgery){ .event = moment->index };
		return;
	case VERB_BUILD:
	case VERBS:
		return;
	}
}

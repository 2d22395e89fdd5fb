/* What processes are owed, and owe: returns, signals, ends. */
#include "explain/duty.h"
#include "explain/silence.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

static bool is_family(const struct event *event, const char *family)
{
	return strcmp(event->call.family, family) == 0;
}

/* Calls that may wait as long as they like. */
static bool may_block(const struct event *event)
{
	static const char *const families[] = { "read",   "accept",     "wait",  "poll",
						"select", "epoll_wait", "write", "connect",
						"sleep",  "exit" };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (is_family(event, families[i]))
			return true;
	return false;
}

/* Each call that a living process is in when the record ends. */
static void each_pending(struct debts *debts, const struct world *world,
			 bool (*is_owed)(const struct debts *debts, const struct world *world,
					 const struct pcb *pcb, size_t call))
{
	struct pcb *const *pcbs = world->all_pcbs.at;

	for (size_t i = 0; i < world->all_pcbs.count; i++) {
		const struct thread *threads = pcbs[i]->threads.at;

		if (!pcb_is_alive(pcbs[i]) || pcbs[i]->stop_sent != NO_EVENT)
			continue;
		for (size_t t = 0; t < pcbs[i]->threads.count; t++)
			for (int p = 0; p < threads[t].pending_count; p++)
				if (is_owed(debts, world, pcbs[i], threads[t].pending[p]))
					owe(debts, threads[t].pending[p]);
	}
}

static bool never_returns(const struct debts *debts, const struct world *world,
			  const struct pcb *pcb, size_t call)
{
	(void)pcb;
	return !may_block(event_at(world, call)) && age_at_end(debts, world, call) > DUE_NS;
}

static void returns(struct debts *debts, const struct world *world)
{
	each_pending(debts, world, never_returns);
}

static bool came_long_ago(const struct debts *debts, const struct world *world, size_t event)
{
	return event != NO_EVENT && age_at_end(debts, world, event) > DUE_NS;
}

/* What a call waits for has come; NO_EVENT: it has not. */
static size_t awaited(const struct world *world, const struct pcb *pcb, const struct event *call)
{
	const struct sock *sock = world_sock(world, call->call.inode);
	const struct tcb *tcb = sock ? sock->tcb : NULL;
	const struct tcp_segment *data;

	if (is_family(call, "accept") && sock && sock->listener && sock->listener->queue.count)
		return tcb_established(*(struct tcb **)sock->listener->queue.at)->cause;
	if (is_family(call, "connect") && tcb && tcb_established(tcb))
		return tcb_established(tcb)->cause;
	if (is_family(call, "read") && tcb) {
		data = tcb_unread(tcb) ? tcb_data_at(tcb, tcb->read) : NULL;
		if (data)
			return data->event;
		if (tcb->fin_in != NO_EVENT)
			return tcb->fin_in;
		return tcb->error ? tcb->error_cause : NO_EVENT;
	}
	if (is_family(call, "read") && !call->call.inode && argument_fd(&call->call) == 0 &&
	    pcb->typed_read < pcb->typed.count)
		return ((const struct typed *)pcb->typed.at)[pcb->typed_read].event;
	if (is_family(call, "wait") && pcb->zombies.count > 0)
		return (*(struct pcb *const *)pcb->zombies.at)->end;
	return NO_EVENT;
}

static bool sleeps_on(const struct debts *debts, const struct world *world, const struct pcb *pcb,
		      size_t call)
{
	return came_long_ago(debts, world, awaited(world, pcb, event_at(world, call))) &&
	       came_long_ago(debts, world, call);
}

static void wakes(struct debts *debts, const struct world *world)
{
	each_pending(debts, world, sleeps_on);
}

/* Signals -------------------------------------------------------------------------------- */

/* Whatever the thread does next, SIGPIPE comes before. */
static void sigpipe(struct debts *debts, const struct world *world, const struct moment *moment)
{
	const struct event *last;

	if (!moment->thread || tid_of(moment->event) == 0 || moment->event->kind == EVENT_PROCESS ||
	    moment->event->kind == EVENT_OUTPUT || moment->event->kind == EVENT_ACTION)
		return;
	last = event_at(world, moment->thread->last);
	if (last->kind != EVENT_RETURN || !is_family(last, "write") || last->call.error != EPIPE ||
	    last->call.by_lab || argument_is(&last->call, "MSG_NOSIGNAL") ||
	    moment->pcb->actions[SIGPIPE].disposition == IGNORED || moment->pcb->masks)
		return;
	if (moment->event->kind == EVENT_SIGNAL && moment->event->signal.number == SIGPIPE)
		return;
	if (moment->event->kind == EVENT_END && moment->event->end.signal == SIGKILL)
		return;
	owe(debts, moment->thread->last);
}

/*
 * A parent that has made a whole call since a child's end has been told of it: a signal is
 * delivered when its process comes out of the kernel.
 */
static void sigchld(struct debts *debts, const struct world *world, const struct moment *moment)
{
	const struct pcb *pcb = moment->pcb;
	const struct event *last;
	const size_t *ends;

	if (moment->event->kind != EVENT_ENTER || !pcb || pcb->masks || !moment->thread)
		return;
	last = event_at(world, moment->thread->last);
	ends = pcb->untold.at;
	if (last->kind != EVENT_RETURN)
		return;
	for (size_t i = 0; i < pcb->untold.count; i++)
		if (event_at(world, last->call.entered)->time_ns > time_of(world, ends[i]))
			owe(debts, ends[i]);
}

static void signals(struct debts *debts, const struct world *world)
{
	struct pcb *const *pcbs = world->all_pcbs.at;

	for (size_t i = 0; i < world->all_pcbs.count; i++) {
		const struct sent_signal *sent = pcbs[i]->sent.at;

		for (size_t s = 0; s < pcbs[i]->sent.count; s++)
			if (!sent[s].delivered && sent[s].number != SIGKILL && !pcbs[i]->masks &&
			    pcb_is_alive(pcbs[i]) && pcbs[i]->stop_sent == NO_EVENT &&
			    came_long_ago(debts, world, sent[s].event))
				owe(debts, sent[s].event);
	}
}

/* Births and ends ------------------------------------------------------------------------ */

static void ends(struct debts *debts, const struct world *world)
{
	struct pcb *const *pcbs = world->all_pcbs.at;

	for (size_t i = 0; i < world->all_pcbs.count; i++)
		if (pcbs[i]->end == NO_EVENT && came_long_ago(debts, world, pcbs[i]->dying))
			owe(debts, pcbs[i]->dying);
}

static void begins(struct debts *debts, const struct world *world)
{
	struct pcb *const *pcbs = world->all_pcbs.at;

	for (size_t i = 0; i < world->all_pcbs.count; i++)
		if (pcbs[i]->threads.count == 0 && pcb_is_alive(pcbs[i]) &&
		    pcbs[i]->stop_sent == NO_EVENT && came_long_ago(debts, world, pcbs[i]->born))
			owe(debts, pcbs[i]->born);
}

const struct duty duties_process[] = {
	{ .id = "due.return",
	  .at_end = returns,
	  .english = "a call that does not wait comes back",
	  .korean = "기다리지 않는 호출은 곧 리턴한다",
	  .source = "the kernel" },
	{ .id = "due.wake",
	  .at_end = wakes,
	  .english = "a call wakes up when what it waits for has come",
	  .korean = "기다리던 것이 오면 호출이 깨어난다",
	  .source = "sock_def_readable(), do_notify_parent()" },
	{ .id = "due.sigpipe",
	  .at_event = sigpipe,
	  .english = "a write that fails with EPIPE is followed by SIGPIPE",
	  .korean = "EPIPE로 실패한 write에는 SIGPIPE가 따른다",
	  .source = "write(2), sk_stream_error()" },
	{ .id = "due.sigchld",
	  .at_event = sigchld,
	  .english = "a parent is told of a child's end with SIGCHLD",
	  .korean = "자식이 끝나면 부모가 SIGCHLD를 받는다",
	  .source = "signal(7), do_notify_parent()" },
	{ .id = "due.signal",
	  .at_end = signals,
	  .english = "a signal that was sent is delivered",
	  .korean = "보낸 시그널은 전달된다",
	  .source = "signal(7)" },
	{ .id = "due.end",
	  .at_end = ends,
	  .english = "who exits, or is killed, ends",
	  .korean = "exit하거나 죽임을 당한 프로세스는 끝난다",
	  .source = "do_exit()" },
	{ .id = "due.begin",
	  .at_end = begins,
	  .english = "what was started does something",
	  .korean = "시작된 프로세스는 무언가를 한다",
	  .source = "fork(2), execve(2)" },
	{ 0 },
};

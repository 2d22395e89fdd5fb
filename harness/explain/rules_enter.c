/* Why a program calls: entries of system calls. */
#include "explain/rule.h"

#include <string.h>

/* The descriptor is the process's own, as far as its making was seen. */
static bool descriptor_fits(const struct moment *moment)
{
	const struct call *call = &moment->event->call;
	const struct descriptor *row;
	const int fd = argument_fd(call);

	if (!call->inode || fd < 0)
		return true;
	row = pcb_descriptor(moment->pcb, fd);
	if (row)
		return row->sock->inode == call->inode;
	if (pcb_had(moment->pcb, call->inode))
		return true; /* of dup(), which is not recorded */
	return !moment->sock ||
	       (!moment->sock->tcb && !moment->sock->listener && moment->sock->holders == 0);
}

static const struct event *last_of(const struct moment *moment)
{
	return moment->thread ? event_at(moment->world, moment->thread->last) : NULL;
}

/* In no call, or in a handler that has interrupted one. */
static bool is_free(const struct moment *moment)
{
	const struct thread *thread = moment->thread;
	const size_t *signals = moment->pcb->signals.at;
	size_t pending;

	if (!thread || thread->pending_count == 0)
		return true;
	pending = thread->pending[thread->pending_count - 1];
	for (size_t i = moment->pcb->signals.count; i-- > 0;) {
		const struct event *signal = event_at(moment->world, signals[i]);

		if (signal->time_ns < time_of(moment->world, pending))
			return false;
		if (tid_of(signal) == tid_of(moment->event) && signal->signal.disposition == CAUGHT)
			return true;
	}
	return false;
}

static bool may_call(const struct moment *moment)
{
	return pcb_is_alive(moment->pcb) && moment->pcb->born != NO_EVENT &&
	       moment->pcb->stopped == NO_EVENT && descriptor_fits(moment) && is_free(moment);
}

static bool executed(struct moment *moment)
{
	return pcb_is_alive(moment->pcb) && !moment->thread && moment->pcb->born != NO_EVENT &&
	       event_at(moment->world, moment->pcb->born)->kind == EVENT_ACTION &&
	       because(moment, moment->pcb->born);
}

static bool was_restarted(const struct event *last)
{
	return last->kind == EVENT_RETURN && last->call.ending == CALL_RESTARTED;
}

static bool in_handler(const struct moment *moment)
{
	return moment->thread && moment->thread->caught == moment->thread->last;
}

static bool goes_on(struct moment *moment)
{
	const struct event *last = last_of(moment);

	if (!may_call(moment) || !last || in_handler(moment))
		return false;
	if (last->kind == EVENT_ENTER || was_restarted(last))
		return false;
	return because(moment, moment->thread->last);
}

static bool restarted(struct moment *moment)
{
	const struct event *last = last_of(moment);

	return may_call(moment) && last && was_restarted(last) &&
	       strcmp(last->call.name, moment->event->call.name) == 0 &&
	       because(moment, moment->thread->last);
}

static bool born_by_fork(struct moment *moment)
{
	return may_call(moment) && !moment->thread && tid_of(moment->event) == moment->event->pid &&
	       event_at(moment->world, moment->pcb->born)->kind == EVENT_FORK &&
	       because(moment, moment->pcb->born);
}

/* The clone that made it has returned to its parent already, or is about to. */
static bool born_by_clone(struct moment *moment)
{
	const size_t *births = moment->pcb->thread_births.at;
	const struct thread *threads;

	if (!may_call(moment) || moment->thread || tid_of(moment->event) == moment->event->pid)
		return false;
	for (size_t i = moment->pcb->thread_births.count; i-- > 0;)
		if (event_at(moment->world, births[i])->call.result == moment->event->tid)
			return because(moment, births[i]);
	threads = moment->pcb->threads.at;
	for (size_t i = 0; i < moment->pcb->threads.count; i++)
		for (int pending = 0; pending < threads[i].pending_count; pending++)
			if (strcmp(event_at(moment->world, threads[i].pending[pending])
					   ->call.family,
				   "fork") == 0)
				return because(moment, threads[i].pending[pending]);
	return false;
}

static bool called_by_handler(struct moment *moment)
{
	return may_call(moment) && in_handler(moment) && because(moment, moment->thread->caught);
}

const struct rule rules_enter[] = {
	{ .id = "call.exec",
	  .kind = EVENT_ENTER,
	  .call = "exec",
	  .holds = executed,
	  .condition = "the first event of a program that the lab has started",
	  .english = "the lab starts the program",
	  .korean = "랩이 프로그램을 실행한다",
	  .source = "execve(2)" },
	{ .id = "call.next",
	  .kind = EVENT_ENTER,
	  .holds = goes_on,
	  .condition = "the thread is in no call; its last event is a return, a fork, or a signal "
		       "without a handler; the descriptor is its own",
	  .english = "the program goes on and calls {name}",
	  .korean = "프로그램이 이어서 {name} 호출을 한다",
	  .source = "the program" },
	{ .id = "call.again",
	  .kind = EVENT_ENTER,
	  .holds = restarted,
	  .condition = "the same call was interrupted, and is restarted",
	  .english = "the kernel restarts the interrupted call",
	  .korean = "커널이 중단된 호출을 다시 시작한다",
	  .source = "signal(7), SA_RESTART" },
	{ .id = "call.child",
	  .kind = EVENT_ENTER,
	  .holds = born_by_fork,
	  .condition = "the first event of a forked process",
	  .english = "the child comes out of fork and calls {name}",
	  .korean = "fork에서 나온 자식이 {name} 호출을 한다",
	  .source = "fork(2)" },
	{ .id = "call.thread",
	  .kind = EVENT_ENTER,
	  .holds = born_by_clone,
	  .condition = "the first event of a thread that clone has made",
	  .english = "the new thread calls {name}",
	  .korean = "새 스레드가 {name} 호출을 한다",
	  .source = "pthread_create(3), clone(2)" },
	{ .id = "call.handler",
	  .kind = EVENT_ENTER,
	  .holds = called_by_handler,
	  .condition = "the thread's last event is a signal with a handler",
	  .english = "the handler of {cause} calls {name}",
	  .korean = "{cause} 핸들러가 {name} 호출을 한다",
	  .source = "sigaction(2)" },
	{ 0 },
};

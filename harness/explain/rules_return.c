/* Why calls return what they return: whatever the call, and those about processes and signals. */
#include "explain/rule.h"

#include <errno.h>
#include <string.h>

/* Signals -------------------------------------------------------------------------------- */

/* The newest signal with a handler that came in the call; without SA_RESTART, if asked so. */
static size_t caught_in_call(const struct moment *moment, bool not_restarting)
{
	const size_t *signals = moment->pcb->signals.at;

	for (size_t i = moment->pcb->signals.count; i-- > 0;) {
		const struct event *signal = event_at(moment->world, signals[i]);

		if (signal->time_ns < moment->entered->time_ns)
			return NO_EVENT;
		if (signal->signal.disposition == CAUGHT &&
		    tid_of(signal) == tid_of(moment->event) &&
		    !(not_restarting && moment->pcb->actions[signal->signal.number].restarts))
			return signals[i];
	}
	return NO_EVENT;
}

/* Any signal that came in the call: one that is ignored interrupts a traced call, too. */
static size_t signal_in_call(const struct moment *moment)
{
	const size_t *signals = moment->pcb->signals.at;

	for (size_t i = moment->pcb->signals.count; i-- > 0;) {
		if (time_of(moment->world, signals[i]) < moment->entered->time_ns)
			return NO_EVENT;
		if (tid_of(event_at(moment->world, signals[i])) == tid_of(moment->event))
			return signals[i];
	}
	return NO_EVENT;
}

static bool answered_by_lab(struct moment *moment)
{
	return is_return(moment) && moment->event->call.by_lab;
}

static bool to_be_restarted(struct moment *moment)
{
	if (!is_return(moment) || moment->event->call.ending != CALL_RESTARTED ||
	    signal_in_call(moment) == NO_EVENT || caught_in_call(moment, true) != NO_EVENT)
		return false;
	return because(moment, signal_in_call(moment));
}

/* Never restarted, whatever SA_RESTART says: signal(7). */
static bool is_never_restarted(const struct moment *moment)
{
	static const char *const families[] = { "poll", "select", "epoll_wait", "sleep" };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (strcmp(moment->event->call.family, families[i]) == 0)
			return true;
	return false;
}

static bool interrupted(struct moment *moment)
{
	size_t signal;

	if (!failed_with(moment, EINTR) || is_never_restarted(moment))
		return false;
	signal = caught_in_call(moment, true);
	return signal != NO_EVENT && because(moment, signal);
}

static bool interrupted_always(struct moment *moment)
{
	size_t signal;

	if (!failed_with(moment, EINTR) || !is_never_restarted(moment))
		return false;
	signal = caught_in_call(moment, false);
	return signal != NO_EVENT && because(moment, signal);
}

static bool is_fixed_signal(const struct moment *moment)
{
	const int number = argument_signal(&moment->event->call);

	return number == SIGKILL || number == SIGSTOP;
}

static bool action_set(struct moment *moment)
{
	return succeeded(moment) && moment->event->call.result == 0 &&
	       (!is_fixed_signal(moment) || argument_is(&moment->event->call, "NULL"));
}

static bool action_refused(struct moment *moment)
{
	return failed_with(moment, EINVAL) && is_fixed_signal(moment);
}

/* Processes ------------------------------------------------------------------------------ */

/* What needs no more than that the call was made. */
static bool returned_0(struct moment *moment)
{
	return succeeded(moment) && moment->event->call.result == 0;
}

static bool no_program(struct moment *moment)
{
	return failed_with(moment, ENOENT) || failed_with(moment, EACCES);
}

static bool forked(struct moment *moment)
{
	const struct pcb *child = world_pcb(moment->world, (pid_t)moment->event->call.result);

	return succeeded(moment) && child && child->parent == moment->pcb &&
	       child->born != NO_EVENT &&
	       time_of(moment->world, child->born) >= moment->entered->time_ns &&
	       because(moment, child->born);
}

static bool made_thread(struct moment *moment)
{
	return succeeded(moment) && strncmp(moment->event->call.name, "clone", 5) == 0 &&
	       moment->event->call.result > 0 &&
	       event_at(moment->world, moment->thread->last)->kind != EVENT_FORK &&
	       !world_pcb(moment->world, (pid_t)moment->event->call.result);
}

static bool waited_for(struct moment *moment)
{
	const struct pcb *child = world_pcb(moment->world, (pid_t)moment->event->call.result);

	if (!succeeded(moment) || moment->event->call.result <= 0 || !child ||
	    child->parent != moment->pcb || child->end == NO_EVENT || child->waited_for)
		return false;
	return argument_tells_end(&moment->event->call, child->end_status, child->end_signal) &&
	       because(moment, child->end);
}

static bool nobody_ended(struct moment *moment)
{
	struct pcb *const *zombies = moment->pcb->zombies.at;

	if (!returned_0(moment) || !argument_is(&moment->event->call, "WNOHANG"))
		return false;
	for (size_t i = 0; i < moment->pcb->zombies.count; i++)
		if (time_of(moment->world, zombies[i]->end) < moment->entered->time_ns)
			return false;
	return moment->pcb->living > 0 || moment->pcb->zombies.count > 0;
}

static bool no_child(struct moment *moment)
{
	return failed_with(moment, ECHILD) && moment->pcb->living == 0 &&
	       moment->pcb->zombies.count == 0 && because(moment, moment->pcb->last_child_end);
}

const struct rule rules_return[] = {
	{ .id = "ret.lab",
	  .kind = EVENT_RETURN,
	  .holds = answered_by_lab,
	  .link = LINK_QUIET,
	  .condition = "the lab has answered the call",
	  .english = "the lab answers in place of the kernel",
	  .korean = "커널 대신 랩이 답한다",
	  .source = "answer_call() of a scenario" },
	{ .id = "ret.restart",
	  .kind = EVENT_RETURN,
	  .holds = to_be_restarted,
	  .condition = "a signal came in the call: with SA_RESTART, or without a handler",
	  .english = "{cause} interrupts it, and it will be restarted",
	  .korean = "{cause} 때문에 중단되었지만 다시 시작된다",
	  .source = "signal(7), handle_signal(), ERESTARTSYS" },
	{ .id = "eintr",
	  .kind = EVENT_RETURN,
	  .holds = interrupted,
	  .condition = "a signal was caught in the call, by a handler without SA_RESTART",
	  .english = "EINTR: a handler for {cause} ran, and was set without SA_RESTART",
	  .korean = "SA_RESTART 없이 등록한 {cause} 핸들러가 실행되어 EINTR로 리턴한다",
	  .source = "signal(7), handle_signal()" },
	{ .id = "eintr.poll",
	  .kind = EVENT_RETURN,
	  .call = "poll|select|epoll_wait|sleep",
	  .holds = interrupted_always,
	  .condition = "a signal was caught in the call",
	  .english = "EINTR: a handler for {cause} ran; SA_RESTART does not restart {name}",
	  .korean =
		  "{cause} 핸들러가 실행되었다. {name} 호출은 SA_RESTART가 있어도 다시 시작되지 않고 EINTR로 리턴한다",
	  .source = "signal(7)" },
	{ .id = "exec.ok",
	  .kind = EVENT_RETURN,
	  .call = "exec",
	  .holds = returned_0,
	  .link = LINK_QUIET,
	  .condition = "0",
	  .english = "the program is loaded",
	  .korean = "프로그램이 메모리에 올라왔다",
	  .source = "execve(2)" },
	{ .id = "exec.none",
	  .kind = EVENT_RETURN,
	  .call = "exec",
	  .holds = no_program,
	  .condition = "ENOENT, EACCES",
	  .english = "{error}: there is no such program",
	  .korean = "그런 프로그램이 없어 {error}",
	  .source = "execve(2)" },
	{ .id = "sigaction.ok",
	  .kind = EVENT_RETURN,
	  .call = "sigaction",
	  .holds = action_set,
	  .link = LINK_QUIET,
	  .condition = "0; not of SIGKILL or SIGSTOP",
	  .english = "the disposition is set",
	  .korean = "시그널 처리 방법이 정해진다",
	  .source = "sigaction(2)" },
	{ .id = "sigaction.fixed",
	  .kind = EVENT_RETURN,
	  .call = "sigaction",
	  .holds = action_refused,
	  .link = LINK_QUIET,
	  .condition = "EINVAL; SIGKILL or SIGSTOP",
	  .english = "EINVAL: SIGKILL and SIGSTOP cannot be caught or ignored",
	  .korean = "SIGKILL과 SIGSTOP은 잡거나 무시할 수 없어 EINVAL",
	  .source = "sigaction(2), do_sigaction()" },
	{ .id = "fork.child",
	  .kind = EVENT_RETURN,
	  .call = "fork",
	  .holds = forked,
	  .link = LINK_QUIET,
	  .condition = "the number of the child that was made",
	  .english = "the parent learns the number of its child",
	  .korean = "부모가 자식의 번호를 받는다",
	  .source = "fork(2)" },
	{ .id = "fork.thread",
	  .kind = EVENT_RETURN,
	  .call = "fork",
	  .holds = made_thread,
	  .link = LINK_QUIET,
	  .condition = "clone, and no process has this number",
	  .english = "a new thread",
	  .korean = "새 스레드가 생겼다",
	  .source = "clone(2)" },
	{ .id = "sleep.over",
	  .kind = EVENT_RETURN,
	  .call = "sleep",
	  .holds = returned_0,
	  .link = LINK_PASSED,
	  .condition = "0",
	  .english = "the time is over",
	  .korean = "정한 시간이 지났다",
	  .source = "nanosleep(2)" },
	{ .id = "kill.ok",
	  .kind = EVENT_RETURN,
	  .call = "kill",
	  .holds = returned_0,
	  .link = LINK_QUIET,
	  .condition = "0",
	  .english = "the signal is sent",
	  .korean = "시그널을 보냈다",
	  .source = "kill(2)" },
	{ .id = "wait.child",
	  .kind = EVENT_RETURN,
	  .call = "wait",
	  .holds = waited_for,
	  .condition = "a child that has ended so, and was not waited for",
	  .english = "the child {result} has ended; nothing of it is left now",
	  .korean = "자식 프로세스({result})가 끝났다. 이제 좀비로도 남지 않는다",
	  .source = "wait(2), wait_task_zombie()" },
	{ .id = "wait.none",
	  .kind = EVENT_RETURN,
	  .call = "wait",
	  .holds = nobody_ended,
	  .link = LINK_QUIET,
	  .condition = "0, with WNOHANG; a child lives, and none has ended before the call",
	  .english = "no child has ended yet",
	  .korean = "아직 끝난 자식이 없다",
	  .source = "waitpid(2)" },
	{ .id = "wait.no-child",
	  .kind = EVENT_RETURN,
	  .call = "wait",
	  .holds = no_child,
	  .condition = "ECHILD; no child is left, or they have ended and SIGCHLD is ignored",
	  .english = "ECHILD: there is no child to wait for",
	  .korean = "기다릴 자식이 없어 ECHILD",
	  .source = "wait(2)" },
	{ 0 },
};

/* Signals, children, ends. */
#include "explain/rule.h"

#include <errno.h>
#include <string.h>

static bool disposition_fits(const struct moment *moment)
{
	const int number = moment->event->signal.number;

	return number > 0 && number < NSIG &&
	       moment->pcb->actions[number].disposition == moment->event->signal.disposition;
}

static bool may_get(const struct moment *moment)
{
	return moment->pcb->end == NO_EVENT && disposition_fits(moment);
}

/* The thread's last event, or its process's birth. */
static size_t own_last(const struct moment *moment)
{
	return moment->thread ? moment->thread->last : moment->pcb->born;
}

static const struct sent_signal *undelivered(const struct moment *moment)
{
	const struct sent_signal *rows = moment->pcb->sent.at;

	for (size_t i = moment->pcb->sent.count; i-- > 0;)
		if (rows[i].number == moment->event->signal.number && !rows[i].delivered)
			return &rows[i];
	return NULL;
}

/* The newest end of a child that no SIGCHLD has told of yet. */
static size_t child_news(const struct pcb *pcb)
{
	const size_t *ends = pcb->untold.at;

	return pcb->untold.count ? ends[pcb->untold.count - 1] : NO_EVENT;
}

static bool sigpipe(struct moment *moment)
{
	const struct event *last;

	if (moment->event->signal.number != SIGPIPE || !may_get(moment) || !moment->thread)
		return false;
	last = event_at(moment->world, moment->thread->last);
	return last->kind == EVENT_RETURN && strcmp(last->call.family, "write") == 0 &&
	       last->call.error == EPIPE && because(moment, moment->thread->last);
}

static bool sigchld(struct moment *moment)
{
	size_t news;

	if (moment->event->signal.number != SIGCHLD || !may_get(moment))
		return false;
	news = child_news(moment->pcb);
	return news != NO_EVENT && because(moment, news);
}

static bool sent_by(struct moment *moment, enum event_kind kind)
{
	const int number = moment->event->signal.number;
	const struct sent_signal *sent = may_get(moment) ? undelivered(moment) : NULL;

	if (!sent || number == SIGPIPE ||
	    (number == SIGCHLD && child_news(moment->pcb) != NO_EVENT))
		return false;
	return event_at(moment->world, sent->event)->kind == kind && because(moment, sent->event);
}

static bool sent_by_lab(struct moment *moment)
{
	return sent_by(moment, EVENT_ACTION);
}

static bool sent_by_kill(struct moment *moment)
{
	return sent_by(moment, EVENT_ENTER);
}

static bool raised(struct moment *moment)
{
	const int number = moment->event->signal.number;

	if (!may_get(moment) || undelivered(moment) || number == SIGPIPE ||
	    (number == SIGCHLD && moment->pcb->has_forked) || moment->pcb->stopped != NO_EVENT ||
	    (moment->thread && moment->thread->pending_count > 0))
		return false;
	return because(moment, own_last(moment));
}

/* Ends ----------------------------------------------------------------------------------- */

static bool is_end(const struct moment *moment, enum dying_by by)
{
	return moment->pcb->end == NO_EVENT && moment->pcb->by == by;
}

static bool exited(struct moment *moment)
{
	const struct event *cause;

	if (!is_end(moment, DYING_EXIT) || moment->event->end.signal)
		return false;
	cause = event_at(moment->world, moment->pcb->dying);
	return cause->kind == EVENT_ENTER &&
	       (argument_number(&cause->call, 0, 0) & 255) == moment->event->end.status &&
	       because(moment, moment->pcb->dying);
}

static bool ended_by_signal(struct moment *moment)
{
	const struct event *cause;

	if (!is_end(moment, DYING_SIGNAL))
		return false;
	cause = event_at(moment->world, moment->pcb->dying);
	return cause->signal.number == moment->event->end.signal &&
	       because(moment, moment->pcb->dying);
}

static bool killed_by_lab(struct moment *moment)
{
	return is_end(moment, DYING_KILLED) && moment->event->end.signal == SIGKILL &&
	       event_at(moment->world, moment->pcb->dying)->kind == EVENT_ACTION &&
	       because(moment, moment->pcb->dying);
}

static bool killed_by_process(struct moment *moment)
{
	return is_end(moment, DYING_KILLED) && moment->event->end.signal == SIGKILL &&
	       event_at(moment->world, moment->pcb->dying)->kind == EVENT_ENTER &&
	       because(moment, moment->pcb->dying);
}

static bool lost_power(struct moment *moment)
{
	return is_end(moment, DYING_POWER) && moment->event->end.signal == SIGKILL &&
	       because(moment, moment->pcb->dying);
}

static bool killed_itself(struct moment *moment)
{
	const struct thread *threads;

	if (!is_end(moment, DYING_NOT) || moment->event->end.signal != SIGKILL)
		return false;
	threads = moment->pcb->threads.at;
	for (size_t i = 0; i < moment->pcb->threads.count; i++)
		if (threads[i].pending_count > 0)
			return false;
	return because(moment, own_last(moment));
}

static bool forked(struct moment *moment)
{
	const struct thread *thread = moment->thread;
	const struct event *call;

	if (!thread || thread->pending_count == 0 || world_pcb(moment->world, moment->event->child))
		return false;
	call = event_at(moment->world, thread->pending[thread->pending_count - 1]);
	return strcmp(call->call.family, "fork") == 0 &&
	       because(moment, thread->pending[thread->pending_count - 1]);
}

const struct rule rules_process[] = {
	{ .id = "fork",
	  .kind = EVENT_FORK,
	  .holds = forked,
	  .condition = "fork() is being called; the child is new",
	  .english = "fork() makes a child, {child}",
	  .korean = "fork()가 자식 프로세스({child})를 만든다",
	  .source = "fork(2), kernel_clone()" },
	{ .id = "sig.pipe",
	  .kind = EVENT_SIGNAL,
	  .holds = sigpipe,
	  .condition = "SIGPIPE, right after a write of this thread that failed with EPIPE",
	  .english = "it wrote to a connection that takes nothing any more",
	  .korean = "더 이상 받지 않는 연결에 썼다",
	  .source = "write(2), sk_stream_error()" },
	{ .id = "sig.child",
	  .kind = EVENT_SIGNAL,
	  .holds = sigchld,
	  .condition = "SIGCHLD; a child has ended since the last one",
	  .english = "a child of it has ended",
	  .korean = "자식 프로세스가 끝났다",
	  .source = "signal(7), do_notify_parent()" },
	{ .id = "sig.lab",
	  .kind = EVENT_SIGNAL,
	  .holds = sent_by_lab,
	  .condition = "the lab has sent it, and it was not delivered yet",
	  .english = "the lab has sent it",
	  .korean = "랩이 보냈다",
	  .source = "kill(2)" },
	{ .id = "sig.kill",
	  .kind = EVENT_SIGNAL,
	  .holds = sent_by_kill,
	  .condition = "a process has sent it with kill(), and it was not delivered yet",
	  .english = "a process has sent it with kill()",
	  .korean = "다른 프로세스가 kill()로 보냈다",
	  .source = "kill(2)" },
	{ .id = "sig.raised",
	  .kind = EVENT_SIGNAL,
	  .holds = raised,
	  .condition = "nobody has sent it, and its thread is in no call",
	  .english = "the program raises it itself",
	  .korean = "프로그램이 raise()로 스스로 보냈다",
	  .source = "raise(3); tgkill(2) is not recorded" },
	{ .id = "end.exit",
	  .kind = EVENT_END,
	  .holds = exited,
	  .condition = "the status is that of its exit_group",
	  .english = "it has exited, with status {status}",
	  .korean = "exit했다. 종료 상태는 {status}이다",
	  .source = "_exit(2), do_exit()" },
	{ .id = "end.signal",
	  .kind = EVENT_END,
	  .holds = ended_by_signal,
	  .condition = "this signal was delivered, with its default action",
	  .english = "{signal} ends it: that is the signal's default action",
	  .korean = "{signal}의 디폴트 액션은 프로세스를 끝내는 것이다",
	  .source = "signal(7), get_signal()" },
	{ .id = "end.killed",
	  .kind = EVENT_END,
	  .holds = killed_by_lab,
	  .condition = "the lab has sent SIGKILL",
	  .english = "the lab has killed it",
	  .korean = "랩이 SIGKILL로 죽였다",
	  .source = "signal(7)" },
	{ .id = "end.killed-by-process",
	  .kind = EVENT_END,
	  .holds = killed_by_process,
	  .condition = "a process has sent SIGKILL",
	  .english = "another process has killed it",
	  .korean = "다른 프로세스가 SIGKILL로 죽였다",
	  .source = "signal(7)" },
	{ .id = "end.power",
	  .kind = EVENT_END,
	  .holds = lost_power,
	  .condition = "its host has lost its power",
	  .english = "its host has lost its power",
	  .korean = "호스트의 전원이 꺼졌다",
	  .source = "UNP 5.15" },
	{ .id = "end.self",
	  .kind = EVENT_END,
	  .holds = killed_itself,
	  .condition = "SIGKILL; nobody has sent it, and the process is in no call",
	  .english = "it has killed itself",
	  .korean = "스스로에게 SIGKILL을 보냈다",
	  .source = "raise(3); tgkill(2) is not recorded" },
	{ 0 },
};

/* What the lab does and sees: scenes, actions, its looks at processes, what they print. */
#include "explain/rule.h"

static bool scene(struct moment *moment)
{
	return moment->event->host == ANY_HOST;
}

static enum verb verb(const struct moment *moment)
{
	return moment->event->action.verb;
}

static bool set_up(struct moment *moment)
{
	return moment->event->action.is_setup && verb(moment) != VERB_START;
}

static bool parameter_set(struct moment *moment)
{
	return verb(moment) == VERB_SET_PARAMETER && !moment->event->action.is_setup;
}

static bool started(struct moment *moment)
{
	return verb(moment) == VERB_START;
}

static bool typed(struct moment *moment)
{
	return verb(moment) == VERB_TYPE && moment->pcb;
}

static bool broken_by_lab(struct moment *moment)
{
	switch (verb(moment)) {
	case VERB_CRASH:
	case VERB_DETACH:
	case VERB_REMOVE_ROUTE:
	case VERB_PROHIBIT_ROUTE:
	case VERB_REBOOT:
		return true;
	case VERB_BUILD:
	case VERB_START:
	case VERB_TYPE:
	case VERB_SIGNAL:
	case VERB_SET_PARAMETER:
	case VERB_SHORTEN_TIMEOUT:
	case VERB_FORGET_NEIGHBOUR:
	case VERB_FORGE:
	case VERBS:
		return false;
	}
	return false;
}

static bool killed(struct moment *moment)
{
	return verb(moment) == VERB_SIGNAL && moment->event->action.signal;
}

static bool forged(struct moment *moment)
{
	return verb(moment) == VERB_FORGE;
}

/* The lab looks at processes ------------------------------------------------------------- */

static char look(const struct moment *moment)
{
	return moment->event->process.state;
}

static bool zombie(struct moment *moment)
{
	const struct pcb *pcb = moment->pcb;

	if (look(moment) != 'Z' || pcb_is_alive(pcb) || pcb->waited_for)
		return false;
	because(moment, pcb->end != NO_EVENT ? pcb->end : pcb->dying);
	if (pcb->parent) {
		because(moment, pcb->parent->last_sigchld);
		because(moment, pcb->parent->last_wait);
	}
	return true;
}

static bool stopped(struct moment *moment)
{
	if ((look(moment) != 'T' && look(moment) != 't') || moment->pcb->stop_sent == NO_EVENT)
		return false;
	return because(moment, moment->pcb->stop_sent);
}

static bool traced(struct moment *moment)
{
	if (look(moment) != 't' || moment->pcb->end != NO_EVENT ||
	    moment->pcb->stop_sent != NO_EVENT)
		return false;
	return because(moment, moment->thread ? moment->thread->last : moment->pcb->born);
}

static bool is_asleep(const struct moment *moment)
{
	return (look(moment) == 'S' || look(moment) == 'D') && pcb_is_alive(moment->pcb);
}

static bool sleeps(struct moment *moment)
{
	const struct thread *thread = moment->thread;

	return is_asleep(moment) && thread && thread->pending_count > 0 &&
	       because(moment, thread->pending[thread->pending_count - 1]);
}

/* A thread among several: those of a run-time library make calls that are not recorded. */
static bool sleeps_unseen(struct moment *moment)
{
	const struct thread *thread = moment->thread;

	if (!is_asleep(moment) || moment->pcb->thread_births.count == 0 ||
	    (thread && thread->pending_count > 0))
		return false;
	return because(moment, thread ? thread->last : moment->pcb->born);
}

static bool runs(struct moment *moment)
{
	if (look(moment) != 'R' || !pcb_is_alive(moment->pcb))
		return false;
	return because(moment, moment->thread ? moment->thread->last : moment->pcb->born);
}

/* What programs print -------------------------------------------------------------------- */

/* The program's last return, of whichever process: they share the terminal. */
static bool says(struct moment *moment)
{
	const struct pcb *pcb = moment->pcb ? moment->pcb->program : NULL;
	size_t said;

	if (!pcb)
		return false;
	said = pcb->last_of_program != NO_EVENT ? pcb->last_of_program : pcb->born;
	return said != NO_EVENT && because(moment, said);
}

/* The outsider is no program under test: nothing of it is seen but its lines. */
static bool outsider_says(struct moment *moment)
{
	return !moment->pcb && moment->event->host == ROUTER;
}

const struct rule rules_lab[] = {
	{ .id = "lab.scene",
	  .kind = EVENT_SCENE,
	  .holds = scene,
	  .is_root = true,
	  .condition = "the lab's own",
	  .english = "the lab begins a scene",
	  .korean = "이야기의 새 장면이 시작된다",
	  .source = "scene() of a scenario" },
	{ .id = "lab.set-up",
	  .kind = EVENT_ACTION,
	  .holds = set_up,
	  .is_root = true,
	  .condition = "it only builds hosts, or shortens waits",
	  .english = "the lab sets up the {host}",
	  .korean = "랩이 {host} 호스트를 준비한다",
	  .source = "ip(8), sysctl(8), ethtool(8)" },
	{ .id = "lab.parameter",
	  .kind = EVENT_ACTION,
	  .holds = parameter_set,
	  .is_root = true,
	  .condition = "a parameter of a kernel, for the sake of what it changes",
	  .english = "the lab sets a kernel parameter of the {host}",
	  .korean = "랩이 {host} 호스트의 커널 파라미터를 바꾼다",
	  .source = "sysctl(8)" },
	{ .id = "lab.start",
	  .kind = EVENT_ACTION,
	  .holds = started,
	  .is_root = true,
	  .condition = "a command",
	  .english = "the lab starts a program",
	  .korean = "랩이 프로그램을 실행한다",
	  .source = "execve(2)" },
	{ .id = "lab.type",
	  .kind = EVENT_ACTION,
	  .holds = typed,
	  .is_root = true,
	  .condition = "typed at a program that there is",
	  .english = "somebody types at the program",
	  .korean = "누군가 터미널에서 입력한다",
	  .source = "tty(4)" },
	{ .id = "lab.break",
	  .kind = EVENT_ACTION,
	  .holds = broken_by_lab,
	  .is_root = true,
	  .condition = "packets are dropped, an address or a route is taken away, a "
		       "route is prohibited, a host loses its power",
	  .english = "the lab breaks something",
	  .korean = "랩이 고장을 일으킨다",
	  .source = "iptables(8), ip(8)" },
	{ .id = "lab.kill",
	  .kind = EVENT_ACTION,
	  .holds = killed,
	  .is_root = true,
	  .condition = "kill",
	  .english = "the lab sends a signal",
	  .korean = "랩이 시그널을 보낸다",
	  .source = "kill(2)" },
	{ .id = "lab.forge",
	  .kind = EVENT_ACTION,
	  .holds = forged,
	  .is_root = true,
	  .condition = "a segment for the wire, made by hand",
	  .english = "an outsider forges a segment",
	  .korean = "제3자가 세그먼트를 위조해 보낸다",
	  .source = "RFC 5961" },
	{ .id = "look.zombie",
	  .kind = EVENT_PROCESS,
	  .holds = zombie,
	  .condition = "Z; it has ended, and its parent has not waited for it",
	  .english = "a zombie: it has ended, and its parent has not waited for it",
	  .korean = "좀비다. 끝났지만 부모가 아직 wait를 하지 않았다",
	  .source = "wait(2), exit_notify()" },
	{ .id = "look.stopped",
	  .kind = EVENT_PROCESS,
	  .holds = stopped,
	  .condition = "T; SIGSTOP was sent",
	  .english = "stopped: SIGSTOP was sent",
	  .korean = "SIGSTOP을 받아 멈춰 있다",
	  .source = "signal(7)" },
	{ .id = "look.traced",
	  .kind = EVENT_PROCESS,
	  .holds = traced,
	  .condition = "t; no signal has stopped it",
	  .english = "stopped by the lab for a moment, which looks at its call",
	  .korean = "랩이 시스템 콜을 들여다보느라 잠시 멈춰 있다",
	  .source = "ptrace(2)" },
	{ .id = "look.sleeps",
	  .kind = EVENT_PROCESS,
	  .holds = sleeps,
	  .condition = "S or D; it is in a call",
	  .english = "asleep in a system call, in {wait_channel}",
	  .korean = "시스템 콜 안에서 블록되어 있다({wait_channel})",
	  .source = "proc_pid_stat(5), proc_pid_wchan(5)" },
	{ .id = "look.sleeps-unseen",
	  .kind = EVENT_PROCESS,
	  .holds = sleeps_unseen,
	  .condition = "S or D; one thread of several, in none of the calls that are recorded",
	  .english = "asleep in a system call that is not recorded, in {wait_channel}",
	  .korean = "기록하지 않는 시스템 콜 안에서 블록되어 있다({wait_channel})",
	  .source = "proc_pid_stat(5)" },
	{ .id = "look.runs",
	  .kind = EVENT_PROCESS,
	  .holds = runs,
	  .condition = "R; it has not ended",
	  .english = "it runs",
	  .korean = "실행 중이다",
	  .source = "proc_pid_stat(5)" },
	{ .id = "out.says",
	  .kind = EVENT_OUTPUT,
	  .holds = says,
	  .condition = "its process, or a child with its terminal, is known",
	  .english = "the program prints it",
	  .korean = "프로그램이 출력한다",
	  .source = "write(2); it is not recorded for terminals" },
	{ .id = "out.outsider",
	  .kind = EVENT_OUTPUT,
	  .holds = outsider_says,
	  .is_root = true,
	  .condition = "of the outsider, whose calls are not recorded",
	  .english = "the outsider prints it",
	  .korean = "제3자의 프로그램이 출력한다",
	  .source = "write(2)" },
	{ 0 },
};

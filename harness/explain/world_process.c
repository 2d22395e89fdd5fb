/* Processes: descriptors, signals, children, ends. */
#include "explain/rule.h"

#include <netinet/tcp.h>
#include <string.h>

struct thread *pcb_thread(struct pcb *pcb, pid_t tid)
{
	struct thread *threads = pcb->threads.at;

	for (size_t i = 0; i < pcb->threads.count; i++)
		if (threads[i].tid == tid)
			return &threads[i];
	return NULL;
}

struct thread *pcb_add_thread(struct pcb *pcb, pid_t tid)
{
	struct thread *thread = pcb_thread(pcb, tid);

	if (thread)
		return thread;
	thread = rows_add(&pcb->threads, sizeof(*thread));
	thread->tid = tid;
	thread->last = thread->caught = NO_EVENT;
	return thread;
}

bool thread_has_pending(const struct thread *thread, size_t entered)
{
	for (int i = 0; thread && i < thread->pending_count; i++)
		if (thread->pending[i] == entered)
			return true;
	return false;
}

bool pcb_is_alive(const struct pcb *pcb)
{
	return pcb->dying == NO_EVENT && pcb->end == NO_EVENT;
}

struct pcb *world_add_pcb(struct world *world, pid_t pid, enum host host)
{
	struct pcb *pcb = world_pcb(world, pid);

	if (pcb)
		return pcb;
	pcb = world_alloc(world, sizeof(*pcb));
	*pcb = (struct pcb){ .pid = pid, .host = host };
	pcb->born = pcb->dying = pcb->end = pcb->stop_sent = pcb->stopped = NO_EVENT;
	pcb->last_return = pcb->last_wait = pcb->last_sigchld = NO_EVENT;
	pcb->last_of_program = pcb->last_child_end = NO_EVENT;
	pcb->program = pcb;
	for (int i = 0; i < NSIG; i++)
		pcb->actions[i].disposition = DEFAULT_ACTION;
	map_put(&world->pcbs, (uint64_t)pid, pcb);
	rows_add_pointer(&world->all_pcbs, pcb);
	return pcb;
}

/* Descriptors ---------------------------------------------------------------------------- */

struct descriptor *pcb_descriptor(const struct pcb *pcb, int fd)
{
	struct descriptor *rows = pcb->descriptors.at;

	for (size_t i = 0; i < pcb->descriptors.count; i++)
		if (rows[i].fd == fd)
			return &rows[i];
	return NULL;
}

bool pcb_had(const struct pcb *pcb, uint64_t inode)
{
	const uint64_t *rows = pcb->had.at;

	for (size_t i = 0; i < pcb->had.count; i++)
		if (rows[i] == inode)
			return true;
	return false;
}

void pcb_hold(struct pcb *pcb, int fd, struct sock *sock)
{
	struct descriptor *row = pcb_descriptor(pcb, fd);

	if (row && row->sock == sock)
		return;
	if (row)
		row->sock->holders--; /* a close of it was not seen */
	else
		row = rows_add(&pcb->descriptors, sizeof(*row));
	*row = (struct descriptor){ fd, sock };
	sock->holders++;
	*(uint64_t *)rows_add(&pcb->had, sizeof(uint64_t)) = sock->inode;
}

/* The listener is closed; whoever waits in its queue is reset, inet_csk_listen_stop(). */
static void close_listener(struct listener *listener, size_t cause)
{
	struct tcb *const *queue = listener->queue.at;

	listener->gone = cause;
	for (size_t i = 0; i < listener->queue.count; i++) {
		queue[i]->aborted = BY_QUEUE;
		queue[i]->abort_cause = cause;
		tcb_step(queue[i], TCP_CLOSE, BY_QUEUE, cause);
	}
	rows_free(&listener->queue);
}

static void release(struct sock *sock, size_t cause, enum closed_how how)
{
	if (sock->listener && sock->listener->gone == NO_EVENT)
		close_listener(sock->listener, cause);
	if (sock->tcb)
		tcb_orphan(sock->tcb, cause, how, sock->options[OPTION_LINGER] != NO_EVENT);
}

void pcb_let_go(struct world *world, struct pcb *pcb, int fd, size_t cause, enum closed_how how)
{
	struct descriptor *row = pcb_descriptor(pcb, fd), *rows = pcb->descriptors.at;
	struct sock *sock;

	if (!row)
		return;
	sock = row->sock;
	*row = rows[--pcb->descriptors.count];
	if (--sock->holders == 0 && sock->last_use <= world->now)
		release(sock, cause, how); /* used later: there is a descriptor nobody saw made */
}

/* Ends and signals ----------------------------------------------------------------------- */

void pcb_die(struct world *world, struct pcb *pcb, size_t cause, enum dying_by by)
{
	const enum closed_how how = by == DYING_EXIT ? CLOSED_BY_EXIT : CLOSED_BY_KILL;
	const struct descriptor *rows = pcb->descriptors.at;

	if (!pcb_is_alive(pcb))
		return;
	pcb->dying = cause;
	pcb->by = by;
	if (by == DYING_POWER)
		return; /* nothing of its host is left that could close */
	while (pcb->descriptors.count > 0)
		pcb_let_go(world, pcb, rows[pcb->descriptors.count - 1].fd, cause, how);
}

void pcb_send_signal(struct world *world, struct pcb *pcb, int number, size_t cause)
{
	if (pcb->end != NO_EVENT)
		return;
	*(struct sent_signal *)rows_add(&pcb->sent, sizeof(struct sent_signal)) =
		(struct sent_signal){ .number = number, .event = cause };
	if (number == SIGKILL)
		pcb_die(world, pcb, cause, DYING_KILLED);
	if (number == SIGSTOP)
		pcb->stop_sent = cause;
	if (number == SIGCONT)
		pcb->stop_sent = pcb->stopped = NO_EVENT;
}

/* Whether the default action of a signal ends a process: signal(7). */
static bool is_fatal(int number)
{
	return number != SIGCHLD && number != SIGURG && number != SIGWINCH && number != SIGCONT &&
	       number != SIGSTOP && number != SIGTSTP && number != SIGTTIN && number != SIGTTOU;
}

static void take_signal(struct world *world, struct moment *moment)
{
	const int number = moment->event->signal.number;
	struct pcb *pcb = moment->pcb;
	struct sent_signal *sent = pcb->sent.at;

	*(size_t *)rows_add(&pcb->signals, sizeof(size_t)) = moment->index;
	for (size_t i = pcb->sent.count; i-- > 0;)
		sent[i].delivered |= sent[i].number == number; /* signals do not queue */
	if (number == SIGCHLD) {
		pcb->last_sigchld = moment->index;
		rows_free(&pcb->untold);
	}
	if (number == SIGSTOP)
		pcb->stopped = moment->index;
	if (moment->event->signal.disposition == CAUGHT)
		moment->thread->caught = moment->index;
	if (moment->event->signal.disposition == DEFAULT_ACTION && is_fatal(number))
		pcb_die(world, pcb, moment->index, DYING_SIGNAL);
}

static void take_fork(struct world *world, struct moment *moment)
{
	struct pcb *parent = moment->pcb;
	struct pcb *child = world_add_pcb(world, moment->event->child, parent->host);
	const struct descriptor *rows = parent->descriptors.at;

	child->parent = parent;
	child->program = parent->program;
	child->born = moment->index;
	child->masks = parent->masks;
	memcpy(child->actions, parent->actions, sizeof(child->actions));
	for (size_t i = 0; i < parent->descriptors.count; i++)
		pcb_hold(child, rows[i].fd, rows[i].sock);
	parent->has_forked = true;
	parent->living++;
}

/* Who ignores SIGCHLD is not told, and its children leave no zombies (wait(2)). */
static void lose_child(struct pcb *parent, const struct pcb *child, size_t end)
{
	parent->living--;
	parent->last_child_end = end;
	if (parent->actions[SIGCHLD].disposition == IGNORED)
		return;
	rows_add_pointer(&parent->zombies, child);
	*(size_t *)rows_add(&parent->untold, sizeof(size_t)) = end;
}

void world_take_process(struct world *world, struct moment *moment)
{
	const struct event *event = moment->event;
	struct pcb *pcb = moment->pcb;

	if (!pcb)
		return;
	switch (event->kind) {
	case EVENT_SIGNAL:
		moment->thread = pcb_add_thread(pcb, tid_of(event));
		take_signal(world, moment);
		moment->thread->last = moment->index;
		return;
	case EVENT_FORK:
		take_fork(world, moment);
		moment->thread = pcb_add_thread(pcb, tid_of(event));
		moment->thread->last = moment->index;
		return;
	case EVENT_END:
		pcb_die(world, pcb, moment->index, event->end.signal ? DYING_KILLED : DYING_EXIT);
		if (pcb->end != NO_EVENT)
			return;
		pcb->end = moment->index;
		pcb->end_status = event->end.status;
		pcb->end_signal = event->end.signal;
		if (pcb->parent)
			lose_child(pcb->parent, pcb, moment->index);
		return;
	default:
		return;
	}
}

/* System calls: what they do when they begin, and when they come back. */
#include "explain/rule.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

static bool is(const struct moment *moment, const char *family)
{
	return strcmp(moment->event->call.family, family) == 0;
}

/* Entries -------------------------------------------------------------------------------- */

/* A descriptor whose making was not seen: inherited, or of dup(). */
static void learn_descriptor(struct world *world, struct moment *moment)
{
	const struct call *call = &moment->event->call;
	const int fd = argument_fd(call);

	if (!call->inode || fd < 0)
		return;
	moment->sock = world_add_sock(world, call->inode, moment->event->host);
	pcb_hold(moment->pcb, fd, moment->sock);
}

static void connect_begins(struct world *world, struct moment *moment)
{
	const enum host host = moment->event->host;
	struct sock *sock = moment->sock;
	struct tcb *tcb;

	if (!sock || !argument_port(&moment->event->call) || (sock->tcb && !tcb_is_dead(sock->tcb)))
		return;
	tcb = world_add_tcb(world, (unsigned int)host, (unsigned int)other_host(host));
	tcb->inode = sock->inode;
	tcb->connected = moment->index;
	tcb->local_port = sock->local_port;
	tcb->remote_port = argument_port(&moment->event->call);
	tcb_step(tcb, TCP_SYN_SENT, BY_CONNECT, moment->index);
	sock->tcb = tcb;
	rows_add_pointer(&world->connecting, tcb);
}

static void write_begins(struct world *world, struct moment *moment)
{
	struct tcb *tcb = moment->sock ? moment->sock->tcb : NULL;
	const int64_t length = argument_length(&moment->event->call);
	struct shown_bytes shown;
	struct given *given;
	uint8_t *bytes;

	if (!tcb)
		return;
	argument_bytes(&shown, &moment->event->call);
	bytes = world_alloc(world, shown.count);
	memcpy(bytes, shown.bytes, shown.count);
	given = rows_add(&tcb->given, sizeof(*given));
	*given = (struct given){ .from = tcb->written,
				 .to = length < 0 ? UINT32_MAX : tcb->written + (uint64_t)length,
				 .call = moment->index,
				 .returned = NO_EVENT,
				 .bytes = bytes,
				 .known = shown.count,
				 .had_to_queue = tcb->written + 1 > tcb->next };
	if (length >= 0 && given->known > (uint64_t)length)
		given->known = (size_t)length;
	tcb->written = given->to;
}

static void listen_begins(struct world *world, struct moment *moment)
{
	struct sock *sock = moment->sock;
	struct listener *listener;

	if (!sock || sock->listener)
		return;
	listener = world_alloc(world, sizeof(*listener));
	*listener = (struct listener){ .sock = sock,
				       .at = (unsigned int)sock->host,
				       .port = sock->port,
				       .backlog = (int)argument_number(&moment->event->call, 1, 0),
				       .listened = moment->index,
				       .gone = NO_EVENT };
	sock->listener = listener;
	map_put(&world->listeners, (uint64_t)listener->at << 16 | listener->port, listener);
	rows_add_pointer(&world->all_listeners, listener);
}

static void enter(struct world *world, struct moment *moment)
{
	const struct call *call = &moment->event->call;
	struct pcb *pcb = moment->pcb;

	if (strcmp(call->name, "ppoll") == 0 || strcmp(call->name, "pselect6") == 0)
		for (int i = 1; i < NSIG; i++)
			pcb->masks |= pcb->actions[i].disposition != DEFAULT_ACTION;
	if (is(moment, "exit")) {
		pcb_die(world, pcb, moment->index, DYING_EXIT);
		return;
	}
	learn_descriptor(world, moment);
	if (is(moment, "close"))
		pcb_let_go(world, pcb, argument_fd(call), moment->index, CLOSED_BY_CLOSE);
	else if (is(moment, "connect"))
		connect_begins(world, moment);
	else if (is(moment, "write"))
		write_begins(world, moment);
	else if (is(moment, "read") && moment->sock && moment->sock->tcb)
		moment->sock->tcb->last_read = moment->index;
	else if (is(moment, "listen"))
		listen_begins(world, moment);
	else if (is(moment, "shutdown") && moment->sock && moment->sock->tcb &&
		 !argument_is(call, "SHUT_RD"))
		tcb_close(moment->sock->tcb, moment->index, CLOSED_BY_SHUTDOWN);
	else if (is(moment, "kill") && world_pcb(world, (pid_t)argument_number(call, 0, 0)))
		pcb_send_signal(world, world_pcb(world, (pid_t)argument_number(call, 0, 0)),
				argument_signal(call), moment->index);
}

/* Returns -------------------------------------------------------------------------------- */

/* A call has told the error that was left for it. */
static void tell_error(struct tcb *tcb, const struct moment *moment)
{
	if (!tcb->error && moment->event->call.error != EPIPE)
		tcb_give_up(tcb, moment->event->call.error, moment->index, BY_GIVING_UP);
	tcb->error_told = true;
}

static void accepted(struct world *world, struct moment *moment)
{
	const struct call *call = &moment->event->call;
	struct sock *sock = world_add_sock(world, call->inode, moment->event->host);
	struct tcb *tcb = moment->tcb, **queue;
	struct rows *waiting;

	pcb_hold(moment->pcb, (int)call->result, sock);
	if (!tcb)
		return;
	tcb->inode = sock->inode;
	sock->tcb = tcb;
	if (!tcb->listener)
		return;
	waiting = &tcb->listener->queue;
	queue = waiting->at;
	for (size_t i = 0; i < waiting->count; i++)
		if (queue[i] == tcb) {
			memmove(&queue[i], &queue[i + 1],
				(waiting->count - i - 1) * sizeof(struct tcb *));
			waiting->count--;
			return;
		}
}

static void option_set(struct moment *moment)
{
	static const char *const names[OPTIONS] = { [OPTION_REUSEADDR] = "SO_REUSEADDR",
						    [OPTION_LINGER] = "SO_LINGER",
						    [OPTION_KEEPALIVE] = "SO_KEEPALIVE",
						    [OPTION_RCVBUF] = "SO_RCVBUF",
						    [OPTION_TIMEOUT] = "TCP_USER_TIMEOUT" };

	for (int i = 0; moment->sock && i < OPTIONS; i++)
		if (argument_is(&moment->event->call, names[i]))
			moment->sock->options[i] = moment->index;
}

static void action_set(struct moment *moment)
{
	const struct call *call = &moment->event->call;
	const int number = argument_signal(call);

	if (number == 0 || argument_is(call, "NULL"))
		return;
	moment->pcb->actions[number] = (struct disposed){
		.disposition = argument_is(call, "handler")   ? CAUGHT
			       : argument_is(call, "SIG_IGN") ? IGNORED
							      : DEFAULT_ACTION,
		.restarts = argument_is(call, "SA_RESTART"),
	};
}

static void read_returned(struct moment *moment)
{
	const struct call *call = &moment->event->call;

	if (moment->tcb && call->error && call->error != EAGAIN && call->error != EINTR)
		tell_error(moment->tcb, moment);
	else if (moment->tcb && !call->error) {
		moment->tcb->read += (uint64_t)call->result;
		moment->tcb->end_read |= call->result == 0 && moment->tcb->fin_in != NO_EVENT;
		moment->tcb->last_read = moment->index;
	} else if (!moment->tcb && call->fd_kind == FD_TERMINAL && !call->error &&
		   moment->pcb->typed_read < moment->pcb->typed.count)
		moment->pcb->typed_read++;
}

/* What was not taken was not given. */
static void write_returned(struct moment *moment)
{
	const struct call *call = &moment->event->call;
	struct tcb *tcb = moment->tcb;
	const uint64_t taken = call->error ? 0 : (uint64_t)call->result;
	struct given *rows;

	if (!tcb)
		return;
	rows = tcb->given.at;
	for (size_t i = tcb->given.count; i-- > 0;)
		if (rows[i].call == call->entered) {
			rows[i].returned = moment->index;
			if (rows[i].from + taken < rows[i].to)
				rows[i].to = rows[i].from + taken;
			if (i == tcb->given.count - 1)
				tcb->written = rows[i].to;
			break;
		}
	if (call->error && call->error != EAGAIN && call->error != EINTR)
		tell_error(tcb, moment);
	/* it broke while the write waited: what broke it waits to be told */
	else if (!call->error && argument_length(call) > call->result && tcb_unanswered(tcb) &&
		 !tcb->error)
		tcb_give_up(tcb, ETIMEDOUT, moment->index, BY_GIVING_UP);
}

static void wait_returned(struct world *world, struct moment *moment)
{
	struct pcb *child = world_pcb(world, (pid_t)moment->event->call.result), **rows;

	if (moment->event->call.result <= 0 || moment->event->call.error)
		return;
	moment->pcb->last_wait = moment->index;
	if (!child || child->parent != moment->pcb)
		return;
	child->waited_for = true;
	rows = moment->pcb->zombies.at;
	for (size_t i = 0; i < moment->pcb->zombies.count; i++)
		if (rows[i] == child) {
			rows[i] = rows[--moment->pcb->zombies.count];
			return;
		}
}

static void connect_returned(struct moment *moment)
{
	const int error = moment->event->call.error;

	if (!moment->tcb || error == 0 || error == EINPROGRESS || error == EINTR)
		return;
	if (!moment->tcb->error)
		tcb_give_up(moment->tcb, error, moment->index,
			    error == ETIMEDOUT ? BY_GIVING_UP : BY_UNREACHABLE);
	moment->tcb->error_told = true;
}

static void return_of(struct world *world, struct moment *moment)
{
	const struct call *call = &moment->event->call;
	const bool ok = call->error == 0 && call->ending == CALL_RETURNED;

	if (call->ending == CALL_RESTARTED || call->by_lab)
		return;
	if (is(moment, "read"))
		read_returned(moment);
	else if (is(moment, "write"))
		write_returned(moment);
	else if (is(moment, "connect"))
		connect_returned(moment);
	else if (strcmp(call->name, "getsockopt") == 0 && ok && argument_is(call, "SO_ERROR") &&
		 moment->tcb)
		moment->tcb->error_told |= moment->tcb->error != 0;
	if (!ok)
		return;
	if (is(moment, "socket") && call->inode)
		pcb_hold(moment->pcb, (int)call->result,
			 world_add_sock(world, call->inode, moment->event->host));
	else if (is(moment, "bind") && moment->sock)
		moment->sock->port = argument_port(call);
	else if (is(moment, "accept"))
		accepted(world, moment);
	else if (is(moment, "setsockopt"))
		option_set(moment);
	else if (is(moment, "sigaction"))
		action_set(moment);
	else if (is(moment, "wait"))
		wait_returned(world, moment);
	else if (is(moment, "fork") && !world_pcb(world, (pid_t)call->result))
		*(size_t *)rows_add(&moment->pcb->thread_births, sizeof(size_t)) = moment->index;
}

/* The thread's own book: what it is in, and what it did last. */
static void note_thread(struct moment *moment)
{
	const struct event *event = moment->event;
	struct thread *thread = pcb_add_thread(moment->pcb, tid_of(event));

	moment->thread = thread;
	thread->last = moment->index;
	thread->caught = NO_EVENT;
	if (event->kind == EVENT_ENTER) {
		if (thread->pending_count == PENDING_MOST)
			memmove(thread->pending, thread->pending + 1,
				--thread->pending_count * sizeof(*thread->pending));
		thread->pending[thread->pending_count++] = moment->index;
		return;
	}
	moment->pcb->last_return = moment->pcb->program->last_of_program = moment->index;
	for (int i = 0; i < thread->pending_count; i++)
		if (thread->pending[i] == event->call.entered) {
			memmove(&thread->pending[i], &thread->pending[i + 1],
				(size_t)(--thread->pending_count - i) * sizeof(*thread->pending));
			return;
		}
}

void world_take_call(struct world *world, struct moment *moment)
{
	if (!moment->pcb)
		return;
	if (moment->event->kind == EVENT_ENTER)
		enter(world, moment);
	else
		return_of(world, moment);
	note_thread(moment);
}

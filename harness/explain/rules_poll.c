/*
 * Why poll, select and epoll_wait return. The record does not tell which descriptors were asked
 * for, nor which were ready: the newest thing that any of the process's descriptors has to tell is
 * the reason.
 */
#include "explain/silence.h"

#include <netinet/tcp.h>
#include <string.h>

enum ready {
	READY_NOT,
	READY_CONNECTION,
	READY_DATA,
	READY_END,
	READY_ERROR,
	READY_SILENCE,
	READY_TERMINAL
};

struct readiness {
	enum ready what;
	size_t cause;
};

static void newer(const struct world *world, struct readiness *found, enum ready what, size_t cause)
{
	if (cause == NO_EVENT)
		return;
	if (found->what == READY_NOT || time_of(world, cause) > time_of(world, found->cause))
		*found = (struct readiness){ what, cause };
}

static void look_at_tcb(const struct world *world, struct readiness *found, const struct tcb *tcb)
{
	const struct tcp_segment *data = NULL;

	if (tcb_unread(tcb) > 0)
		data = tcb_data_at(tcb, tcb->read + tcb_unread(tcb) - 1);
	if (data)
		newer(world, found, READY_DATA, data->event);
	newer(world, found, READY_END, tcb->fin_in);
	if (!tcb->error && !tcb_established(tcb) && tcb->icmp != NO_EVENT)
		newer(world, found, READY_ERROR, tcb->icmp);
	if (tcb->error)
		newer(world, found, READY_ERROR, tcb->error_cause);
	else if (tcb->fin_in == NO_EVENT)
		newer(world, found, READY_SILENCE, gave_up(world, tcb));
}

static struct readiness newest_ready(const struct moment *moment)
{
	const struct pcb *pcb = moment->pcb;
	const struct descriptor *rows = pcb->descriptors.at;
	const struct typed *typed = pcb->typed.at;
	struct readiness found = { READY_NOT, NO_EVENT };

	for (size_t i = 0; i < pcb->descriptors.count; i++) {
		const struct listener *listener = rows[i].sock->listener;
		struct tcb *const *queue = listener ? listener->queue.at : NULL;

		if (listener && listener->queue.count > 0)
			newer(moment->world, &found, READY_CONNECTION,
			      tcb_established(queue[listener->queue.count - 1])->cause);
		if (rows[i].sock->tcb)
			look_at_tcb(moment->world, &found, rows[i].sock->tcb);
	}
	if (pcb->typed_read < pcb->typed.count)
		newer(moment->world, &found, READY_TERMINAL, typed[pcb->typed_read].event);
	return found;
}

static bool is_ready(struct moment *moment, enum ready what)
{
	struct readiness found;

	if (!succeeded(moment) || moment->event->call.result <= 0)
		return false;
	found = newest_ready(moment);
	return found.what == what && because(moment, found.cause);
}

static bool connection(struct moment *moment)
{
	return is_ready(moment, READY_CONNECTION);
}

static bool data(struct moment *moment)
{
	return is_ready(moment, READY_DATA);
}

static bool end(struct moment *moment)
{
	return is_ready(moment, READY_END);
}

static bool error(struct moment *moment)
{
	return is_ready(moment, READY_ERROR);
}

static bool silence(struct moment *moment)
{
	return is_ready(moment, READY_SILENCE);
}

static bool terminal(struct moment *moment)
{
	return is_ready(moment, READY_TERMINAL);
}

/* Nothing is to be read: it must have been asked whether there is room to send. */
static bool writable(struct moment *moment)
{
	const struct pcb *pcb = moment->pcb;
	const struct descriptor *rows;

	if (!succeeded(moment) || moment->event->call.result <= 0 ||
	    newest_ready(moment).what != READY_NOT)
		return false;
	rows = pcb->descriptors.at;
	for (size_t i = 0; i < pcb->descriptors.count; i++) {
		const struct tcb *tcb = rows[i].sock->tcb;

		if (tcb && (tcb_state(tcb) == TCP_ESTABLISHED || tcb_state(tcb) == TCP_CLOSE_WAIT))
			return because(moment, tcb->progress ? tcb->progress->event
							     : tcb_established(tcb)->cause);
	}
	return false;
}

static bool time_over(struct moment *moment)
{
	return succeeded(moment) && moment->event->call.result == 0;
}

const struct rule rules_poll[] = {
	{ .id = "poll.connection",
	  .kind = EVENT_RETURN,
	  .call = "poll|select|epoll_wait",
	  .holds = connection,
	  .link = LINK_PASSED,
	  .condition = "the newest that its descriptors have to tell: a connection in the queue",
	  .english = "a connection waits to be accepted",
	  .korean = "accept를 기다리는 연결이 있다",
	  .source = "inet_csk_listen_poll()" },
	{ .id = "poll.data",
	  .kind = EVENT_RETURN,
	  .call = "poll|select|epoll_wait",
	  .holds = data,
	  .link = LINK_PASSED,
	  .condition = "the newest: data that was not read",
	  .english = "data has come",
	  .korean = "읽을 데이터가 왔다",
	  .source = "tcp_poll(), sock_def_readable()" },
	{ .id = "poll.end",
	  .kind = EVENT_RETURN,
	  .call = "poll|select|epoll_wait",
	  .holds = end,
	  .link = LINK_PASSED,
	  .condition = "the newest: the peer's FIN",
	  .english = "the peer's FIN has come: the end of file is to be read",
	  .korean = "상대의 FIN이 와서 EOF를 읽을 수 있다",
	  .source = "tcp_poll(), EPOLLRDHUP" },
	{ .id = "poll.error",
	  .kind = EVENT_RETURN,
	  .call = "poll|select|epoll_wait",
	  .holds = error,
	  .link = LINK_PASSED,
	  .condition = "the newest: an error",
	  .english = "the connection has an error to tell",
	  .korean = "연결에 알려 줄 에러가 있다",
	  .source = "tcp_poll(), EPOLLERR" },
	{ .id = "poll.silence",
	  .kind = EVENT_RETURN,
	  .call = "poll|select|epoll_wait",
	  .holds = silence,
	  .link = LINK_PASSED,
	  .condition = "the newest: what was sent again is unanswered, and the timer has ended",
	  .english = "nothing was answered, and TCP has given up: there is an error to tell",
	  .korean = "아무 답이 없어 TCP가 포기했다. 알려 줄 에러가 있다",
	  .source = "tcp_poll(), EPOLLERR",
	  .counter = "TCPAbortOnTimeout" },
	{ .id = "poll.terminal",
	  .kind = EVENT_RETURN,
	  .call = "poll|select|epoll_wait",
	  .holds = terminal,
	  .link = LINK_PASSED,
	  .condition = "the newest: a line was typed",
	  .english = "somebody has typed",
	  .korean = "누군가 터미널에서 입력했다",
	  .source = "n_tty_poll()" },
	{ .id = "poll.room",
	  .kind = EVENT_RETURN,
	  .call = "poll|select|epoll_wait",
	  .holds = writable,
	  .link = LINK_PASSED,
	  .condition = "nothing is to be read, and a connection may send",
	  .english = "there is room to send, and nothing is to be read",
	  .korean = "읽을 것은 없고 보낼 자리가 있다",
	  .source = "tcp_poll(), EPOLLOUT" },
	{ .id = "poll.time",
	  .kind = EVENT_RETURN,
	  .call = "poll|select|epoll_wait",
	  .holds = time_over,
	  .link = LINK_QUIET,
	  .condition = "0",
	  .english = "0: nothing has happened in the time that was given",
	  .korean = "정한 시간 안에 아무 일도 없어 0이 리턴된다",
	  .source = "poll(2)" },
	{ 0 },
};

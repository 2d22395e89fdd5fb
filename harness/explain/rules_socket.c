/* Why calls that set up a socket, ask it something or close it return what they return. */
#include "explain/rule.h"

#include <errno.h>
#include <string.h>

/* What needs no more than that the call was made. */
static bool returned_0(struct moment *moment)
{
	return succeeded(moment) && moment->event->call.result == 0;
}

static bool made_socket(struct moment *moment)
{
	return succeeded(moment) && moment->event->call.result >= 0 &&
	       !pcb_descriptor(moment->pcb, (int)moment->event->call.result);
}

/* What has the port: a listener, or a connection that is not over yet. */
static size_t port_holder(const struct moment *moment)
{
	const uint16_t port = argument_port(&moment->event->call);
	const struct listener *listener =
		world_listener(moment->world, (unsigned int)moment->event->host, port);
	struct tcb *const *tcbs = moment->world->all_tcbs.at;

	if (listener && listener->gone == NO_EVENT)
		return listener->listened;
	for (size_t i = moment->world->all_tcbs.count; i-- > 0;)
		if (tcbs[i]->host == moment->event->host && tcbs[i]->local_port == port &&
		    !tcb_is_dead(tcbs[i]))
			return tcb_last_step(tcbs[i])->cause;
	return NO_EVENT;
}

static bool bound(struct moment *moment)
{
	size_t holder;

	if (!returned_0(moment))
		return false;
	holder = port_holder(moment);
	return holder == NO_EVENT ||
	       (moment->sock && moment->sock->options[OPTION_REUSEADDR] != NO_EVENT &&
		(event_at(moment->world, holder)->kind != EVENT_ENTER ||
		 strcmp(event_at(moment->world, holder)->call.family, "listen") != 0));
}

static bool port_in_use(struct moment *moment)
{
	size_t holder;

	if (!failed_with(moment, EADDRINUSE))
		return false;
	holder = port_holder(moment);
	return holder != NO_EVENT && because(moment, holder);
}

/* The end of a connection, what ended it as the cause. */
static bool not_connected(struct moment *moment)
{
	if (!failed_with(moment, ENOTCONN) || !tcb_is_dead(moment->tcb))
		return false;
	return !moment->tcb || because(moment, tcb_last_step(moment->tcb)->cause);
}

static bool has_peer(struct moment *moment)
{
	return succeeded(moment) && !tcb_is_dead(moment->tcb);
}

static bool error_waits(const struct moment *moment)
{
	return argument_is(&moment->event->call, "SO_ERROR") && moment->tcb && moment->tcb->error &&
	       !moment->tcb->error_told;
}

static bool error_fetched(struct moment *moment)
{
	return returned_0(moment) && error_waits(moment) &&
	       because(moment, moment->tcb->error_cause);
}

static bool option_read(struct moment *moment)
{
	return returned_0(moment) && !error_waits(moment);
}

const struct rule rules_socket[] = {
	{ .id = "socket.ok",
	  .kind = EVENT_RETURN,
	  .call = "socket",
	  .holds = made_socket,
	  .link = LINK_QUIET,
	  .condition = "a descriptor that is not in use",
	  .english = "a new socket",
	  .korean = "새 소켓이다",
	  .source = "socket(2)" },
	{ .id = "bind.ok",
	  .kind = EVENT_RETURN,
	  .call = "bind",
	  .holds = bound,
	  .link = LINK_QUIET,
	  .condition = "nobody has the port, or SO_REUSEADDR is set and it is no listener",
	  .english = "the port is free",
	  .korean = "포트가 비어 있다",
	  .source = "bind(2), inet_csk_get_port()" },
	{ .id = "bind.in-use",
	  .kind = EVENT_RETURN,
	  .call = "bind",
	  .holds = port_in_use,
	  .condition = "EADDRINUSE; a listener or a connection, as one in TIME_WAIT, has the port",
	  .english = "EADDRINUSE: a connection, or a listener, still has the port",
	  .korean = "아직 포트를 쓰는 연결이나 리스닝 소켓이 있어 EADDRINUSE",
	  .source = "UNP 7.5, inet_csk_bind_conflict()" },
	{ .id = "listen.ok",
	  .kind = EVENT_RETURN,
	  .call = "listen",
	  .holds = returned_0,
	  .link = LINK_QUIET,
	  .condition = "0",
	  .english = "connections may queue now",
	  .korean = "이제 연결이 큐에서 기다릴 수 있다",
	  .source = "listen(2), inet_listen()" },
	{ .id = "setsockopt.ok",
	  .kind = EVENT_RETURN,
	  .call = "setsockopt",
	  .holds = returned_0,
	  .link = LINK_QUIET,
	  .condition = "0",
	  .english = "the option is set",
	  .korean = "소켓 옵션이 정해진다",
	  .source = "setsockopt(2)" },
	{ .id = "getsockopt.error",
	  .kind = EVENT_RETURN,
	  .call = "getsockopt",
	  .holds = error_fetched,
	  .condition = "SO_ERROR, and an error waits",
	  .english = "SO_ERROR tells the error that waits, and takes it away",
	  .korean = "기다리던 에러를 SO_ERROR로 읽는다. 읽으면 지워진다",
	  .source = "socket(7), sock_error()" },
	{ .id = "getsockopt.ok",
	  .kind = EVENT_RETURN,
	  .call = "getsockopt",
	  .holds = option_read,
	  .link = LINK_QUIET,
	  .condition = "0; no error waits",
	  .english = "the option is read",
	  .korean = "옵션 값을 읽는다",
	  .source = "getsockopt(2)" },
	{ .id = "getpeername.ok",
	  .kind = EVENT_RETURN,
	  .call = "getpeername",
	  .holds = has_peer,
	  .link = LINK_QUIET,
	  .condition = "the connection is not over",
	  .english = "the connection has a peer",
	  .korean = "연결의 상대가 있다",
	  .source = "getpeername(2)" },
	{ .id = "getpeername.not",
	  .kind = EVENT_RETURN,
	  .call = "getpeername",
	  .holds = not_connected,
	  .condition = "ENOTCONN; the connection is over",
	  .english = "ENOTCONN: the connection is over",
	  .korean = "연결이 이미 끝나 ENOTCONN",
	  .source = "getpeername(2), inet_getname()" },
	{ .id = "shutdown.ok",
	  .kind = EVENT_RETURN,
	  .call = "shutdown",
	  .holds = returned_0,
	  .link = LINK_QUIET,
	  .condition = "0",
	  .english = "its half of the connection is closed",
	  .korean = "자기 쪽 방향을 닫았다",
	  .source = "shutdown(2), inet_shutdown()" },
	{ .id = "shutdown.not",
	  .kind = EVENT_RETURN,
	  .call = "shutdown",
	  .holds = not_connected,
	  .condition = "ENOTCONN; the connection is over",
	  .english = "ENOTCONN: the connection is over",
	  .korean = "연결이 이미 끝나 ENOTCONN",
	  .source = "shutdown(2), inet_shutdown()" },
	{ .id = "close.ok",
	  .kind = EVENT_RETURN,
	  .call = "close",
	  .holds = returned_0,
	  .link = LINK_QUIET,
	  .condition = "0",
	  .english = "the descriptor is gone",
	  .korean = "디스크립터가 없어졌다",
	  .source = "close(2)" },
	{ 0 },
};

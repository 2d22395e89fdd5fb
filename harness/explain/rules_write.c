/* Why write returns what it returns; the book's name for send and its kin, too. */
#include "explain/silence.h"

#include <errno.h>
#include <netinet/tcp.h>

/* How many bytes the call has to give; its result when the record does not tell. */
static int64_t asked(const struct moment *moment)
{
	const int64_t length = argument_length(&moment->event->call);

	return length < 0 ? moment->event->call.result : length;
}

static bool all_taken(const struct moment *moment)
{
	return succeeded(moment) && moment->event->call.result == asked(moment);
}

/* When the state was left in which it may send; NO_EVENT: it still is. */
static size_t unable_since(const struct tcb *tcb)
{
	for (int i = 1; i < tcb->step_count; i++)
		if (tcb->steps[i].state != TCP_ESTABLISHED &&
		    tcb->steps[i].state != TCP_CLOSE_WAIT && tcb->steps[i].state != TCP_SYN_SENT &&
		    tcb->steps[i].state != TCP_SYN_RECV)
			return tcb->steps[i].cause;
	return NO_EVENT;
}

/* When it was called: what came during the call was too late for it. */
static bool could_send(const struct moment *moment)
{
	const size_t since = unable_since(moment->tcb);

	return tcb_established(moment->tcb) &&
	       (since == NO_EVENT || time_of(moment->world, since) >= moment->entered->time_ns);
}

/*
 * The ACK that made room in the call, if the call had to wait for it: then bytes that it has given
 * were sent after that ACK.
 */
static const struct tcp_segment *room_made(const struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;
	struct tcp_segment *const *got = tcb->got.at;
	const struct tcp_segment *sent = tcb_last_sent(tcb);

	if (!sent || sent->time_ns < moment->entered->time_ns)
		return NULL;
	for (size_t i = tcb->got.count; i-- > 0;) {
		if (got[i]->time_ns < moment->entered->time_ns)
			return NULL;
		if (got[i]->flags & ACK && got[i] < sent)
			return got[i];
	}
	return NULL;
}

static const struct tcp_segment *waited_for(const struct moment *moment)
{
	const struct given *given = moment->tcb->given.at;

	for (size_t i = moment->tcb->given.count; i-- > 0;)
		if (given[i].call == moment->event->call.entered)
			return given[i].had_to_queue ? room_made(moment) : NULL;
	return NULL;
}

static bool taken(struct moment *moment)
{
	return moment->tcb && all_taken(moment) && could_send(moment) && !waited_for(moment);
}

static bool taken_later(struct moment *moment)
{
	const struct tcp_segment *room;

	if (!moment->tcb || !all_taken(moment) || !could_send(moment))
		return false;
	room = waited_for(moment);
	return room && because(moment, room->event);
}

/* How many bytes of the call have left. */
static uint64_t sent_of_call(const struct moment *moment)
{
	const struct given *given = moment->tcb->given.at;

	for (size_t i = moment->tcb->given.count; i-- > 0;)
		if (given[i].call == moment->event->call.entered)
			return moment->tcb->next > given[i].from + 1
				       ? moment->tcb->next - 1 - given[i].from
				       : 0;
	return 0;
}

/* What broke the connection in the call; what was taken before is its result. */
static bool taken_partly(struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;
	size_t cause;

	if (!tcb || !succeeded(moment) || moment->event->call.result <= 0 ||
	    moment->event->call.result >= asked(moment))
		return false;
	if (sent_of_call(moment) > (uint64_t)moment->event->call.result)
		return false;
	cause = tcb->error ? tcb->error_cause : gave_up(moment->world, tcb);
	return cause != NO_EVENT &&
	       (tcb->error == 0 || time_of(moment->world, cause) > moment->entered->time_ns) &&
	       because(moment, cause);
}

/* Of a socket that does not block: as much as there was room for. */
static bool taken_to_room(struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;

	return tcb && succeeded(moment) && moment->sock->never_waits &&
	       moment->event->call.result > 0 && moment->event->call.result < asked(moment) &&
	       sent_of_call(moment) <= (uint64_t)moment->event->call.result && could_send(moment) &&
	       tcb->error == 0;
}

static bool reset_after_fin(struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;

	if (!failed_with(moment, EPIPE) || !tcb || tcb->error != EPIPE || tcb->error_told)
		return false;
	because(moment, tcb->error_cause);
	return because(moment, tcb->fin_in);
}

static bool told_before(struct moment *moment)
{
	return failed_with(moment, EPIPE) && moment->tcb && moment->tcb->error_told &&
	       because(moment, moment->tcb->error_cause);
}

static bool closed_here(struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;

	return failed_with(moment, EPIPE) && tcb && !tcb->error && tcb->closed != NO_EVENT &&
	       because(moment, tcb->closed);
}

static bool never_connected(struct moment *moment)
{
	return failed_with(moment, EPIPE) && !moment->tcb && moment->sock;
}

static bool was_reset(struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;

	return failed_with(moment, ECONNRESET) && tcb && tcb->error == ECONNRESET &&
	       !tcb->error_told && because(moment, tcb->error_cause);
}

static bool no_room(struct moment *moment)
{
	return failed_with(moment, EAGAIN) && moment->tcb && !moment->tcb->error;
}

static bool write_local(struct moment *moment)
{
	return all_taken(moment) && moment->event->call.inode && !moment->tcb && !moment->listener;
}

const struct rule rules_write[] = {
	{ .id = "write.taken",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = taken,
	  .link = LINK_QUIET,
	  .condition = "all bytes; the connection could send when it was called, and all that "
		       "was given before had left",
	  .english = "the kernel has taken the data; it says nothing of the peer",
	  .korean = "커널이 데이터를 받아 두었다. 상대가 받았다는 뜻은 아니다",
	  .source = "write(2), tcp_sendmsg_locked()" },
	{ .id = "write.room",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = taken_later,
	  .condition = "all bytes; data given before had not left, and an ACK came in the call",
	  .english = "an ACK has made room, and the kernel has taken all of the data",
	  .korean = "ACK가 와서 자리가 나자 커널이 데이터를 모두 받았다",
	  .source = "tcp_sendmsg_locked(), sk_stream_wait_memory()" },
	{ .id = "write.partly",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = taken_partly,
	  .condition = "fewer bytes; the connection broke in the call",
	  .english = "the connection broke when only {result} bytes were taken",
	  .korean = "{result}바이트만 받은 상태에서 연결이 깨졌다",
	  .source = "tcp_sendmsg_locked()" },
	{ .id = "write.to-room",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = taken_to_room,
	  .link = LINK_QUIET,
	  .condition = "fewer bytes; a socket that does not block",
	  .english = "there was room for {result} bytes, and the socket does not block",
	  .korean = "{result}바이트를 둘 자리가 있었고, 이 소켓은 블록되지 않는다",
	  .source = "write(2), O_NONBLOCK, tcp_sendmsg_locked()" },
	{ .id = "write.reset-after-fin",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = reset_after_fin,
	  .condition = "EPIPE; an RST has come in CLOSE_WAIT, and was not told yet",
	  .english = "EPIPE: an RST has come after the peer's FIN",
	  .korean = "상대의 FIN 다음에 RST까지 왔으므로 EPIPE",
	  .source = "tcp_reset(): in CLOSE_WAIT an RST leaves EPIPE" },
	{ .id = "write.told",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = told_before,
	  .condition = "EPIPE; the connection's error was told before",
	  .english = "EPIPE: the connection is over, and its error was told before",
	  .korean = "연결은 끝났고 그 에러는 이미 알려 주었으므로 EPIPE",
	  .source = "write(2), sk_stream_error()" },
	{ .id = "write.closed-here",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = closed_here,
	  .condition = "EPIPE; this end has called shutdown()",
	  .english = "EPIPE: this end has closed its own half",
	  .korean = "스스로 보내는 방향을 닫아 놓고 써서 EPIPE",
	  .source = "shutdown(2), tcp_sendmsg_locked(), SEND_SHUTDOWN" },
	{ .id = "write.never-connected",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = never_connected,
	  .condition = "EPIPE; the socket never had a connection",
	  .english = "EPIPE: the socket was never connected",
	  .korean = "연결된 적이 없는 소켓에 써서 EPIPE",
	  .source = "sk_stream_wait_connect()" },
	{ .id = "write.reset",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = was_reset,
	  .condition = "ECONNRESET; an RST has come, not after a FIN, and was not told yet",
	  .english = "ECONNRESET: an RST has come",
	  .korean = "RST가 와서 ECONNRESET",
	  .source = "tcp_reset(), sock_error()" },
	{ .id = "write.no-room",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = no_room,
	  .link = LINK_QUIET,
	  .condition = "EAGAIN",
	  .english = "EAGAIN: there is no room for more data",
	  .korean = "더 받아 둘 자리가 없어 EAGAIN",
	  .source = "send(2), sk_stream_memory_free()" },
	{ .id = "write.local",
	  .kind = EVENT_RETURN,
	  .call = "write",
	  .holds = write_local,
	  .link = LINK_QUIET,
	  .condition = "all bytes; a socket that is no TCP connection",
	  .english = "it stays on the same host, not over TCP",
	  .korean = "TCP가 아니라 같은 호스트 안의 소켓에 쓴다",
	  .source = "unix(7)" },
	{ 0 },
};

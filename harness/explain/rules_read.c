/* Why read returns what it returns; the book's name for recv and its kin, too. */
#include "explain/silence.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

/* The terminal ---------------------------------------------------------------------------- */

/* What was typed next; NULL: nothing. */
static const struct typed *next_typed(const struct moment *moment)
{
	const struct pcb *pcb = moment->pcb;

	if (moment->event->call.fd_kind == FD_SOCKET || moment->event->call.inode ||
	    argument_fd(&moment->event->call) != 0 || pcb->typed_read >= pcb->typed.count)
		return NULL;
	return &((const struct typed *)pcb->typed.at)[pcb->typed_read];
}

static bool line_read(struct moment *moment)
{
	const struct typed *typed = succeeded(moment) ? next_typed(moment) : NULL;
	struct shown_bytes shown;
	size_t length;

	if (!typed || !typed->line || moment->event->call.result <= 0)
		return false;
	argument_bytes(&shown, &moment->event->call);
	length = strlen(typed->line); /* without its newline */
	if (length + 1 != (size_t)moment->event->call.result)
		return false;
	for (size_t i = 0; i < shown.count && i < length; i++)
		if (shown.bytes[i] != (uint8_t)typed->line[i])
			return false;
	return because(moment, typed->event);
}

static bool typed_end(struct moment *moment)
{
	const struct typed *typed = succeeded(moment) ? next_typed(moment) : NULL;

	return typed && !typed->line && moment->event->call.result == 0 &&
	       because(moment, typed->event);
}

/* Connections ---------------------------------------------------------------------------- */

/* Whether the bytes that read shows are those that have come, from where it has come to. */
static bool bytes_fit(const struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;
	struct shown_bytes shown;

	argument_bytes(&shown, &moment->event->call);
	if (!shown.cut && shown.count && shown.count != (size_t)moment->event->call.result)
		return false;
	for (size_t i = 0; i < shown.count; i++) {
		const uint64_t offset = tcb->read + i;
		const struct tcp_segment *segment = tcb_data_at(tcb, offset);
		const struct packet *packet;

		if (!segment || offset < segment->seq - 1)
			return false;
		packet = &event_at(moment->world, segment->event)->wire.packet;
		if (packet->payload &&
		    packet->payload[offset - (segment->seq - 1)] != shown.bytes[i])
			return false;
	}
	return true;
}

static bool data_read(struct moment *moment)
{
	const int64_t result = moment->event->call.result;
	const struct tcp_segment *last;

	if (!succeeded(moment) || !moment->tcb || result <= 0 ||
	    (uint64_t)result > tcb_unread(moment->tcb) || !bytes_fit(moment))
		return false;
	last = tcb_data_at(moment->tcb, moment->tcb->read + (uint64_t)result - 1);
	return last && because(moment, last->event);
}

static bool fin_read(struct moment *moment)
{
	return succeeded(moment) && moment->tcb && moment->event->call.result == 0 &&
	       moment->tcb->fin_in != NO_EVENT && tcb_unread(moment->tcb) == 0 &&
	       because(moment, moment->tcb->fin_in);
}

static bool told_before(struct moment *moment)
{
	return succeeded(moment) && moment->tcb && moment->event->call.result == 0 &&
	       moment->tcb->fin_in == NO_EVENT && moment->tcb->error_told &&
	       because(moment, moment->tcb->error_cause);
}

static bool was_reset(struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;

	return failed_with(moment, ECONNRESET) && tcb && tcb->fin_in == NO_EVENT &&
	       tcb->error == ECONNRESET && !tcb->error_told && because(moment, tcb->error_cause);
}

static bool timed_out(struct moment *moment)
{
	size_t last;

	if (!failed_with(moment, ETIMEDOUT) || !moment->tcb || moment->tcb->soft_error ||
	    unanswered_question(moment->world, moment->event->host))
		return false;
	last = gave_up(moment->world, moment->tcb);
	if (last == NO_EVENT)
		return false;
	because(moment, last);
	return because(moment, reason_of_silence(moment->world, moment->tcb));
}

static bool timed_out_with_icmp(struct moment *moment)
{
	size_t last;

	if (!moment->tcb || !moment->tcb->soft_error ||
	    !failed_with(moment, moment->tcb->soft_error))
		return false;
	last = gave_up(moment->world, moment->tcb);
	if (last == NO_EVENT)
		return false;
	because(moment, moment->tcb->soft_cause);
	return because(moment, last);
}

static bool timed_out_without_neighbour(struct moment *moment)
{
	const struct neighbour *neighbour;
	size_t last;

	if (!failed_with(moment, EHOSTUNREACH) || !moment->tcb || moment->tcb->soft_error)
		return false;
	neighbour = unanswered_question(moment->world, moment->event->host);
	last = gave_up(moment->world, moment->tcb);
	if (!neighbour || last == NO_EVENT)
		return false;
	because(moment, neighbour->question);
	because(moment, last);
	return because(moment, reason_of_silence(moment->world, moment->tcb));
}

static bool nothing_to_read(struct moment *moment)
{
	return failed_with(moment, EAGAIN) &&
	       (!moment->tcb || (tcb_unread(moment->tcb) == 0 && moment->tcb->fin_in == NO_EVENT));
}

/* A socket, but no connection of the wire: a pair of local ones, as of a self-pipe. */
static bool read_local(struct moment *moment)
{
	return succeeded(moment) && moment->event->call.inode && !moment->tcb && !moment->listener;
}

const struct rule rules_read[] = {
	{ .id = "read.line",
	  .kind = EVENT_RETURN,
	  .call = "read",
	  .holds = line_read,
	  .link = LINK_PASSED,
	  .condition = "the line that was typed next",
	  .english = "a line from the terminal",
	  .korean = "터미널에서 입력된 한 줄을 읽는다",
	  .source = "read(2), n_tty_read()" },
	{ .id = "read.typed-end",
	  .kind = EVENT_RETURN,
	  .call = "read",
	  .holds = typed_end,
	  .link = LINK_PASSED,
	  .condition = "0; ^D was typed next",
	  .english = "^D was typed: the end of the terminal's input",
	  .korean = "^D가 입력되었다. 터미널 입력의 끝(EOF)이다",
	  .source = "termios(3) VEOF, n_tty_read()" },
	{ .id = "read.data",
	  .kind = EVENT_RETURN,
	  .call = "read",
	  .holds = data_read,
	  .link = LINK_PASSED,
	  .condition = "as many bytes have come, and they are these",
	  .english = "data has come",
	  .korean = "도착한 데이터를 읽는다",
	  .source = "tcp_recvmsg_locked()" },
	{ .id = "read.fin",
	  .kind = EVENT_RETURN,
	  .call = "read",
	  .holds = fin_read,
	  .link = LINK_PASSED,
	  .condition = "0; the peer's FIN has come, and all before it was read",
	  .english = "0: the peer's FIN has come, and all data before it was read",
	  .korean = "상대의 FIN이 왔고 그 앞의 데이터를 다 읽어 0(EOF)이 리턴된다",
	  .source = "RFC 9293 3.10.4, tcp_recvmsg_locked(), SOCK_DONE" },
	{ .id = "read.told",
	  .kind = EVENT_RETURN,
	  .call = "read",
	  .holds = told_before,
	  .condition = "0; no FIN has come; the error was told before",
	  .english = "0: the connection's error was told before, and is told once",
	  .korean = "에러는 한 번만 알려 준다. 이미 알려 주었으므로 0이 리턴된다",
	  .source = "tcp_recvmsg_locked(), sock_error()" },
	{ .id = "read.reset",
	  .kind = EVENT_RETURN,
	  .call = "read",
	  .holds = was_reset,
	  .condition = "ECONNRESET; an RST has come, not after a FIN, and was not told yet",
	  .english = "ECONNRESET: an RST has come",
	  .korean = "RST가 와서 ECONNRESET",
	  .source = "RFC 9293 3.10.7.4, tcp_reset()" },
	{ .id = "read.silence",
	  .kind = EVENT_RETURN,
	  .call = "read|write",
	  .holds = timed_out,
	  .condition = "ETIMEDOUT; what was sent again or asked last is unanswered, and the timer "
		       "has ended; no router has said why",
	  .english = "ETIMEDOUT: nothing was answered, and TCP has given up",
	  .korean = "아무 답이 없어 TCP가 포기했다. ETIMEDOUT",
	  .source = "RFC 9293 3.8.3, tcp_write_err()",
	  .counter = "TCPAbortOnTimeout" },
	{ .id = "read.router",
	  .kind = EVENT_RETURN,
	  .call = "read|write",
	  .holds = timed_out_with_icmp,
	  .condition = "the same, but an ICMP error was remembered, and means this errno",
	  .english = "{error}: TCP has given up, and a router had said why",
	  .korean = "TCP가 포기했고, 라우터가 이유를 알려 두었으므로 {error}",
	  .source = "RFC 9293 3.9.2.2, tcp_v4_err(), sk_err_soft, tcp_write_err()",
	  .counter = "TCPAbortOnTimeout" },
	{ .id = "read.no-neighbour",
	  .kind = EVENT_RETURN,
	  .call = "read|write",
	  .holds = timed_out_without_neighbour,
	  .condition = "EHOSTUNREACH; the same, and the host's last question for the address is "
		       "unanswered",
	  .english = "EHOSTUNREACH: TCP has given up, and nobody on the link has the address",
	  .korean = "TCP가 포기했고, 링크에 그 주소를 가진 호스트도 없어 EHOSTUNREACH",
	  .source = "arp(7), arp_error_report(), tcp_write_err()",
	  .counter = "TCPAbortOnTimeout" },
	{ .id = "read.nothing",
	  .kind = EVENT_RETURN,
	  .call = "read",
	  .holds = nothing_to_read,
	  .link = LINK_QUIET,
	  .condition = "EAGAIN; nothing waits to be read",
	  .english = "EAGAIN: nothing waits to be read",
	  .korean = "읽을 것이 없어 EAGAIN",
	  .source = "recv(2), tcp_recvmsg_locked()" },
	{ .id = "read.local",
	  .kind = EVENT_RETURN,
	  .call = "read",
	  .holds = read_local,
	  .link = LINK_QUIET,
	  .condition = "a socket that is no TCP connection",
	  .english = "it came from the same host, not over TCP",
	  .korean = "TCP가 아니라 같은 호스트 안의 소켓에서 읽는다",
	  .source = "unix(7)" },
	{ 0 },
};

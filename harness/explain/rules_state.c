/* States of TCP as the lab saw them, RFC 9293 3.3.2; and the retransmission timer. */
#include "explain/silence.h"

#include <netinet/tcp.h>

/* The step that shows itself: since the last look the end has been in the state that is told. */
static const struct step *shown(const struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;

	if (!tcb || tcb->polled != moment->event->state.from)
		return NULL;
	for (int i = tcb->step_count; i-- > tcb->seen + 1;)
		if (tcb->steps[i].state == moment->event->state.to)
			return &tcb->steps[i];
	return NULL;
}

static bool is_step(struct moment *moment, int to, enum step_by by)
{
	const struct step *step = moment->event->state.to == to ? shown(moment) : NULL;

	return step && step->by == by && because(moment, step->cause);
}

/* A rule of one step each. */
#define STEP(name, to, by)                      \
	static bool name(struct moment *moment) \
	{                                       \
		return is_step(moment, to, by); \
	}

STEP(syn_sent, TCP_SYN_SENT, BY_CONNECT)
STEP(syn_received, TCP_SYN_RECV, BY_SYN)
STEP(established_active, TCP_ESTABLISHED, BY_SYN_ACK)
STEP(established_passive, TCP_ESTABLISHED, BY_THIRD)
STEP(close_wait, TCP_CLOSE_WAIT, BY_FIN)
STEP(fin_wait_1, TCP_FIN_WAIT1, BY_CLOSE)
STEP(fin_wait_2, TCP_FIN_WAIT2, BY_ACK_OF_FIN)
STEP(closing, TCP_CLOSING, BY_FIN)
STEP(last_ack, TCP_LAST_ACK, BY_CLOSE)
STEP(time_wait, TCP_TIME_WAIT, BY_FIN)
STEP(time_wait_crossed, TCP_TIME_WAIT, BY_ACK_OF_FIN)
STEP(closed_last_ack, TCP_CLOSE, BY_ACK_OF_FIN)
STEP(closed_rst, TCP_CLOSE, BY_RST)
STEP(closed_unread, TCP_CLOSE, BY_UNREAD)
STEP(closed_linger, TCP_CLOSE, BY_LINGER)
STEP(closed_data, TCP_CLOSE, BY_DATA)
STEP(closed_queue, TCP_CLOSE, BY_QUEUE)
STEP(closed_reboot, TCP_CLOSE, BY_REBOOT)

static bool listening(struct moment *moment)
{
	const struct listener *listener = moment->listener;

	return listener && moment->event->state.from == TCP_CLOSE &&
	       moment->event->state.to == TCP_LISTEN && !listener->seen &&
	       because(moment, listener->listened);
}

static bool not_listening(struct moment *moment)
{
	const struct listener *listener = moment->listener;

	return listener && moment->event->state.from == TCP_LISTEN &&
	       moment->event->state.to == TCP_CLOSE && listener->seen &&
	       listener->gone != NO_EVENT && because(moment, listener->gone);
}

/* The last try is unanswered, and its timer has ended; or a call has told so already. */
static bool closed_silence(struct moment *moment)
{
	const struct step *step = shown(moment);
	const struct tcp_segment *last;

	if (moment->event->state.to != TCP_CLOSE)
		return false;
	if (step)
		return step->by == BY_GIVING_UP && because(moment, step->cause);
	if (!moment->tcb || moment->tcb->polled != moment->event->state.from ||
	    tcb_is_dead(moment->tcb) || moment->tcb->icmp != NO_EVENT)
		return false;
	last = tcb_unanswered(moment->tcb);
	if (!last ||
	    moment->world->now_ns - last->time_ns < timer_least_ns(moment->world, moment->tcb))
		return false;
	because(moment, last->event);
	return because(moment, reason_of_silence(moment->world, moment->tcb));
}

static bool closed_unreachable(struct moment *moment)
{
	const struct step *step = shown(moment);
	const struct tcb *tcb = moment->tcb;

	if (moment->event->state.to != TCP_CLOSE)
		return false;
	if (step)
		return step->by == BY_UNREACHABLE && because(moment, step->cause);
	if (!tcb || tcb->polled != moment->event->state.from || tcb_is_dead(tcb) ||
	    tcb->icmp == NO_EVENT)
		return false;
	return because(moment, tcb->icmp);
}

/* The timer ------------------------------------------------------------------------------ */

/* The record goes on from what it has told last of this timer. */
static bool goes_on(const struct moment *moment)
{
	return moment->tcb && moment->event->backoff.from_times == moment->tcb->times;
}

/* The timer takes as many times as long as it was doubled, up to its most (TCP_RTO_MAX). */
static bool is_doubled(const struct moment *moment)
{
	return goes_on(moment) &&
	       moment->event->backoff.times > moment->event->backoff.from_times &&
	       moment->event->backoff.to_us >= moment->event->backoff.from_us;
}

/* What was sent again last, and was not told of yet by an earlier doubling. */
static const struct tcp_segment *sent_again(const struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;
	const struct tcp_segment *last = tcb->last_try;

	if (!last || last->loss_probe ||
	    (tcb->backoff != NO_EVENT && time_of(moment->world, tcb->backoff) > last->time_ns))
		return NULL;
	return last;
}

static bool doubled(struct moment *moment)
{
	const struct tcp_segment *last = is_doubled(moment) ? sent_again(moment) : NULL;
	const struct tcb *tcb = moment->tcb;

	/* once for each timeout, or for each probe of a window */
	return last && moment->event->backoff.times <= tcb->doublings &&
	       because(moment, last->event);
}

/* It was to be sent, again or for the first time, and could not leave its host. */
static bool unseen(struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;
	size_t fault;

	if (!is_doubled(moment) || sent_again(moment) ||
	    (moment->world->faults[tcb->host].crashed == NO_EVENT &&
	     !unanswered_question(moment->world, tcb->host)))
		return false;
	fault = fault_on_way(moment->world, tcb->at, tcb->peer_at);
	return fault != NO_EVENT && because(moment, fault);
}

static bool set_back(struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;

	return goes_on(moment) && moment->event->backoff.times == 0 &&
	       moment->event->backoff.from_times > 0 && tcb->progress && tcb->tries == 0 &&
	       because(moment, tcb->progress->event);
}

static bool taken_back(struct moment *moment)
{
	const struct tcb *tcb = moment->tcb;

	return goes_on(moment) &&
	       moment->event->backoff.times < moment->event->backoff.from_times &&
	       tcb->icmp != NO_EVENT && tcb->tries > 0 && because(moment, tcb->icmp);
}

const struct rule rules_state[] = {
	{ .id = "state.listen",
	  .kind = EVENT_STATE,
	  .holds = listening,
	  .link = LINK_QUIET,
	  .condition = "from CLOSED; listen() was called",
	  .english = "LISTEN: listen()",
	  .korean = "listen()으로 LISTEN이 된다",
	  .source = "RFC 9293 3.10.1, inet_csk_listen_start()" },
	{ .id = "state.unlisten",
	  .kind = EVENT_STATE,
	  .holds = not_listening,
	  .condition = "from LISTEN; the last descriptor is gone",
	  .english = "CLOSED: the last descriptor of the listening socket is gone",
	  .korean = "리스닝 소켓의 마지막 디스크립터가 없어져 CLOSED",
	  .source = "RFC 9293 3.10.4, inet_csk_listen_stop()" },
	{ .id = "state.syn-sent",
	  .kind = EVENT_STATE,
	  .holds = syn_sent,
	  .condition = "connect() was called",
	  .english = "SYN_SENT: connect()",
	  .korean = "connect()로 SYN_SENT가 된다",
	  .source = "RFC 9293 3.10.1, tcp_v4_connect()",
	  .counter = "TcpActiveOpens" },
	{ .id = "state.syn-received",
	  .kind = EVENT_STATE,
	  .holds = syn_received,
	  .condition = "a SYN has come",
	  .english = "SYN_RECEIVED: a SYN has come",
	  .korean = "SYN이 와서 SYN_RECEIVED가 된다",
	  .source = "RFC 9293 3.10.7.2, tcp_conn_request()" },
	{ .id = "state.established-active",
	  .kind = EVENT_STATE,
	  .holds = established_active,
	  .condition = "SYN,ACK has come",
	  .english = "ESTABLISHED: SYN,ACK has come",
	  .korean = "SYN,ACK가 와서 ESTABLISHED가 된다",
	  .source = "RFC 9293 3.10.7.3, tcp_finish_connect()" },
	{ .id = "state.established-passive",
	  .kind = EVENT_STATE,
	  .holds = established_passive,
	  .condition = "the third segment has come",
	  .english = "ESTABLISHED: the third segment of the handshake has come",
	  .korean = "three-way handshake의 세 번째 세그먼트가 와서 ESTABLISHED가 된다",
	  .source = "RFC 9293 3.10.7.4, tcp_check_req()",
	  .counter = "TcpPassiveOpens" },
	{ .id = "state.close-wait",
	  .kind = EVENT_STATE,
	  .holds = close_wait,
	  .condition = "the peer's FIN has come",
	  .english = "CLOSE_WAIT: the peer's FIN has come",
	  .korean = "상대의 FIN이 와서 CLOSE_WAIT가 된다",
	  .source = "RFC 9293 3.10.7.4, tcp_fin()" },
	{ .id = "state.fin-wait-1",
	  .kind = EVENT_STATE,
	  .holds = fin_wait_1,
	  .condition = "this end is closed, the peer's is not",
	  .english = "FIN_WAIT_1: this end was closed first",
	  .korean = "이쪽이 먼저 닫아 FIN_WAIT_1이 된다",
	  .source = "RFC 9293 3.10.4, tcp_close_state()" },
	{ .id = "state.fin-wait-2",
	  .kind = EVENT_STATE,
	  .holds = fin_wait_2,
	  .condition = "its FIN is acknowledged",
	  .english = "FIN_WAIT_2: its FIN is acknowledged, the peer's has not come",
	  .korean = "자기 FIN은 확인되었고 상대의 FIN은 아직 오지 않아 FIN_WAIT_2가 된다",
	  .source = "RFC 9293 3.10.7.4, tcp_rcv_state_process()" },
	{ .id = "state.closing",
	  .kind = EVENT_STATE,
	  .holds = closing,
	  .condition = "the peer's FIN has come in FIN_WAIT_1",
	  .english = "CLOSING: the two FINs have crossed",
	  .korean = "두 FIN이 엇갈려 CLOSING이 된다",
	  .source = "RFC 9293 3.10.7.4, tcp_fin()" },
	{ .id = "state.last-ack",
	  .kind = EVENT_STATE,
	  .holds = last_ack,
	  .condition = "this end is closed, after the peer's",
	  .english = "LAST_ACK: this end is closed, too",
	  .korean = "이쪽도 닫아 LAST_ACK가 된다",
	  .source = "RFC 9293 3.10.4, tcp_close_state()" },
	{ .id = "state.time-wait",
	  .kind = EVENT_STATE,
	  .holds = time_wait,
	  .condition = "the peer's FIN has come, after the own one was acknowledged",
	  .english = "TIME_WAIT: the peer's FIN has come, too",
	  .korean = "상대의 FIN까지 와서 TIME_WAIT가 된다",
	  .source = "RFC 9293 3.6.1, tcp_time_wait()",
	  .counter = "TW" },
	{ .id = "state.time-wait-crossed",
	  .kind = EVENT_STATE,
	  .holds = time_wait_crossed,
	  .condition = "from CLOSING; the own FIN is acknowledged",
	  .english = "TIME_WAIT: the FINs had crossed, and its own is acknowledged",
	  .korean = "엇갈린 FIN 가운데 자기 것이 확인되어 TIME_WAIT가 된다",
	  .source = "RFC 9293 3.10.7.4, tcp_time_wait()",
	  .counter = "TW" },
	{ .id = "state.closed-last-ack",
	  .kind = EVENT_STATE,
	  .holds = closed_last_ack,
	  .condition = "from LAST_ACK; the own FIN is acknowledged",
	  .english = "CLOSED: the last FIN is acknowledged",
	  .korean = "마지막 FIN이 확인되어 CLOSED",
	  .source = "RFC 9293 3.10.7.4, tcp_done()" },
	{ .id = "state.closed-rst",
	  .kind = EVENT_STATE,
	  .holds = closed_rst,
	  .condition = "an RST with the exact number has come",
	  .english = "CLOSED: an RST has come",
	  .korean = "RST가 와서 CLOSED",
	  .source = "RFC 5961 3.2, tcp_reset()",
	  .counter = "TcpEstabResets" },
	{ .id = "state.closed-unread",
	  .kind = EVENT_STATE,
	  .holds = closed_unread,
	  .condition = "the last descriptor was closed, and data was unread",
	  .english = "CLOSED by an RST of its own: data was closed away unread",
	  .korean = "읽지 않은 데이터를 두고 닫아 스스로 RST를 보내고 CLOSED",
	  .source = "__tcp_close()",
	  .counter = "TCPAbortOnClose" },
	{ .id = "state.closed-linger",
	  .kind = EVENT_STATE,
	  .holds = closed_linger,
	  .condition = "the last descriptor was closed, with SO_LINGER",
	  .english = "CLOSED by an RST of its own: SO_LINGER with 0 seconds",
	  .korean = "SO_LINGER가 0초라 스스로 RST를 보내고 CLOSED",
	  .source = "tcp_disconnect()",
	  .counter = "TCPAbortOnData" },
	{ .id = "state.closed-data",
	  .kind = EVENT_STATE,
	  .holds = closed_data,
	  .condition = "data has come, and no process has the connection any more",
	  .english = "CLOSED by an RST of its own: data has come for nobody",
	  .korean = "받을 프로세스가 없는 데이터가 와서 스스로 RST를 보내고 CLOSED",
	  .source = "tcp_rcv_state_process()",
	  .counter = "TCPAbortOnData" },
	{ .id = "state.closed-queue",
	  .kind = EVENT_STATE,
	  .holds = closed_queue,
	  .condition = "the listener was closed, and it waited in the queue",
	  .english = "CLOSED by an RST of its own: the listening socket is gone",
	  .korean = "리스닝 소켓이 닫혀 스스로 RST를 보내고 CLOSED",
	  .source = "inet_csk_listen_stop()",
	  .counter = "TcpOutRsts" },
	{ .id = "state.closed-silence",
	  .kind = EVENT_STATE,
	  .holds = closed_silence,
	  .condition = "the last try is unanswered, and its timer has ended",
	  .english = "CLOSED: nothing was answered, and TCP has given up",
	  .korean = "아무 답이 없어 TCP가 포기하고 CLOSED",
	  .source = "RFC 9293 3.8.3, tcp_write_err()",
	  .counter = "TCPAbortOnTimeout" },
	{ .id = "state.closed-unreachable",
	  .kind = EVENT_STATE,
	  .holds = closed_unreachable,
	  .condition = "connect() has failed, or an ICMP error has come and nothing else",
	  .english = "CLOSED: there is no way to the peer",
	  .korean = "상대에게 갈 길이 없어 CLOSED",
	  .source = "RFC 9293 3.9.2.2, tcp_v4_err()",
	  .counter = "TcpAttemptFails" },
	{ .id = "state.closed-reboot",
	  .kind = EVENT_STATE,
	  .holds = closed_reboot,
	  .condition = "the host has lost its power",
	  .english = "CLOSED: the host has lost its memory",
	  .korean = "호스트의 전원이 꺼져 연결의 기억이 사라졌다",
	  .source = "UNP 5.15" },
	{ 0 },
};

const struct rule rules_timer[] = {
	{ .id = "timer.doubled",
	  .kind = EVENT_BACKOFF,
	  .holds = doubled,
	  .condition = "something was sent again, or a probe, since the last doubling",
	  .english = "the timer is doubled: it was sent again",
	  .korean = "다시 보냈으므로 타이머가 두 배가 된다(백오프)",
	  .source = "RFC 6298 5.5, tcp_retransmit_timer()",
	  .counter = "TCPTimeouts" },
	{ .id = "timer.unseen",
	  .kind = EVENT_BACKOFF,
	  .holds = unseen,
	  .condition = "nothing was seen to leave; its host lets nothing out, or nobody on the "
		       "link has the address",
	  .english = "the timer is doubled; what TCP tries to send does not leave its host",
	  .korean = "보내려 하지만 호스트 밖으로 나가지 못하고 타이머만 두 배가 된다",
	  .source = "RFC 6298 5.5, tcp_retransmit_timer(), tcp_probe_timer()" },
	{ .id = "timer.set-back",
	  .kind = EVENT_BACKOFF,
	  .holds = set_back,
	  .condition = "to 0; something was acknowledged",
	  .english = "the timer is as at first: an ACK has come",
	  .korean = "ACK가 와서 타이머가 처음으로 돌아간다",
	  .source = "RFC 6298 5.3, tcp_ack()" },
	{ .id = "timer.taken-back",
	  .kind = EVENT_BACKOFF,
	  .holds = taken_back,
	  .condition = "fewer than before; an ICMP error has come",
	  .english = "a doubling is taken back: an ICMP message has come",
	  .korean = "ICMP 메시지가 와서 두 배로 늘린 것이 한 번 되돌려진다",
	  .source = "RFC 6069, tcp_ld_RTO_revert()" },
	{ 0 },
};

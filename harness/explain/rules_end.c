/* FIN and RST. */
#include "explain/silence.h"

#include <netinet/tcp.h>

/* FIN ------------------------------------------------------------------------------------ */

/* Whether the call that has closed it is over. */
static bool is_over(const struct world *world, size_t call)
{
	const struct event *event = event_at(world, call);
	struct pcb *pcb = world_pcb(world, event->pid);

	return event->kind == EVENT_ENTER && pcb &&
	       !thread_has_pending(pcb_thread(pcb, tid_of(event)), call);
}

/*
 * The FIN leaves while close() or shutdown() is being called, unless data stands in its way, or a
 * question for the peer's address.
 */
static bool leaves_in_time(const struct world *world, const struct tcb *tcb)
{
	const struct tcp_segment *got = tcb_last_got(tcb);
	const size_t answer = last_answer(world, tcb->host);

	if ((tcb->how != CLOSED_BY_CLOSE && tcb->how != CLOSED_BY_SHUTDOWN) ||
	    !is_over(world, tcb->closed))
		return true;
	if (got && got->time_ns > time_of(world, tcb->closed))
		return true;
	return answer != NO_EVENT && time_of(world, answer) > time_of(world, tcb->closed);
}

/* After all that was given, of an end that was closed so. */
static bool fin(struct moment *moment, enum closed_how how)
{
	const struct tcp_segment *segment = moment->segment;
	const struct tcb *tcb = moment->tcb;

	if (!segment || !tcb || segment->shape != SEGMENT_FIN || segment->again ||
	    !segment->is_sane || !tcb_gave(tcb, segment) || tcb->closed == NO_EVENT ||
	    tcb->how != how || !leaves_in_time(moment->world, tcb) || segment->seq != tcb->next ||
	    segment->stop != tcb->written + 2 || !tcb_may_acknowledge(tcb, segment))
		return false;
	return because(moment, tcb->closed);
}

static bool fin_of_close(struct moment *moment)
{
	return fin(moment, CLOSED_BY_CLOSE);
}

static bool fin_of_shutdown(struct moment *moment)
{
	return fin(moment, CLOSED_BY_SHUTDOWN);
}

static bool fin_of_exit(struct moment *moment)
{
	return fin(moment, CLOSED_BY_EXIT);
}

static bool fin_of_kill(struct moment *moment)
{
	return fin(moment, CLOSED_BY_KILL);
}

/* RST ------------------------------------------------------------------------------------ */

static const struct tcp_segment *rst(const struct moment *moment, unsigned int ack)
{
	const struct tcp_segment *segment = moment->segment;

	return segment && segment->shape == SEGMENT_RST && !segment->forgery && segment->is_sane &&
			       (segment->flags & ACK) == ack
		       ? segment
		       : NULL;
}

/* What this RST answers: the last segment of the other end, if it has arrived. */
static const struct tcp_segment *answered(const struct tcp_segment *segment)
{
	const struct tcp_segment *last = segment->to ? tcb_last_sent(segment->to) : NULL;

	return last && last->arrives && !last->is_answered ? last : NULL;
}

static bool listens(const struct moment *moment)
{
	const struct packet *packet = &moment->event->wire.packet;
	const struct listener *listener =
		world_listener(moment->world, (unsigned int)moment->event->host, packet->from_port);

	return listener && listener->gone == NO_EVENT;
}

static bool refused(struct moment *moment)
{
	const struct tcp_segment *segment = rst(moment, ACK), *syn;

	if (!segment || !tcb_is_dead(segment->from) || listens(moment))
		return false;
	syn = answered(segment);
	return syn && syn->shape == SEGMENT_SYN && segment->ack == syn->stop && segment->seq <= 1 &&
	       !(segment->from && segment->from->aborted && !segment->from->rst_sent) &&
	       because(moment, syn->event);
}

/* RFC 9293 3.10.7.1: the number is the one that the answered segment acknowledges. */
static bool unknown(struct moment *moment)
{
	const struct tcp_segment *segment = rst(moment, 0), *cause;

	if (!segment || !tcb_is_dead(segment->from) ||
	    (segment->from && segment->from->aborted && !segment->from->rst_sent))
		return false;
	cause = answered(segment);
	if (!cause || cause->shape == SEGMENT_SYN || cause->shape == SEGMENT_RST ||
	    !cause->for_nobody || segment->seq != cause->ack)
		return false;
	because(moment, cause->event);
	return !segment->from || because(moment, tcb_last_step(segment->from)->cause);
}

/* The end has been aborted so, and this is the RST that tells of it. */
static const struct tcb *aborted(const struct moment *moment, enum step_by by, unsigned int ack)
{
	const struct tcp_segment *segment = rst(moment, ack);

	return segment && segment->from && segment->from->aborted == by && !segment->from->rst_sent
		       ? segment->from
		       : NULL;
}

/* Data that nobody is left to read; the orphan's FIN was acknowledged before, or not. */
static bool for_nobody(struct moment *moment, bool is_small)
{
	const struct tcb *tcb = aborted(moment, BY_DATA, 0);
	const struct tcp_segment *data = tcb ? tcb_last_got(tcb) : NULL;

	if (!data || tcb->is_small != is_small || moment->segment->seq != data->ack)
		return false;
	because(moment, tcb->abort_cause);
	return because(moment, tcb->closed != NO_EVENT ? tcb->closed : tcb->orphaned);
}

static bool data_crossing(struct moment *moment)
{
	return for_nobody(moment, false);
}

static bool data_for_orphan(struct moment *moment)
{
	return for_nobody(moment, true);
}

/* In place of a FIN, with the number that it would have had. */
static bool in_place_of_fin(struct moment *moment, enum step_by by)
{
	const struct tcb *tcb = aborted(moment, by, ACK);

	return tcb && moment->segment->seq == tcb->next &&
	       tcb_may_acknowledge(tcb, moment->segment) && because(moment, tcb->abort_cause);
}

static bool unread(struct moment *moment)
{
	const struct tcp_segment *data;

	if (!in_place_of_fin(moment, BY_UNREAD))
		return false;
	data = tcb_data_at(moment->tcb, moment->tcb->read);
	return !data || because(moment, data->event);
}

static bool linger(struct moment *moment)
{
	return in_place_of_fin(moment, BY_LINGER) &&
	       because(moment, tcb_option(moment->world, moment->tcb, OPTION_LINGER));
}

static bool listener_gone(struct moment *moment)
{
	return in_place_of_fin(moment, BY_QUEUE);
}

static bool keepalive(struct moment *moment)
{
	const struct tcp_segment *segment = rst(moment, ACK), *last;
	const struct tcb *tcb = moment->tcb;

	if (!segment || !tcb || tcb_is_dead(tcb) || segment->seq != tcb->next ||
	    !tcb_may_acknowledge(tcb, segment) ||
	    tcb_option(moment->world, tcb, OPTION_KEEPALIVE) == NO_EVENT)
		return false;
	last = tcb_unanswered(tcb);
	if (!last || !last->probe)
		return false;
	because(moment, last->event);
	return because(moment, reason_of_silence(moment->world, tcb));
}

static bool forged(struct moment *moment)
{
	return moment->segment && moment->segment->forgery &&
	       because(moment, moment->segment->forgery->event);
}

const struct rule rules_end[] = {
	{ .id = "fin.close",
	  .kind = EVENT_PACKET,
	  .holds = fin_of_close,
	  .condition = "close() of the last descriptor; all that was given is sent",
	  .english = "FIN: the last descriptor of the connection was closed",
	  .korean = "연결의 마지막 디스크립터를 close()해서 FIN이 나간다",
	  .source = "RFC 9293 3.10.4, __tcp_close(), tcp_send_fin()",
	  .counter = "TCPOrigDataSent" },
	{ .id = "fin.shutdown",
	  .kind = EVENT_PACKET,
	  .holds = fin_of_shutdown,
	  .condition = "shutdown() of the sending half; all that was given is sent",
	  .english = "FIN: shutdown() has closed this direction",
	  .korean = "shutdown()으로 이 방향을 닫아 FIN이 나간다",
	  .source = "RFC 9293 3.6, tcp_shutdown()",
	  .counter = "TCPOrigDataSent" },
	{ .id = "fin.exit",
	  .kind = EVENT_PACKET,
	  .holds = fin_of_exit,
	  .condition = "the last process that had a descriptor of it exits",
	  .english = "FIN: the last process that had the connection exits, and its kernel closes "
		     "it",
	  .korean = "연결을 가진 마지막 프로세스가 끝나 커널이 닫으므로 FIN이 나간다",
	  .source = "_exit(2), exit_files()",
	  .counter = "TCPOrigDataSent" },
	{ .id = "fin.killed",
	  .kind = EVENT_PACKET,
	  .holds = fin_of_kill,
	  .condition = "the last process that had a descriptor of it is killed",
	  .english = "FIN: the last process that had the connection was killed, and its kernel "
		     "closes it",
	  .korean = "연결을 가진 마지막 프로세스가 죽어 커널이 닫으므로 FIN이 나간다",
	  .source = "UNP 5.12, do_exit(), exit_files()",
	  .counter = "TCPOrigDataSent" },
	{ .id = "rst.refused",
	  .kind = EVENT_PACKET,
	  .holds = refused,
	  .condition = "RST,ACK with the number after the SYN's; nobody listens at the port",
	  .english = "RST,ACK: nobody listens at the port that the SYN is for",
	  .korean = "SYN이 온 포트에서 기다리는 프로세스가 없어 RST,ACK",
	  .source = "RFC 9293 3.10.7.1, tcp_v4_send_reset()",
	  .counter = "TcpOutRsts" },
	{ .id = "rst.unknown",
	  .kind = EVENT_PACKET,
	  .holds = unknown,
	  .condition = "no ACK, with the number that the segment acknowledges; the connection is "
		       "over here, or forgotten",
	  .english = "RST: the segment is for a connection that this kernel does not know",
	  .korean = "이 커널이 모르는 연결의 세그먼트가 와서 RST",
	  .source = "RFC 9293 3.10.7.1, tcp_v4_send_reset()",
	  .counter = "TcpOutRsts" },
	{ .id = "rst.data",
	  .kind = EVENT_PACKET,
	  .holds = data_crossing,
	  .condition = "no ACK; data has come after the last descriptor was closed, and the FIN "
		       "was not acknowledged before it",
	  .english = "RST: data has come for a connection that no process has any more",
	  .korean = "이제 아무 프로세스도 갖고 있지 않은 연결에 데이터가 와서 RST",
	  .source = "RFC 9293 3.6.1, RFC 1122 4.2.2.13, tcp_rcv_state_process()",
	  .counter = "TCPAbortOnData" },
	{ .id = "rst.data-orphan",
	  .kind = EVENT_PACKET,
	  .holds = data_for_orphan,
	  .condition = "the same, but the FIN was acknowledged before",
	  .english = "RST: data has come for a connection that no process has any more; the "
		     "kernel remembers only that it waits for the peer's FIN",
	  .korean = "이제 아무 프로세스도 갖고 있지 않은 연결에 데이터가 와서 RST. 커널은 상대의 "
		    "FIN을 기다린다는 것만 기억하고 있었다",
	  .source = "RFC 1122 4.2.2.13, tcp_timewait_state_process()",
	  .counter = "TW (when the FIN was acknowledged)" },
	{ .id = "rst.unread",
	  .kind = EVENT_PACKET,
	  .holds = unread,
	  .condition = "RST,ACK with the FIN's number; data was unread when the last descriptor "
		       "was closed",
	  .english = "RST,ACK in place of a FIN: data was closed away unread",
	  .korean = "읽지 않은 데이터를 두고 닫아 FIN 대신 RST,ACK",
	  .source = "RFC 1122 4.2.2.13, RFC 2525 2.17, __tcp_close()",
	  .counter = "TCPAbortOnClose" },
	{ .id = "rst.linger",
	  .kind = EVENT_PACKET,
	  .holds = linger,
	  .condition = "RST,ACK with the FIN's number; SO_LINGER was set",
	  .english = "RST,ACK in place of a FIN: SO_LINGER with 0 seconds asks for it",
	  .korean = "SO_LINGER를 0초로 두어 FIN 대신 RST,ACK",
	  .source = "socket(7), UNP 7.5, tcp_disconnect()",
	  .counter = "TCPAbortOnData" },
	{ .id = "rst.listener",
	  .kind = EVENT_PACKET,
	  .holds = listener_gone,
	  .condition = "RST,ACK; its listener was closed, and it waited in the queue",
	  .english = "RST,ACK: the listening socket was closed, with this connection in its queue",
	  .korean = "큐에 이 연결을 둔 채 리스닝 소켓이 닫혀 RST,ACK",
	  .source = "listen(2), inet_csk_listen_stop()",
	  .counter = "TcpOutRsts" },
	{ .id = "rst.keepalive",
	  .kind = EVENT_PACKET,
	  .holds = keepalive,
	  .condition = "RST,ACK; SO_KEEPALIVE is set, and the last probe is unanswered",
	  .english = "RST,ACK: the keepalive probes were not answered, and TCP gives up",
	  .korean = "keepalive 탐침에 답이 없어 TCP가 포기하며 RST,ACK",
	  .source = "RFC 9293 3.8.4, tcp_keepalive_timer()",
	  .counter = "TCPAbortOnTimeout" },
	{ .id = "rst.forged",
	  .kind = EVENT_PACKET,
	  .holds = forged,
	  .condition = "the flags and the number that an outsider was told to send",
	  .english = "an RST that an outsider has forged",
	  .korean = "제3자가 위조한 RST",
	  .source = "RFC 5961 1" },
	{ 0 },
};

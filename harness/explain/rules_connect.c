/* Why accept and connect return what they return. */
#include "explain/silence.h"

#include <errno.h>
#include <netinet/tcp.h>

/* accept --------------------------------------------------------------------------------- */

/* The third segment of the connection that is handed over; NO_EVENT: not come. */
static size_t third_segment(const struct moment *moment)
{
	const struct step *step = moment->tcb ? tcb_established(moment->tcb) : NULL;

	return step ? step->cause : NO_EVENT;
}

static bool accepts(const struct moment *moment)
{
	return succeeded(moment) && moment->event->call.result >= 0 &&
	       !pcb_descriptor(moment->pcb, (int)moment->event->call.result) &&
	       moment->event->call.inode != moment->entered->call.inode &&
	       third_segment(moment) != NO_EVENT;
}

static bool accept_woke(struct moment *moment)
{
	return accepts(moment) &&
	       time_of(moment->world, third_segment(moment)) >= moment->entered->time_ns &&
	       because(moment, third_segment(moment));
}

static bool accept_found(struct moment *moment)
{
	return accepts(moment) &&
	       time_of(moment->world, third_segment(moment)) < moment->entered->time_ns &&
	       because(moment, third_segment(moment));
}

static bool queue_empty(struct moment *moment)
{
	return failed_with(moment, EAGAIN) && moment->listener &&
	       moment->listener->queue.count == 0;
}

static bool no_descriptor(struct moment *moment)
{
	struct tcb *const *queue;

	if (!failed_with(moment, EMFILE) || !moment->listener || moment->listener->queue.count == 0)
		return false;
	queue = moment->listener->queue.at;
	return because(moment, tcb_established(queue[0])->cause);
}

/* connect -------------------------------------------------------------------------------- */

static bool connected(struct moment *moment)
{
	const struct step *step = moment->tcb ? tcb_established(moment->tcb) : NULL;

	return succeeded(moment) && moment->event->call.result == 0 && step &&
	       because(moment, step->cause);
}

static bool refused(struct moment *moment)
{
	return failed_with(moment, ECONNREFUSED) && moment->tcb &&
	       moment->tcb->error == ECONNREFUSED && because(moment, moment->tcb->error_cause);
}

static bool in_progress(struct moment *moment)
{
	return failed_with(moment, EINPROGRESS) && moment->tcb;
}

/* No answer has come; that it is CLOSED already is known from a look at its state at most. */
static bool is_waiting(const struct moment *moment)
{
	return moment->tcb && !tcb_established(moment->tcb) && !moment->tcb->error;
}

static bool told_by_router(struct moment *moment)
{
	return moment->tcb && !tcb_established(moment->tcb) && moment->tcb->icmp != NO_EVENT &&
	       (!moment->tcb->error || moment->tcb->error_cause == moment->tcb->icmp) &&
	       failed_with(moment, moment->tcb->soft_error) && because(moment, moment->tcb->icmp);
}

static bool no_neighbour(struct moment *moment)
{
	const struct neighbour *neighbour;

	if (!failed_with(moment, EHOSTUNREACH) || !is_waiting(moment) || moment->tcb->sent.count)
		return false;
	neighbour = unanswered_question(moment->world, moment->event->host);
	if (!neighbour || neighbour->unanswered < 2)
		return false;
	because(moment, neighbour->question);
	return because(moment, fault_on_way(moment->world, moment->tcb->at, moment->tcb->peer_at));
}

static bool no_route(struct moment *moment)
{
	const size_t fault = moment->world->faults[moment->event->host].no_route;

	return failed_with(moment, ENETUNREACH) && fault != NO_EVENT && because(moment, fault);
}

static bool never_answered(struct moment *moment)
{
	const struct tcp_segment *last;

	if (!failed_with(moment, ETIMEDOUT) || !is_waiting(moment))
		return false;
	last = tcb_unanswered(moment->tcb);
	if (!last || moment->tcb->got.count > 0 ||
	    moment->world->now_ns - last->time_ns < timer_least_ns(moment->world, moment->tcb))
		return false;
	because(moment, last->event);
	return because(moment, reason_of_silence(moment->world, moment->tcb));
}

const struct rule rules_connect[] = {
	{ .id = "accept.woke",
	  .kind = EVENT_RETURN,
	  .call = "accept",
	  .holds = accept_woke,
	  .link = LINK_PASSED,
	  .condition = "the third segment came after the call; the descriptor is not in use",
	  .english = "the third segment of a handshake has come, and accept wakes up",
	  .korean = "three-way handshake의 세 번째 세그먼트가 와서 accept가 깨어난다",
	  .source = "inet_csk_accept(), inet_csk_wait_for_connect()" },
	{ .id = "accept.queued",
	  .kind = EVENT_RETURN,
	  .call = "accept",
	  .holds = accept_found,
	  .link = LINK_PASSED,
	  .condition = "the third segment came before the call; the descriptor is not in use",
	  .english = "accept takes a connection that was waiting in the queue",
	  .korean = "큐에서 기다리던 연결을 accept가 꺼낸다",
	  .source = "inet_csk_accept(), reqsk_queue_remove()" },
	{ .id = "accept.empty",
	  .kind = EVENT_RETURN,
	  .call = "accept",
	  .holds = queue_empty,
	  .link = LINK_QUIET,
	  .condition = "EAGAIN; no connection is in the queue",
	  .english = "EAGAIN: no connection waits",
	  .korean = "기다리는 연결이 없어 EAGAIN",
	  .source = "accept(2), inet_csk_accept()" },
	{ .id = "accept.no-descriptor",
	  .kind = EVENT_RETURN,
	  .call = "accept",
	  .holds = no_descriptor,
	  .condition = "EMFILE; a connection is in the queue",
	  .english = "EMFILE: a connection waits, but the process may have no more descriptors",
	  .korean = "연결은 기다리는데 더 쓸 수 있는 디스크립터가 없어 EMFILE",
	  .source = "accept(2), getrlimit(2), alloc_fd()" },
	{ .id = "connect.ok",
	  .kind = EVENT_RETURN,
	  .call = "connect",
	  .holds = connected,
	  .link = LINK_PASSED,
	  .condition = "SYN,ACK has come",
	  .english = "connected: SYN,ACK has come",
	  .korean = "SYN,ACK가 와서 연결되었다",
	  .source = "RFC 9293 3.10.7.3, tcp_rcv_synsent_state_process()" },
	{ .id = "connect.refused",
	  .kind = EVENT_RETURN,
	  .call = "connect",
	  .holds = refused,
	  .condition = "an RST came in SYN_SENT",
	  .english = "ECONNREFUSED: an RST has answered the SYN",
	  .korean = "SYN에 RST가 돌아와 ECONNREFUSED",
	  .source = "RFC 9293 3.10.7.3, tcp_reset()",
	  .counter = "TcpAttemptFails" },
	{ .id = "connect.in-progress",
	  .kind = EVENT_RETURN,
	  .call = "connect",
	  .holds = in_progress,
	  .link = LINK_QUIET,
	  .condition = "EINPROGRESS",
	  .english = "EINPROGRESS: the socket does not block; the SYN is under way",
	  .korean = "블록되지 않는 소켓이라 EINPROGRESS. SYN은 가고 있다",
	  .source = "connect(2), inet_stream_connect()" },
	{ .id = "connect.router",
	  .kind = EVENT_RETURN,
	  .call = "connect",
	  .holds = told_by_router,
	  .condition = "an ICMP error came in SYN_SENT, and means this errno",
	  .english = "{error}: a router has said that it cannot deliver the SYN",
	  .korean = "SYN을 전달할 수 없다고 라우터가 알려 와 {error}",
	  .source = "icmp(7), tcp_v4_err(), icmp_err_convert[]",
	  .counter = "TcpAttemptFails" },
	{ .id = "connect.no-neighbour",
	  .kind = EVENT_RETURN,
	  .call = "connect",
	  .holds = no_neighbour,
	  .condition = "EHOSTUNREACH; no SYN has left, and no question for the address was "
		       "answered",
	  .english = "EHOSTUNREACH: nobody on the link has the address",
	  .korean = "링크에 그 주소를 가진 호스트가 없어 EHOSTUNREACH",
	  .source = "arp(7), arp_error_report()",
	  .counter = "TcpAttemptFails" },
	{ .id = "connect.no-route",
	  .kind = EVENT_RETURN,
	  .call = "connect",
	  .holds = no_route,
	  .condition = "ENETUNREACH; the lab has taken the host's route away",
	  .english = "ENETUNREACH: this host knows no way there",
	  .korean = "이 호스트가 길을 몰라 ENETUNREACH",
	  .source = "connect(2), ip_route_connect()",
	  .counter = "IpOutNoRoutes" },
	{ .id = "connect.silence",
	  .kind = EVENT_RETURN,
	  .call = "connect",
	  .holds = never_answered,
	  .condition = "ETIMEDOUT; SYN was sent again, and nothing has come",
	  .english = "ETIMEDOUT: no SYN was answered",
	  .korean = "SYN에 아무 답이 없어 ETIMEDOUT",
	  .source = "RFC 9293 3.8.3, tcp_write_timeout()",
	  .counter = "TCPAbortOnTimeout" },
	{ 0 },
};

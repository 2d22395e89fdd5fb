#include "explain/tcb.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

static struct tcp_segment *segment_in(const struct rows *rows, size_t i)
{
	return ((struct tcp_segment *const *)rows->at)[i];
}

static void add_segment(struct rows *rows, struct tcp_segment *segment)
{
	rows_add_pointer(rows, segment);
}

void tcb_init(struct tcb *tcb)
{
	memset(tcb, 0, sizeof(*tcb));
	tcb->steps[0] = (struct step){ .state = TCP_CLOSE, .cause = NO_EVENT };
	tcb->step_count = 1;
	tcb->polled = TCP_CLOSE;
	tcb->fin_in = tcb->closed = tcb->orphaned = tcb->abort_cause = NO_EVENT;
	tcb->error_cause = tcb->soft_cause = tcb->connected = NO_EVENT;
	tcb->last_read = NO_EVENT;
	tcb->backoff = tcb->icmp = tcb->reverted = NO_EVENT;
}

void tcb_free(struct tcb *tcb)
{
	rows_free(&tcb->sent);
	rows_free(&tcb->got);
	rows_free(&tcb->data);
	rows_free(&tcb->given);
}

const struct step *tcb_last_step(const struct tcb *tcb)
{
	return &tcb->steps[tcb->step_count - 1];
}

int tcb_state(const struct tcb *tcb)
{
	return tcb_last_step(tcb)->state;
}

void tcb_step(struct tcb *tcb, int state, enum step_by by, size_t cause)
{
	if (state == tcb_state(tcb) || tcb->step_count == STEPS_MOST)
		return;
	tcb->steps[tcb->step_count++] = (struct step){ state, by, cause };
}

bool tcb_is_dead(const struct tcb *tcb)
{
	return !tcb || tcb_state(tcb) == TCP_CLOSE;
}

const struct step *tcb_established(const struct tcb *tcb)
{
	for (int i = 0; i < tcb->step_count; i++)
		if (tcb->steps[i].state == TCP_ESTABLISHED)
			return &tcb->steps[i];
	return NULL;
}

uint32_t tcb_rcv_shown(const struct tcb *tcb)
{
	uint32_t shown = tcb->acked;

	if (tcb->end_read)
		return tcb->rcv;
	if (tcb->read + 1 > shown && tcb->read > 0)
		shown = (uint32_t)tcb->read + 1;
	return shown < tcb->rcv ? shown : tcb->rcv;
}

bool tcb_may_acknowledge(const struct tcb *tcb, const struct tcp_segment *segment)
{
	const uint32_t ack = segment->ack;
	const struct tcp_segment *data;

	if (!(segment->flags & ACK))
		return true;
	if (ack > tcb->rcv || ack < tcb_rcv_shown(tcb))
		return false;
	if (ack == tcb->rcv || ack == tcb->acked)
		return true;
	data = ack > 1 ? tcb_data_at(tcb, ack - 2) : NULL;
	return ack == 1 || (data && data->stop - (data->shape == SEGMENT_FIN) == ack);
}

uint32_t tcb_una_at(const struct tcb *tcb, int64_t now_ns)
{
	const struct tcp_segment *sent = tcb_last_sent(tcb);

	if (!tcb->progress || now_ns - tcb->progress->time_ns >= IN_FLIGHT_NS ||
	    (sent && sent > tcb->progress))
		return tcb->una;
	return tcb->una_before;
}

uint64_t tcb_unread(const struct tcb *tcb)
{
	const uint64_t come = tcb->rcv > 0 ? tcb->rcv - 1 - (tcb->fin_in != NO_EVENT) : 0;

	return come > tcb->read ? come - tcb->read : 0;
}

struct tcp_segment *tcb_last_sent(const struct tcb *tcb)
{
	return tcb->sent.count ? segment_in(&tcb->sent, tcb->sent.count - 1) : NULL;
}

struct tcp_segment *tcb_last_got(const struct tcb *tcb)
{
	return tcb->got.count ? segment_in(&tcb->got, tcb->got.count - 1) : NULL;
}

struct tcp_segment *tcb_unanswered(const struct tcb *tcb)
{
	const struct tcp_segment *got = tcb_last_got(tcb);

	if (!tcb->last_try || (got && got > tcb->last_try)) /* they lie in causal order */
		return NULL;
	return tcb->last_try;
}

struct tcp_segment *tcb_sent_at(const struct tcb *tcb, uint32_t seq)
{
	for (size_t i = tcb->sent.count; i-- > 0;) {
		struct tcp_segment *segment = segment_in(&tcb->sent, i);

		if (segment->seq == seq && segment->stop > seq)
			return segment;
	}
	return NULL;
}

struct tcp_segment *tcb_lost(const struct tcb *tcb, uint32_t number)
{
	for (size_t i = tcb->sent.count; i-- > 0;) {
		struct tcp_segment *segment = segment_in(&tcb->sent, i);

		if (segment->number == number && !segment->arrives && !segment->is_told)
			return segment;
	}
	return NULL;
}

const struct given *tcb_given_at(const struct tcb *tcb, uint32_t seq)
{
	const struct given *rows = tcb->given.at;
	size_t low = 0, high = tcb->given.count;

	if (seq == 0)
		return NULL;
	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (rows[middle].to <= seq - 1)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tcb->given.count && rows[low].from <= seq - 1 ? &rows[low] : NULL;
}

bool tcb_gave(const struct tcb *tcb, const struct tcp_segment *segment)
{
	const uint64_t from = segment->seq - 1, to = from + segment->bytes;
	uint64_t at = from;

	while (at < to) {
		const struct given *given = tcb_given_at(tcb, (uint32_t)at + 1);
		uint64_t shown;

		if (!given)
			return false;
		shown = given->from + given->known;
		for (; at < to && at < given->to && at < shown; at++)
			if (segment->payload &&
			    segment->payload[at - from] != given->bytes[at - given->from])
				return false;
		if (at < to && at >= shown)
			at = given->to; /* further ones are not shown */
	}
	return true;
}

struct tcp_segment *tcb_data_at(const struct tcb *tcb, uint64_t offset)
{
	size_t low = 0, high = tcb->data.count;

	while (low < high) {
		const size_t middle = (low + high) / 2;
		const struct tcp_segment *segment = segment_in(&tcb->data, middle);

		if (segment->seq - 1 + segment->bytes <= offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low < tcb->data.count ? segment_in(&tcb->data, low) : NULL;
}

void tcb_send(struct tcb *tcb, struct tcp_segment *segment)
{
	segment->before = tcb_last_sent(tcb);
	add_segment(&tcb->sent, segment);
	if (segment->again || segment->probe) {
		tcb->tries++;
		tcb->timeouts += segment->again && !segment->loss_probe;
		tcb->probes += segment->probe && tcb->window_0;
		if (tcb->doublings < tcb->timeouts + tcb->probes)
			tcb->doublings = tcb->timeouts + tcb->probes;
		tcb->reverted = NO_EVENT;
		tcb->try_before = tcb->last_try;
		tcb->last_try = segment;
	}
	if (segment->shape == SEGMENT_RST) {
		tcb->rst_sent = true;
		return;
	}
	if (segment->stop > tcb->next)
		tcb->next = segment->stop;
	tcb->fin_sent |= segment->shape == SEGMENT_FIN;
	tcb->spoken |= segment->shape != SEGMENT_SYN;
	if (segment->flags & ACK && segment->ack > tcb->acked)
		tcb->acked = segment->ack;
	if (segment->window == 0)
		tcb->own_window_0 = segment;
	else if (segment->flags & ACK)
		tcb->own_window_0 = NULL;
}

/* RFC 5961 3.2: only an RST with the very number that is expected next ends a connection. */
static void receive_rst(struct tcb *tcb, const struct tcp_segment *segment)
{
	const int state = tcb_state(tcb);

	if (state != TCP_SYN_SENT && segment->seq != tcb->rcv)
		return;
	if (state != TCP_CLOSE && state != TCP_TIME_WAIT) {
		tcb->error = state == TCP_SYN_SENT     ? ECONNREFUSED
			     : state == TCP_CLOSE_WAIT ? EPIPE /* tcp_reset() */
						       : ECONNRESET;
		tcb->error_cause = segment->event;
		tcb->error_told = false;
	}
	tcb_step(tcb, TCP_CLOSE, BY_RST, segment->event);
}

static void receive_ack(struct tcb *tcb, struct tcp_segment *segment)
{
	const uint32_t ack = segment->ack;
	const bool of_fin = tcb->fin_sent && ack >= tcb->next;
	const bool opens = tcb->window_0 && segment->window > 0;

	tcb->window_0 = segment->window == 0 ? segment : NULL;
	if (ack > tcb->una || opens) {
		tcb->una_before = tcb->una;
		tcb->una = ack > tcb->una ? ack : tcb->una;
		tcb->progress = segment;
		tcb->tries = tcb->timeouts = tcb->probes = 0;
	}
	if (!of_fin)
		return;
	switch (tcb_state(tcb)) {
	case TCP_FIN_WAIT1:
		tcb_step(tcb, TCP_FIN_WAIT2, BY_ACK_OF_FIN, segment->event);
		return;
	case TCP_CLOSING:
		tcb_step(tcb, TCP_TIME_WAIT, BY_ACK_OF_FIN, segment->event);
		return;
	case TCP_LAST_ACK:
		tcb_step(tcb, TCP_CLOSE, BY_ACK_OF_FIN, segment->event);
		return;
	}
}

static void receive_fin(struct tcb *tcb, const struct tcp_segment *segment)
{
	tcb->fin_in = segment->event;
	switch (tcb_state(tcb)) {
	case TCP_ESTABLISHED:
		tcb_step(tcb, TCP_CLOSE_WAIT, BY_FIN, segment->event);
		return;
	case TCP_FIN_WAIT1:
		tcb_step(tcb, TCP_CLOSING, BY_FIN, segment->event);
		return;
	case TCP_FIN_WAIT2:
		tcb_step(tcb, TCP_TIME_WAIT, BY_FIN, segment->event);
		return;
	}
}

/* What takes numbers: kept when it is next, or thrown away (RFC 9293 3.10.7.4, step 7). */
static void receive_numbers(struct tcb *tcb, struct tcp_segment *segment)
{
	const bool is_new = segment->stop > tcb->rcv;

	if (segment->bytes > 0 && is_new && tcb->orphaned != NO_EVENT) {
		tcb->aborted = BY_DATA;
		tcb->abort_cause = segment->event;
		tcb_step(tcb, TCP_CLOSE, BY_DATA, segment->event);
		return;
	}
	if (!is_new || segment->seq > tcb->rcv)
		return;
	if (segment->bytes > 0)
		add_segment(&tcb->data, segment);
	tcb->rcv = segment->stop;
	if (segment->shape == SEGMENT_FIN && tcb->fin_in == NO_EVENT)
		receive_fin(tcb, segment);
}

void tcb_receive(struct tcb *tcb, struct tcp_segment *segment)
{
	const bool was_waiting = tcb_state(tcb) == TCP_FIN_WAIT2;

	add_segment(&tcb->got, segment);
	if (segment->shape == SEGMENT_RST) {
		receive_rst(tcb, segment);
		return;
	}
	if (tcb_state(tcb) == TCP_CLOSE)
		return;
	if (segment->shape == SEGMENT_SYN_ACK && tcb_state(tcb) == TCP_SYN_SENT) {
		tcb->rcv = 1;
		tcb_step(tcb, TCP_ESTABLISHED, BY_SYN_ACK, segment->event);
	}
	if (tcb_state(tcb) == TCP_SYN_RECV && segment->flags & ACK)
		tcb_step(tcb, TCP_ESTABLISHED, BY_THIRD, segment->event);
	tcb->is_small = was_waiting && tcb->orphaned != NO_EVENT;
	if (segment->flags & ACK)
		receive_ack(tcb, segment);
	receive_numbers(tcb, segment);
}

void tcb_close(struct tcb *tcb, size_t cause, enum closed_how how)
{
	if (tcb->closed != NO_EVENT || tcb_is_dead(tcb))
		return;
	tcb->closed = cause;
	tcb->how = how;
	switch (tcb_state(tcb)) {
	case TCP_SYN_RECV:
	case TCP_ESTABLISHED:
		tcb_step(tcb, TCP_FIN_WAIT1, BY_CLOSE, cause);
		return;
	case TCP_CLOSE_WAIT:
		tcb_step(tcb, TCP_LAST_ACK, BY_CLOSE, cause);
		return;
	}
}

static void abort_with(struct tcb *tcb, enum step_by by, size_t cause)
{
	tcb->aborted = by;
	tcb->abort_cause = cause;
	tcb_step(tcb, TCP_CLOSE, by, cause);
}

void tcb_orphan(struct tcb *tcb, size_t cause, enum closed_how how, bool lingers_not)
{
	const bool is_open =
		!tcb_is_dead(tcb) && (tcb->closed == NO_EVENT || tcb->how == CLOSED_BY_SHUTDOWN);

	tcb->orphaned = cause;
	if (!is_open)
		return;
	if (tcb_state(tcb) == TCP_SYN_SENT)
		tcb_step(tcb, TCP_CLOSE, BY_UNREACHABLE, cause);
	else if (tcb_unread(tcb) > 0)
		abort_with(tcb, BY_UNREAD, cause);
	else if (lingers_not)
		abort_with(tcb, BY_LINGER, cause);
	else
		tcb_close(tcb, cause, how);
}

void tcb_give_up(struct tcb *tcb, int error, size_t cause, enum step_by by)
{
	tcb->error = error;
	tcb->error_cause = cause;
	tcb->error_told = false;
	tcb_step(tcb, TCP_CLOSE, by, cause);
}

#include "explain/cause.h"

#include "base/fail.h"

#include <netinet/tcp.h>
#include <stdlib.h>

/* Whether the packet came to the host for this socket, before the state was looked at. */
static bool has_arrived(const struct timeline *timeline, const struct event *packet,
			const struct event *state)
{
	const struct socket_row *socket = &timeline->sockets[state->state.socket];
	const struct packet *segment = &packet->wire.packet;

	return packet->kind == EVENT_PACKET && segment->kind == PACKET_TCP &&
	       packet->time_ns <= state->time_ns &&
	       address_equal(&segment->to, &timeline->addresses[state->host]) &&
	       segment->to_port == socket->local_port && segment->from_port == socket->remote_port;
}

/* The control bit that a segment needs to bring a socket there; 0: no segment does. */
static unsigned int bit_for(const struct event *state)
{
	switch (state->state.to) {
	case TCP_SYN_RECV:
		return SYN;
	case TCP_CLOSE_WAIT:
	case TCP_CLOSING:
	case TCP_TIME_WAIT:
		return FIN;
	case TCP_ESTABLISHED:
	case TCP_FIN_WAIT2:
		return ACK;
	case TCP_CLOSE:
		return state->state.from == TCP_LAST_ACK ? ACK : RST;
	default: /* LISTEN, SYN_SENT, FIN_WAIT_1, LAST_ACK: by a call */
		return 0;
	}
}

/* The packet, or 0: the first event of a run is never one. */
static size_t cause_of(const struct timeline *timeline, const struct event *state)
{
	const unsigned int bit = bit_for(state);
	/* of many ACKs the first that arrives establishes a connection; the others are data's */
	const bool is_first = state->state.to == TCP_ESTABLISHED;
	size_t cause = 0;

	for (size_t i = timeline->count; bit && i-- > 0;) {
		const struct event *event = &timeline->events[i];

		if (!has_arrived(timeline, event, state) || !(event->wire.packet.flags & bit))
			continue;
		cause = i;
		if (!is_first || event->wire.packet.flags & SYN)
			break;
	}
	return cause;
}

void causes_open(struct causes *causes, const struct timeline *timeline, size_t from)
{
	causes->rows = calloc(timeline->count + 1, sizeof(*causes->rows));
	if (!causes->rows)
		broken("remember", "what caused a state");
	for (size_t i = timeline->count; i-- > from;) { /* backwards: lists grow at their heads */
		const struct event *event = &timeline->events[i];
		size_t cause = event->kind == EVENT_STATE ? cause_of(timeline, event) : 0;

		if (cause) {
			causes->rows[i].next = causes->rows[cause].first;
			causes->rows[cause].first = i;
		}
	}
}

void causes_close(struct causes *causes)
{
	free(causes->rows);
}

size_t causes_first(const struct causes *causes, size_t packet)
{
	return causes->rows[packet].first;
}

size_t causes_next(const struct causes *causes, size_t state)
{
	return causes->rows[state].next;
}

/* Inside wrong_records: the changes, by what they change, and what they have in common. */
#ifndef WRONG_PARTS_H
#define WRONG_PARTS_H

#include "tests/support/wrong_records.h"

#include <stdlib.h>
#include <string.h>

#define CHANGE(name) \
	bool name(struct timeline *timeline, size_t index, const struct explanation *right)

CHANGE(left_out);
CHANGE(told_twice);
CHANGE(too_early);
CHANGE(too_late);
CHANGE(other_process);
CHANGE(other_errno);
CHANGE(reset_for_nothing);
CHANGE(pipe_for_nothing);
CHANGE(interrupted_for_nothing);
CHANGE(refused_for_nothing);
CHANGE(success_for_nothing);
CHANGE(one_more);
CHANGE(one_less);
CHANGE(end_of_file);
CHANGE(other_bytes);
CHANGE(other_descriptor);
CHANGE(other_socket);
CHANGE(other_call);
CHANGE(restarted_for_nothing);
CHANGE(other_fin);
CHANGE(other_rst);
CHANGE(other_syn);
CHANGE(other_ack);
CHANGE(higher_seq);
CHANGE(lower_seq);
CHANGE(higher_ack);
CHANGE(lower_ack);
CHANGE(shorter);
CHANGE(other_payload);
CHANGE(other_port);
CHANGE(other_way);
CHANGE(rst_from_nowhere);
CHANGE(rst_ack_from_nowhere);
CHANGE(fin_from_nowhere);
CHANGE(ack_from_nowhere);
CHANGE(question_for_answer);
CHANGE(other_icmp);
CHANGE(other_signal);
CHANGE(other_disposition);
CHANGE(sigterm_from_nowhere);
CHANGE(sigpipe_from_nowhere);
CHANGE(sigchld_from_nowhere);
CHANGE(other_end);
CHANGE(other_status);
CHANGE(end_from_nowhere);
CHANGE(other_child);
CHANGE(other_state);
CHANGE(other_state_before);
CHANGE(closed_for_nothing);
CHANGE(other_end_of_connection);
CHANGE(doubled_more);

static inline struct event *at(struct timeline *timeline, size_t index)
{
	return &timeline->events[index];
}

static inline void add_at(struct timeline *timeline, const struct event *event, int64_t after_ns)
{
	struct event added = *event;

	added.time_ns += after_ns;
	timeline->events = reallocarray(timeline->events, timeline->count + 1, sizeof(added));
	timeline->events[timeline->count++] = added;
}

static inline bool is_call(const struct event *event)
{
	return event->kind == EVENT_ENTER || event->kind == EVENT_RETURN;
}

static inline bool is_tcp(const struct event *event)
{
	return event->kind == EVENT_PACKET && event->wire.packet.kind == PACKET_TCP;
}

static inline bool is_family(const struct event *event, const char *family)
{
	return is_call(event) && strcmp(event->call.family, family) == 0;
}

#endif

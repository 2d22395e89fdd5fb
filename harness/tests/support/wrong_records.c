#include "tests/support/wrong_parts.h"

#include <stdlib.h>
#include <string.h>

const struct wrong_kind wrong_kinds[] = {
	{ "left out", left_out },
	{ "told twice", told_twice },
	{ "before its cause", too_early },
	{ "after its effect", too_late },
	{ "of another process", other_process },
	{ "another errno", other_errno },
	{ "ECONNRESET", reset_for_nothing },
	{ "EPIPE", pipe_for_nothing },
	{ "EINTR", interrupted_for_nothing },
	{ "ECONNREFUSED", refused_for_nothing },
	{ "success", success_for_nothing },
	{ "result + 1", one_more },
	{ "result - 1", one_less },
	{ "end of file", end_of_file },
	{ "other bytes", other_bytes },
	{ "another descriptor", other_descriptor },
	{ "another socket", other_socket },
	{ "another call", other_call },
	{ "restarted", restarted_for_nothing },
	{ "FIN or not", other_fin },
	{ "RST or not", other_rst },
	{ "SYN or not", other_syn },
	{ "ACK or not", other_ack },
	{ "seq + 1", higher_seq },
	{ "seq - 1", lower_seq },
	{ "ack + 1", higher_ack },
	{ "ack - 1", lower_ack },
	{ "shorter", shorter },
	{ "other payload", other_payload },
	{ "another port", other_port },
	{ "the other way", other_way },
	{ "RST from nowhere", rst_from_nowhere },
	{ "RST,ACK from nowhere", rst_ack_from_nowhere },
	{ "FIN from nowhere", fin_from_nowhere },
	{ "ACK from nowhere", ack_from_nowhere },
	{ "question for answer", question_for_answer },
	{ "another ICMP", other_icmp },
	{ "another signal", other_signal },
	{ "another disposition", other_disposition },
	{ "SIGTERM from nowhere", sigterm_from_nowhere },
	{ "SIGPIPE from nowhere", sigpipe_from_nowhere },
	{ "SIGCHLD from nowhere", sigchld_from_nowhere },
	{ "another end", other_end },
	{ "another status", other_status },
	{ "an end from nowhere", end_from_nowhere },
	{ "another child", other_child },
	{ "another state", other_state },
	{ "another state before", other_state_before },
	{ "CLOSED", closed_for_nothing },
	{ "of the other end", other_end_of_connection },
	{ "doubled once more", doubled_more },
	{ 0 },
};

bool wrong_open(struct timeline *wrong, const struct explanation *right,
		const struct wrong_kind *kind, size_t event)
{
	const struct timeline *timeline = right->timeline;

	*wrong = *timeline;
	wrong->arena = NULL;
	wrong->events = malloc((timeline->count + 1) * sizeof(*wrong->events));
	if (!wrong->events)
		abort();
	memcpy(wrong->events, timeline->events, timeline->count * sizeof(*wrong->events));
	if (kind->change(wrong, event, right))
		return true;
	wrong_close(wrong);
	return false;
}

void wrong_close(struct timeline *wrong)
{
	free(wrong->events); /* all else is the right record's */
	*wrong = (struct timeline){ 0 };
}

#include "show/row_words.h"

#include "base/text.h"
#include "record/connection.h"
#include "record/event_words.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* A text that fills its room was cut, perhaps inside a character: it ends in dots then. */
static void end_in_dots(char text[static ROW_TEXT_BYTES])
{
	size_t length = strlen(text);

	if (length + 1 < ROW_TEXT_BYTES)
		return;
	length -= sizeof("…");
	while (length > 0 && (text[length] & 0xc0) == 0x80) /* UTF-8: not the first byte */
		length--;
	snprintf(text + length, ROW_TEXT_BYTES - length, "…");
}

/* What is forged stands across the columns, where nothing else shows who does it. */
static void action_words(struct row_words *words, const struct event *event)
{
	words->style = BOLD;
	if (event->action.verb == VERB_FORGE)
		snprintf(words->label, LABEL_BYTES, "%s", host_name(event->host));
	snprintf(words->text, ROW_TEXT_BYTES, "%s", event->action.text);
}

static void packet_words(struct row_words *words, const struct timeline *timeline,
			 const struct event *event)
{
	const struct packet *packet = &event->wire.packet;
	const bool is_tcp = packet->kind == PACKET_TCP;

	if ((is_tcp && (packet->flags & RST)) || packet->unreachable)
		words->style = RED;
	if (is_tcp)
		connection_label(timeline, event->wire.connection, words->label);
	packet_text(words->text, ROW_TEXT_BYTES, packet, event->wire.first_seq,
		    event->wire.first_ack);
}

/* Which of several connections a socket is an end of. */
static void socket_label(struct row_words *words, const struct timeline *timeline, size_t row)
{
	const struct socket_row *socket = &timeline->sockets[row];

	connection_label(timeline,
			 connection_number(timeline, socket->local_port, socket->remote_port),
			 words->label);
}

/* Whether the signal ends the process (signal(7): by default these are ignored, or stop it). */
static bool is_deadly(const struct event *event)
{
	const int number = event->signal.number;

	return event->signal.disposition == DEFAULT_ACTION && number != SIGCHLD &&
	       number != SIGURG && number != SIGWINCH && number != SIGCONT && number != SIGSTOP &&
	       number != SIGTSTP && number != SIGTTIN && number != SIGTTOU;
}

static void signal_words(struct row_words *words, const struct event *event)
{
	char name[16];

	words->style = is_deadly(event) ? RED : PLAIN;
	snprintf(words->text, ROW_TEXT_BYTES, "%s (%s)", signal_name(event->signal.number, name),
		 disposition_name(event->signal.disposition));
}

static void process_words(struct row_words *words, const struct event *event)
{
	words->style = DIM;
	snprintf(words->text, ROW_TEXT_BYTES, "ps: %d %d %c %s %s", event->pid,
		 event->process.parent, event->process.state, event->process.command,
		 event->process.wait_channel);
}

static void output_words(struct row_words *words, const char *line)
{
	const size_t length = (size_t)snprintf(words->text, ROW_TEXT_BYTES, "prints ");

	quote_bytes(words->text + length, ROW_TEXT_BYTES - length, (const uint8_t *)line,
		    strlen(line), ROW_TEXT_BYTES);
}

static void enter_words(struct row_words *words, const struct timeline *timeline,
			const struct event *event)
{
	const size_t index = (size_t)(event - timeline->events);

	snprintf(words->text, ROW_TEXT_BYTES, "%s(%s) %s", event->call.name, event->call.args,
		 timeline_has_returned(timeline, index) ? "…" : "waits …");
}

static void find(struct row_words *words, const struct timeline *timeline,
		 const struct event *event)
{
	*words = (struct row_words){ .style = PLAIN };
	event_label(timeline, event, words->label);
	switch (event->kind) {
	case EVENT_SCENE:
		words->style = BOLD;
		snprintf(words->text, ROW_TEXT_BYTES, "%s", event->text);
		return;
	case EVENT_ACTION:
		action_words(words, event);
		return;
	case EVENT_PACKET:
		packet_words(words, timeline, event);
		return;
	case EVENT_ENTER:
		enter_words(words, timeline, event);
		return;
	case EVENT_RETURN:
		words->style = event->call.error ? RED : PLAIN;
		call_text(words->text, ROW_TEXT_BYTES, &event->call);
		return;
	case EVENT_FORK:
		snprintf(words->text, ROW_TEXT_BYTES, "fork() = %d", event->child);
		return;
	case EVENT_SIGNAL:
		signal_words(words, event);
		return;
	case EVENT_END:
		words->style = event->end.signal ? RED : PLAIN;
		end_text(words->text, ROW_TEXT_BYTES, event);
		return;
	case EVENT_STATE:
		words->style = DIM;
		socket_label(words, timeline, event->state.socket);
		snprintf(words->text, ROW_TEXT_BYTES, "%s → %s", tcp_state_name(event->state.from),
			 tcp_state_name(event->state.to));
		return;
	case EVENT_BACKOFF:
		words->style = DIM;
		socket_label(words, timeline, event->backoff.socket);
		backoff_text(words->text, ROW_TEXT_BYTES, event);
		return;
	case EVENT_PROCESS:
		*words->label = '\0'; /* ps shows which process it is */
		process_words(words, event);
		return;
	case EVENT_OUTPUT:
		output_words(words, event->text);
		return;
	case EVENT_KINDS:
		return;
	}
}

void row_words_find(struct row_words *words, const struct timeline *timeline,
		    const struct event *event)
{
	find(words, timeline, event);
	end_in_dots(words->text);
}

/* Chains of causes, the event that is meant, and the words of reasons. */
#include "tests/support/made_events.h"

#include "explain/chain.h"
#include "explain/rule.h"
#include "explain/sentence.h"

#include <errno.h>

/* A line is typed at the client, and read. */
static void type_line(struct made *made)
{
	size_t read;

	made_type(made, "abc");
	read = made_enter(made, MADE_CLIENT, "read", "0", 0);
	made_return_as(made, read, 4, "0, \"abc\\n\"", 0);
}

/* UNP 5.13: the server's process is killed, the client writes twice. */
static size_t sigpipe(struct made *made)
{
	size_t write;

	made_connect(made);
	made_kill(made, SIGTERM, MADE_SERVER);
	made_signal(made, MADE_SERVER, SIGTERM, DEFAULT_ACTION);
	made_segment(made, SERVER, FIN | ACK, "");
	made_end(made, MADE_SERVER, 0, SIGTERM);
	type_line(made);
	made_write(made, CLIENT);
	made_numbered(made, SERVER, RST, 2, 0, "");
	write = made_enter(made, MADE_CLIENT, "write", "3, \"def\", 3", CLIENT_INODE);
	made_return(made, write, 0, EPIPE);
	return made_signal(made, MADE_CLIENT, SIGPIPE, DEFAULT_ACTION);
}

static void assert_rows(const struct explanation *explanation, size_t event,
			const char *const *wanted)
{
	struct chain chain;
	size_t i;

	chain_open(&chain, explanation, event);
	for (i = 0; i < chain.count && wanted[i]; i++) {
		char row[64];

		snprintf(row, sizeof(row), "%d %s%s", chain.rows[i].depth,
			 explain_rule(explanation, chain.rows[i].event),
			 chain.rows[i].known ? " again" : "");
		assert_string_equal(row, wanted[i]);
	}
	assert_int_equal(i, chain.count);
	assert_null(wanted[i]);
	chain_close(&chain);
}

static void test_a_chain_leads_back_to_who_did_what(void **state)
{
	static const char *const rows[] = {
		"0 sig.pipe",
		"1 write.reset-after-fin",
		"2 rst.data",
		"3 seg.data",
		"4 call.next",
		"5 lab.type", /* what was read is left out: it passes on what was typed */
		"3 sig.lab",
		"4 lab.kill",
		"2 fin.killed",
		"3 sig.lab again",
		NULL,
	};
	struct made *made = *state;
	const size_t event = sigpipe(made);
	struct explanation explanation;

	explain_open(&explanation, &made->timeline);
	assert_rows(&explanation, event, rows);
	explain_close(&explanation);
}

static void test_repetitions_are_one_row(void **state)
{
	static const char *const rows[] = {
		"0 read.silence", "1 again.timeout", "2 seg.data", "3 call.next",
		"4 lab.type",     "2 lab.break",     NULL
	};
	struct made *made = *state;
	struct explanation explanation;
	struct chain chain;
	size_t read;

	made_connect(made);
	made_crash(made, SERVER);
	type_line(made);
	made_write(made, CLIENT);
	read = made_enter(made, MADE_CLIENT, "read", "3", CLIENT_INODE);
	for (int ms = 205; ms < 1000; ms *= 2) {
		made_wait(made, ms);
		made_numbered(made, CLIENT, PSH | ACK, 1, 1, "abc");
	}
	made_wait(made, 2000);
	read = made_return(made, read, 0, ETIMEDOUT);
	explain_open(&explanation, &made->timeline);
	assert_rows(&explanation, read, rows);
	chain_open(&chain, &explanation, read);
	assert_int_equal(chain.rows[1].repeated, 1); /* and a loss probe before both */
	chain_close(&chain);
	explain_close(&explanation);
}

static void test_an_event_is_meant_in_many_ways(void **state)
{
	struct made *made = *state;
	const size_t pipe = sigpipe(made);
	struct explanation explanation;
	char moment[32];

	explain_open(&explanation, &made->timeline);
	assert_int_equal(explain_find(&explanation, "SIGPIPE"), pipe);
	assert_int_equal(explain_find(&explanation, "EPIPE"), pipe - 1);
	assert_int_equal(explain_find(&explanation, "write"), pipe - 1); /* it has failed */
	assert_int_equal(explain_find(&explanation, "RST"), pipe - 3);
	assert_string_equal(explain_rule(&explanation, explain_find(&explanation, "10")),
			    "end.signal");
	snprintf(moment, sizeof(moment), "%.2f",
		 (double)(made->timeline.events[pipe].time_ns - made->timeline.started_ns) / 1e6);
	assert_int_equal(explain_find(&explanation, moment), pipe);
	assert_int_equal(explain_find(&explanation, "ENOENT"), made->timeline.count);
	explain_close(&explanation);
}

static void test_sentences_are_filled_in(void **state)
{
	struct made *made = *state;
	const size_t pipe = sigpipe(made);
	struct explanation explanation;
	char text[SENTENCE_BYTES];

	explain_open(&explanation, &made->timeline);
	assert_string_equal(explain_sentence(&explanation, pipe, ENGLISH, text),
			    "it wrote to a connection that takes nothing any more");
	assert_string_equal(explain_sentence(&explanation, pipe, KOREAN, text),
			    "더 이상 받지 않는 연결에 썼다");
	assert_string_equal(explain_sentence(&explanation, pipe - 5, ENGLISH, text),
			    "data that write() has given");
	assert_string_equal(explain_sentence(&explanation, pipe - 2, ENGLISH, text),
			    "the program goes on and calls write");
	explain_close(&explanation);
}

/* The table itself ------------------------------------------------------------------------- */

static bool is_known_field(const char *name, size_t length)
{
	static const char *const names[] = { "host",  "cause",  "name",   "result",      "error",
					     "child", "status", "signal", "wait_channel" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
			return true;
	return false;
}

static void check_words(const char *id, const char *words)
{
	if (!words || !*words)
		fail_msg("%s has no words", id);
	for (const char *at = strchr(words, '{'); at; at = strchr(at + 1, '{')) {
		const char *end = strchr(at, '}');

		if (!end || !is_known_field(at + 1, (size_t)(end - at - 1)))
			fail_msg("%s: \"%s\" has an unknown field", id, words);
	}
	if (strchr(words, '|'))
		fail_msg("%s: \"%s\" would break the table of docs/RULES.md", id, words);
}

static void test_every_rule_is_whole(void **state)
{
	size_t count = 0;

	(void)state;
	for (const struct rule_table *table = rule_tables; table->rules; table++)
		for (const struct rule *rule = table->rules; rule->id; rule++) {
			count++;
			check_words(rule->id, rule->english);
			check_words(rule->id, rule->korean);
			check_words(rule->id, rule->condition);
			check_words(rule->id, rule->source);
			for (const struct rule_table *other = rule_tables; other->rules; other++)
				for (const struct rule *same = other->rules; same->id; same++)
					if (same != rule && strcmp(same->id, rule->id) == 0)
						fail_msg("two rules are called %s", rule->id);
		}
	assert_true(count > 100);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_chain_leads_back_to_who_did_what),
		cmocka_unit_test(test_repetitions_are_one_row),
		cmocka_unit_test(test_an_event_is_meant_in_many_ways),
		cmocka_unit_test(test_sentences_are_filled_in),
		cmocka_unit_test(test_every_rule_is_whole),
	};

	return RUN_NAMED(tests, argc, argv, made_open, made_close_all);
}

#include "lab/run_variant.h"

#include "base/clock.h"
#include "base/fail.h"
#include "explain/chain.h"
#include "lab/parts.h"
#include "lab/pause.h"
#include "lab/wait.h"
#include "show/files.h"
#include "show/live.h"
#include "show/terminal.h"
#include "show/why.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A program that the user gave and that the scenario did not start was not tested: without this,
 * the run would seem to have passed with it.
 */
static void check_given_programs(const struct lab *lab)
{
	for (int host = CLIENT; host <= SERVER; host++) {
		bool started = !lab->options->command[host];

		for (int program = 0; program < lab->program_count; program++)
			started |= lab->programs[program].host == (enum host)host;
		if (!started)
			give_up(ENDING_BROKEN,
				"%s (%s) starts no %s: there is no place in it for %s=\"%s\"",
				lab->options->story->name, lab->options->variant->name,
				host_name(host), options_program_variable(host),
				lab->options->command[host]);
	}
}

/*
 * Tells the story, up to its end or to what is not met. What happened up to there is noted; what
 * happens after that is not the story's.
 */
static void tell_story(struct lab *lab)
{
	const int64_t began = monotonic_ns();
	int64_t *phase_ns = lab->cost.phase_ns;

	if (setjmp(lab->end) == 0) {
		lab->options->variant->tell(lab);
		check_given_programs(lab);
		lab_turn(lab, 0);
		sockets_settle(&lab->sockets);
		lab_judge_absences(lab);
		if (lab->pause)
			pause_at_end(lab->pause);
	}
	if (lab->pause)
		pause_close(lab->pause);
	phase_ns[PHASE_STORY] =
		monotonic_ns() - began - phase_ns[PHASE_CAPTURE] - phase_ns[PHASE_PROCESSES];
}

/*
 * A run whose output is lost is no success: where it was to be read, nobody sees it. But a reader
 * that has seen enough (head, a pager) closes its pipe on purpose.
 */
static void check_output(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	if (!ferror(stdout) || (poll(&out, 1, 0) > 0 && (out.revents & POLLERR)))
		return;
	give_up(ENDING_BROKEN, "cannot write to standard output: is its disk full?\n"
			       "  The files are saved.");
}

static void print_variants(const struct lab *lab)
{
	printf("       variants:");
	for (const struct variant *variant = lab->options->story->variants; variant->name;
	     variant++)
		printf(" %s%s", variant->name, variant == lab->options->variant ? " (this)" : "");
	printf("\n");
}

/* "captures/sigpipe.pcap   SEED=7" */
static void saved_text(char *out, size_t out_bytes, const struct options *options, const char *name)
{
	char seed[24] = "";

	if (options->seed.given)
		snprintf(seed, sizeof(seed), "   SEED=%u", options->seed.number);
	snprintf(out, out_bytes, "%s/%s.pcap%s", options->captures, name, seed);
}

/* Why it happened, if that was asked for, and what the lab cannot explain. */
static void print_reasons(const struct lab *lab, const struct explanation *explanation)
{
	const char *why = lab->options->why;
	size_t event;

	why_print_gaps(stdout, explanation);
	if (!why)
		return;
	if (strcmp(why, "failure") == 0)
		event = why_failure(explanation, lab->expectations, lab->expectation_count);
	else
		event = explain_find(explanation, why);
	if (event == lab->timeline.count)
		give_up(ENDING_BROKEN, "the run has no event \"%s\" to explain", why);
	why_print(stdout, explanation, event, lab->options->korean ? KOREAN : ENGLISH);
}

/* A capture with holes proves nothing: it does not replace the one of the run before. */
static void save(struct lab *lab, const struct publication *publication, const struct run *run)
{
	const int64_t began = monotonic_ns();

	if (run->dropped)
		give_up(ENDING_BROKEN,
			"the capture has lost %u frames: it is no evidence, and was not saved.\n"
			"  Run it again; if it stays so, with a larger ring: --ring %d",
			run->dropped, lab->options->ring_bytes * 8);
	files_save(publication, run);
	lab->cost.phase_ns[PHASE_FILES] = monotonic_ns() - began;
}

/* Prints the run and saves its files; a failure is printed first, for the files may be lost. */
static void print_and_save(struct lab *lab, const struct session *session,
			   const struct screen *screen, size_t printed)
{
	const struct options *options = lab->options;
	const struct run run = lab_run(lab);
	char saved[512];

	saved_text(saved, sizeof(saved), options, run.name);
	if (!options->quiet && !options->step)
		terminal_heading(stdout, &run, screen);
	if (!options->quiet || options->step)
		terminal_rows(stdout, &run, screen, printed);
	if (!run.is_met)
		terminal_verdict(stdout, &run, screen, saved);
	fflush(stdout);
	save(lab, &session->publication, &run);
	if (run.is_met)
		terminal_verdict(stdout, &run, screen, saved);
	if (!options->quiet && options->story->variants[1].name)
		print_variants(lab);
	lab->cost.events = lab->timeline.count;
	lab->cost.questions = lab->sockets.questions;
	if (options->cost)
		cost_print(stdout, &lab->cost);
	fflush(stdout);
	check_output();
}

enum ending run_variant(void *argument)
{
	const struct session *session = argument;
	const struct options *options = &session->options;
	const struct screen screen = { .verbose = options->verbose,
				       .colour = isatty(STDOUT_FILENO) && !options->no_colour };
	struct lab *lab = lab_open(options);
	struct pause pause = { 0 };
	struct explanation explanation;
	enum ending ending;

	if (session->live) {
		const struct run run = lab_run(lab);

		live_begin(&lab->live, session->live, &run);
	}
	if (options->step)
		pause_open(&pause, lab, &screen, &session->publication);
	tell_story(lab);
	lab_end_programs(lab);
	if (pause.has_ended)
		return ENDING_MET; /* what was expected up to there was met */
	print_and_save(lab, session, &screen, pause.printed);
	explain_open(&explanation, &lab->timeline);
	print_reasons(lab, &explanation);
	ending = expectations_unmet(lab->expectations, lab->expectation_count) ? ENDING_UNMET
									       : ENDING_MET;
	if (options->strict && (explanation.unexplained > 0 || explanation.debt_count > 0))
		ending = ENDING_BROKEN;
	explain_close(&explanation);
	lab_close(lab);
	return ending;
}

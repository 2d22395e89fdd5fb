/* The main of every scenario program: options in, one run, one of the four endings out. */
#include "base/clock.h"
#include "show/files.h"
#include "lab/lab.h"
#include "show/live.h"
#include "show/terminal.h"
#include "hosts/sandbox.h"
#include "lab/pause.h"
#include "story/start.h"
#include "lab/ending.h"

#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* With it a deadline is two months. */
enum { PATIENCE_MOST = 1000000 };

enum { RING_BYTES = 2 * 1024 * 1024 };

struct run {
	struct options options;
	struct publication publication;
	FILE *live;       /* or NULL */
	struct step step; /* of the story that is told */
};

static void print_help(FILE *out)
{
	fprintf(out,
		"usage: %s [option ...]\n"
		"UNP %s: %s\n\n"
		"  --variant NAME      which way it goes (below), or all; the first is the book's\n"
		"  --client COMMAND    a program in place of the book's client; the server's "
		"address is\n"
		"                      appended, or put where {host} and {port} stand\n"
		"  --server COMMAND    a program in place of the book's server; it listens on port "
		"%d\n"
		"  --captures DIR      where the files go (default: captures)\n"
		"  --seed N            vary what can vary: client port, lines typed, how many\n"
		"  --step              stop at each scene until Enter\n"
		"  --quiet             only the verdict\n"
		"  --verbose           the set-up and every call, too\n"
		"  --ring BYTES        size of the capture's ring (default %d)\n"
		"  --cost              what the phases of the run took, in milliseconds\n"
		"  --unobserved        do not trace the programs (for the benchmark)\n"
		"  --live FILE         the annotated capture is written there, too, as things "
		"happen:\n"
		"                      a FIFO from which Wireshark reads (make wireshark-NAME "
		"LIVE=1)\n"
		"  --list              name, section and claim of all variants\n"
		"  --help\n\n"
		"variants:\n",
		program_invocation_short_name, story.section, story.claim, ECHO_PORT, RING_BYTES);
	for (const struct variant *variant = story.variants; variant->name; variant++)
		fprintf(out, "  %-18s  %s\n", variant->name, variant->claim);
	fprintf(out,
		"\n"
		"exit status: 0 every expectation was met; 1 TCP or a program did something else;\n"
		"  77 cannot run on this machine; 99 lab error or bad arguments\n"
		"environment: BROKENPIPE_PATIENCE=N makes every deadline N times longer (slow "
		"machines);\n"
		"  FAMILY=inet6 runs over IPv6 (files get the name NAME-inet6);\n"
		"  NO_COLOR=1 for a terminal without colours\n");
}

/* "sigpipe" for the book's variant, "sigpipe-ignored" for another, "sigpipe-inet6" over IPv6. */
static void run_name(char *out, size_t out_bytes, const struct variant *variant, int family)
{
	snprintf(out, out_bytes, "%s%s%s%s", story.name, variant == story.variants ? "" : "-",
		 variant == story.variants ? "" : variant->name,
		 family == AF_INET6 ? "-inet6" : "");
}

static void print_list(void)
{
	char name[96];

	for (const struct variant *variant = story.variants; variant->name; variant++) {
		run_name(name, sizeof(name), variant, AF_INET);
		printf("%-22s UNP %-9s %s\n", name, story.section, variant->claim);
	}
}

/* NULL for "all". */
static const struct variant *find_variant(const char *name)
{
	if (strcmp(name, "all") == 0)
		return NULL;
	for (const struct variant *variant = story.variants; variant->name; variant++)
		if (strcmp(variant->name, name) == 0)
			return variant;
	fprintf(stderr, "brokenpipe: %s has no variant \"%s\". There are:", story.name, name);
	for (const struct variant *variant = story.variants; variant->name; variant++)
		fprintf(stderr, " %s", variant->name);
	fputc('\n', stderr);
	exit(ENDING_BROKEN);
}

static int ring_bytes(const char *text)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (*end || value < 4096 || value > 1 << 30)
		give_up(ENDING_BROKEN,
			"--ring takes a number of bytes from 4096 to 2^30, not \"%s\"", text);
	return (int)value;
}

static double patience(void)
{
	const char *text = getenv("BROKENPIPE_PATIENCE");
	char *end;
	double value;

	if (!text || !*text)
		return 1;
	value = strtod(text, &end);
	if (*end || !(value > 0))
		give_up(ENDING_BROKEN, "BROKENPIPE_PATIENCE takes a number above 0, not \"%s\"",
			text);
	return value < PATIENCE_MOST ? value : PATIENCE_MOST;
}

/* Ends the program when the text is no seed. */
static struct seed seed_of(const char *name, const char *text)
{
	struct seed seed;

	if (!seed_parse(&seed, text))
		give_up(ENDING_BROKEN, "%s takes a whole number from 0 to %u, not \"%s\"", name,
			UINT32_MAX, text);
	return seed;
}

/* Whether an environment variable says the second of two words; the first is the default. */
static bool says_second(const char *variable, const char *first, const char *second)
{
	const char *text = getenv(variable);

	if (!text || !*text || strcmp(text, first) == 0)
		return false;
	if (strcmp(text, second) != 0)
		give_up(ENDING_BROKEN, "%s is %s or %s, not \"%s\"", variable, first, second, text);
	return true;
}

/* An empty value is no value: make passes the variables it was not given. */
static void take_text(const char **to, const char *value)
{
	if (*value)
		*to = value;
}

static void take_option(struct options *options, int option, const char *program)
{
	switch (option) {
	case 'V':
		if (*optarg)
			options->variant = find_variant(optarg);
		return;
	case 'c':
		take_text(&options->command[CLIENT], optarg);
		return;
	case 's':
		take_text(&options->command[SERVER], optarg);
		return;
	case 'd':
		take_text(&options->captures, optarg);
		return;
	case 'n':
		options->seed = seed_of("--seed", optarg);
		return;
	case 'S':
		options->step = true;
		return;
	case 'q':
		options->quiet = true;
		return;
	case 'v':
		options->verbose = true;
		return;
	case 'r':
		options->ring_bytes = ring_bytes(optarg);
		return;
	case 'L':
		take_text(&options->live, optarg);
		return;
	case 'u':
		options->unobserved = true;
		return;
	case 't':
		options->cost = true;
		return;
	case 'l':
		print_list();
		exit(ENDING_MET);
	case 'h':
		print_help(stdout);
		exit(ENDING_MET);
	default:
		fprintf(stderr, "brokenpipe: %s --help explains the options\n", program);
		exit(ENDING_BROKEN);
	}
}

static struct options parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "variant", required_argument, NULL, 'V' },
		{ "client", required_argument, NULL, 'c' },
		{ "server", required_argument, NULL, 's' },
		{ "captures", required_argument, NULL, 'd' },
		{ "seed", required_argument, NULL, 'n' },
		{ "step", no_argument, NULL, 'S' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "ring", required_argument, NULL, 'r' },
		{ "live", required_argument, NULL, 'L' },
		{ "unobserved", no_argument, NULL, 'u' },
		{ "cost", no_argument, NULL, 't' },
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct options options = {
		.variant = story.variants,
		.captures = "captures",
		.ring_bytes = RING_BYTES,
		.pace = says_second("PACE", "lab", "real") ? PACE_REAL : PACE_LAB,
		.family = says_second("FAMILY", "inet", "inet6") ? AF_INET6 : AF_INET,
		.patience = patience(),
		.seed = seed_of("SEED", getenv("SEED")),
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
		take_option(&options, option, argv[0]);
	if (optind < argc)
		give_up(ENDING_BROKEN, "\"%s\" is no option; %s --help explains them", argv[optind],
			argv[0]);
	return options;
}

/* A report of the lab as it is now. */
static struct report report_of(const struct lab *lab, size_t begins, const char *name)
{
	return (struct report){
		.timeline = &lab->timeline,
		.name = name,
		.section = lab->story->section,
		.claim = lab->options->variant->claim,
		.expectations = lab->expectations,
		.expectation_count = lab->expectation_count,
		.begins = begins,
		.verbose = lab->options->verbose,
		.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
	};
}

static void print_report(struct run *run, struct lab *lab, size_t begins, const char *name)
{
	const struct report report = report_of(lab, begins, name);
	char saved[512];
	int length;

	if (run->options.step)
		report_lines(stdout, &report, run->step.told);
	else if (!lab->options->quiet)
		report_story(stdout, &report);
	fflush(stdout); /* the story is told whatever becomes of the files */
	length = snprintf(saved, sizeof(saved), "%s/%s.pcap", lab->options->captures, name);
	if (lab->options->seed.given && length < (int)sizeof(saved))
		snprintf(saved + length, sizeof(saved) - (size_t)length, "   SEED=%u",
			 lab->options->seed.number);
	if (lab_has_unmet(lab)) /* the reason of a failure is not lost with the files */
		report_verdict(stdout, &report, saved);
	fflush(stdout);
	evidence_save(&run->publication, lab, name, begins);
	if (!lab_has_unmet(lab))
		report_verdict(stdout, &report, saved);
	if (!lab->options->quiet && lab->story->variants[1].name)
		told_variants(lab);
	fflush(stdout);
}

/* Everything that happened up to here is noted; what happens from here on is not the story's. */
static void end_story(struct lab *lab)
{
	lab_step(lab, 0);
	lab_judge_absences(lab, lab->timeline.count);
}

static enum ending run_lab(void *argument)
{
	struct run *run = argument;
	struct lab *lab = calloc(1, sizeof(*lab));
	struct report report;
	enum ending ending;
	size_t begins;
	int64_t began;
	char name[96];

	if (!lab)
		broken("start", "the lab");
	run_name(name, sizeof(name), run->options.variant, run->options.family);
	lab_open(lab, &story, &run->options);
	begins = lab->timeline.count;
	if (run->live)
		live_begin(lab, run->live);
	report = report_of(lab, begins, name);
	if (run->options.step)
		step_open(&run->step, lab, &report, &run->publication);
	began = monotonic_ns();
	if (setjmp(lab->unmet) == 0) {
		run->options.variant->tell(lab);
		check_all_started(lab);
		end_story(lab);
		if (lab->step)
			step_stop_at_end(lab->step);
	}
	if (lab->step)
		step_close(lab->step);
	lab->phase_ns[PHASE_STORY] = monotonic_ns() - began - lab->phase_ns[PHASE_CAPTURE] -
				     lab->phase_ns[PHASE_PROCESSES];
	lab_end_programs(lab);
	lab->dropped = capture_dropped(&lab->capture);
	if (run->step.has_ended)
		return ENDING_MET; /* of what was told, everything was */
	print_report(run, lab, begins, name);
	if (run->options.cost)
		told_cost(lab);
	told_check();
	ending = lab_has_unmet(lab) ? ENDING_UNMET : ENDING_MET;
	lab_close(lab);
	free(lab);
	return ending;
}

/* The worse of two endings: a fault of the lab hides everything, a failure more than a skip. */
static enum ending worse(enum ending a, enum ending b)
{
	static const enum ending by_weight[] = { ENDING_BROKEN, ENDING_UNMET, ENDING_CANNOT_RUN };

	for (size_t i = 0; i < sizeof(by_weight) / sizeof(by_weight[0]); i++)
		if (a == by_weight[i] || b == by_weight[i])
			return by_weight[i];
	return ENDING_MET;
}

/*
 * What the caller left open would change the descriptors that the programs under test get; what it
 * left closed would be given to the next file opened, which the story would be printed into.
 */
static void set_up_descriptors(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			exit(ENDING_BROKEN);
	syscall(SYS_close_range, STDERR_FILENO + 1, ~0u, 0);
}

int main(int argc, char **argv)
{
	struct run run = { .options = parse(argc, argv) };
	const bool all = !run.options.variant;
	enum ending ending = ENDING_MET;

	set_up_descriptors();
	if (run.options.step)
		step_check_terminal(story.name);
	setlocale(LC_CTYPE, "C.UTF-8"); /* the ladder is drawn with characters beyond ASCII */
	publish_open(&run.publication, run.options.captures);
	if (run.options.live)
		run.live = live_open(run.options.live);
	if (!all)
		return sandbox_run(run_lab, &run);
	for (run.options.variant = story.variants; run.options.variant->name; run.options.variant++)
		ending = worse(ending, sandbox_run(run_lab, &run));
	return ending;
}

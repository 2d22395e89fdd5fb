#include "lab/options.h"

#include "base/fail.h"
#include "explain/document.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* With it a deadline is two months. */
enum { PATIENCE_MOST = 1000000 };

enum { RING_BYTES = 2 * 1024 * 1024, RING_LEAST = 4096, RING_MOST = 1 << 30 };

/* Values that are more than a text -------------------------------------------------------- */

/* `source` is the option or the variable that the value comes from, for messages. */
static void take_variant(struct options *options, const char *source, const char *value)
{
	char names[512] = "";

	(void)source;
	options->variant = NULL;
	if (strcmp(value, "all") == 0)
		return;
	for (const struct variant *variant = options->story->variants; variant->name; variant++) {
		const size_t length = strlen(names);

		if (strcmp(variant->name, value) == 0)
			options->variant = variant;
		snprintf(names + length, sizeof(names) - length, " %s", variant->name);
	}
	if (!options->variant)
		give_up(ENDING_BROKEN, "%s has no variant \"%s\". There are:%s",
			options->story->name, value, names);
}

/* Whether it is the second of two words; the first is the default. */
static bool is_second(const char *source, const char *value, const char *first, const char *second)
{
	if (strcmp(value, first) != 0 && strcmp(value, second) != 0)
		give_up(ENDING_BROKEN, "%s is %s or %s, not \"%s\"", source, first, second, value);
	return strcmp(value, second) == 0;
}

static void take_family(struct options *options, const char *source, const char *value)
{
	options->family = is_second(source, value, "inet", "inet6") ? AF_INET6 : AF_INET;
}

static void take_pace(struct options *options, const char *source, const char *value)
{
	options->pace = is_second(source, value, "lab", "real") ? PACE_REAL : PACE_LAB;
}

static void take_language(struct options *options, const char *source, const char *value)
{
	options->korean = is_second(source, value, "en", "ko");
}

static void take_seed(struct options *options, const char *source, const char *value)
{
	if (!seed_parse(&options->seed, value))
		give_up(ENDING_BROKEN, "%s takes a whole number from 0 to %u, not \"%s\"", source,
			UINT32_MAX, value);
}

static void take_patience(struct options *options, const char *source, const char *value)
{
	char *end;
	const double factor = strtod(value, &end);

	if (*end || !(factor > 0))
		give_up(ENDING_BROKEN, "%s takes a number above 0, not \"%s\"", source, value);
	options->patience = factor < PATIENCE_MOST ? factor : PATIENCE_MOST;
}

static void take_ring(struct options *options, const char *source, const char *value)
{
	char *end;
	const long bytes = strtol(value, &end, 10);

	if (*end || bytes < RING_LEAST || bytes > RING_MOST)
		give_up(ENDING_BROKEN, "%s takes a number of bytes from 4096 to 2^30, not \"%s\"",
			source, value);
	options->ring_bytes = (int)bytes;
}

static void print_list(const struct story *story)
{
	char name[RUN_NAME_BYTES];

	for (const struct variant *variant = story->variants; variant->name; variant++) {
		run_name(name, story, variant, AF_INET);
		printf("%-22s UNP %-9s %s\n", name, story->section, variant->claim);
	}
}

static void print_rules(const struct story *story)
{
	(void)story;
	rules_document(stdout);
}

/* The table ------------------------------------------------------------------------------- */

enum group { GROUP_RUN = 1, GROUP_OUTPUT, GROUP_MEASURE, GROUP_VARIANTS };

/* One option: it sets a flag or a text, or is parsed, or prints a list. */
struct setting {
	const char *name, *argument;
	const char *variable; /* the environment variable with its default, or NULL */
	enum group group;
	enum { SETS_FLAG, SETS_TEXT, IS_PARSED, LISTS } kind;
	size_t field; /* of struct options: of a flag or a text */
	void (*parse)(struct options *options, const char *source, const char *value);
	void (*list)(const struct story *story);
	const char *help;
};

#define FLAG(name)  .kind = SETS_FLAG, .field = offsetof(struct options, name)
#define TEXT(name)  .kind = SETS_TEXT, .field = offsetof(struct options, name)
#define PARSE(name) .kind = IS_PARSED, .parse = name

static const struct setting settings[] = {
	{ "variant", "NAME", NULL, GROUP_RUN, PARSE(take_variant),
	  .help = "Which variant (below), or all of them; the default is the book's" },
	{ "client", "COMMAND", NULL, GROUP_RUN, TEXT(command[CLIENT]),
	  .help = "A program in place of the book's client. The server's address is appended, or "
		  "put where {host} and {port} stand" },
	{ "server", "COMMAND", NULL, GROUP_RUN, TEXT(command[SERVER]),
	  .help = "A program in place of the book's server. It listens on port 9877" },
	{ "family", "inet|inet6", "FAMILY", GROUP_RUN, PARSE(take_family),
	  .help = "Run over IPv4 or IPv6; with inet6 the files are named NAME-inet6" },
	{ "seed", "N", "SEED", GROUP_RUN, PARSE(take_seed),
	  .help = "Vary what can vary: the client's ports, the lines typed, how many" },
	{ "pace", "lab|real", "PACE", GROUP_RUN, PARSE(take_pace),
	  .help = "real: leave the kernel's long timeouts as they are (a quarter of an hour)" },
	{ "step", NULL, NULL, GROUP_RUN, FLAG(step), .help = "Pause at each scene until Enter" },

	{ "captures", "DIR", NULL, GROUP_OUTPUT, TEXT(captures),
	  .help = "Where the files go; the default is captures" },
	{ "live", "FILE", NULL, GROUP_OUTPUT, TEXT(live),
	  .help = "Write the annotated capture to this file, too, as things happen: a FIFO from "
		  "which Wireshark reads (make wireshark-NAME LIVE=1)" },
	{ "why", "EVENT", NULL, GROUP_OUTPUT, TEXT(why),
	  .help = "Print what has caused an event: a time (\"28.43\"), a call, a signal, an errno, "
		  "a TCP state, a flag of a segment, the PID of who ends; or \"failure\", the one "
		  "that the variant is about" },
	{ "lang", "en|ko", "LESSON_LANG", GROUP_OUTPUT, PARSE(take_language),
	  .help = "The language of reasons" },
	{ "strict", NULL, "STRICT", GROUP_OUTPUT, FLAG(strict),
	  .help = "End with 99 if no rule explains an event (for a CI)" },
	{ "quiet", NULL, NULL, GROUP_OUTPUT, FLAG(quiet), .help = "Print only the verdict" },
	{ "verbose", NULL, NULL, GROUP_OUTPUT, FLAG(verbose),
	  .help = "Print the set-up and every call, too" },
	{ "no-color", NULL, "NO_COLOR", GROUP_OUTPUT, FLAG(no_colour),
	  .help = "Print without colours" },
	{ "list", NULL, NULL, GROUP_OUTPUT, .kind = LISTS, .list = print_list,
	  .help = "Print name, section and claim of each variant" },

	{ "rules", NULL, NULL, GROUP_OUTPUT, .kind = LISTS, .list = print_rules,
	  .help = "Print the rules that explain events, as docs/RULES.md" },

	{ "patience", "N", "BROKENPIPE_PATIENCE", GROUP_MEASURE, PARSE(take_patience),
	  .help = "Make every deadline N times longer (slow machines)" },
	{ "ring", "BYTES", NULL, GROUP_MEASURE, PARSE(take_ring),
	  .help = "Size of the capture's ring; the default is 2097152" },
	{ "cost", NULL, NULL, GROUP_MEASURE, FLAG(cost),
	  .help = "Print what the phases of the run took, in milliseconds" },
	{ "unobserved", NULL, NULL, GROUP_MEASURE, FLAG(unobserved),
	  .help = "Do not trace the programs (for the benchmark)" },
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]), VARIANTS_MOST = 32, HEADERS = 4 };

/* Keys of options above every character, so that there are no short ones. */
enum { FIRST_KEY = 256 };

static void apply(struct options *options, const struct setting *setting, const char *source,
		  const char *value)
{
	void *field = (char *)options + setting->field;

	if (value && !*value)
		return;
	switch (setting->kind) {
	case SETS_FLAG:
		*(bool *)field = true;
		return;
	case SETS_TEXT:
		*(const char **)field = value;
		return;
	case IS_PARSED:
		setting->parse(options, source, value);
		return;
	case LISTS:
		setting->list(options->story);
		exit(ENDING_MET);
	}
}

static void read_environment(struct options *options)
{
	for (int i = 0; i < SETTINGS; i++) {
		const char *variable = settings[i].variable;
		const char *value = variable ? getenv(variable) : NULL;

		if (value)
			apply(options, &settings[i], variable, value);
	}
}

/* argp ------------------------------------------------------------------------------------ */

enum { ROWS_MOST = HEADERS + SETTINGS + VARIANTS_MOST };

/* The table as argp wants it, then the variants as documentation. */
static void fill_in(struct argp_option rows[static ROWS_MOST + 1], const struct story *story)
{
	static const char *const headers[] = { [GROUP_RUN] = "What is run:",
					       [GROUP_OUTPUT] = "What is printed and saved:",
					       [GROUP_MEASURE] =
						       "For slow machines, and to measure:",
					       [GROUP_VARIANTS] = "Variants:" };
	const struct variant *variant = story->variants;
	int count = 0;

	for (int group = GROUP_RUN; group <= GROUP_VARIANTS; group++)
		rows[count++] = (struct argp_option){ .doc = headers[group], .group = group };
	for (int i = 0; i < SETTINGS; i++)
		rows[count++] = (struct argp_option){ .name = settings[i].name,
						      .key = FIRST_KEY + i,
						      .arg = settings[i].argument,
						      .doc = settings[i].help,
						      .group = settings[i].group };
	for (; variant->name && count < ROWS_MOST; variant++)
		rows[count++] = (struct argp_option){ .name = variant->name,
						      .flags = OPTION_DOC | OPTION_NO_USAGE,
						      .doc = variant->claim,
						      .group = GROUP_VARIANTS };
}

/* Adds what the tables know to the help; argp frees what is returned. */
static char *complete_help(int key, const char *text, void *input)
{
	const int row = key - FIRST_KEY;
	const struct options *options = input;
	char *completed;

	if (key == ARGP_KEY_HELP_PRE_DOC) {
		if (asprintf(&completed, "UNP %s: %s", options->story->section,
			     options->story->claim) < 0)
			broken("print", "the help");
		return completed;
	}
	if (row < 0 || row >= SETTINGS || !settings[row].variable)
		return (char *)text;
	if (asprintf(&completed, "%s (environment: %s)", text, settings[row].variable) < 0)
		broken("print", "the help");
	return completed;
}

static error_t take_option(int key, char *value, struct argp_state *state)
{
	const int row = key - FIRST_KEY;
	char source[32];

	if (key == ARGP_KEY_ARG)
		argp_error(state, "\"%s\" is no option", value);
	if (row < 0 || row >= SETTINGS)
		return ARGP_ERR_UNKNOWN;
	snprintf(source, sizeof(source), "--%s", settings[row].name);
	apply(state->input, &settings[row], source, value);
	return 0;
}

void options_parse(struct options *options, const struct story *story, int argc, char **argv)
{
	static struct argp_option rows[ROWS_MOST + 1];
	static const struct argp argp = {
		.options = rows,
		.parser = take_option,
		.help_filter = complete_help,
		.doc = "\vExit status: 0 every expectation was met; 1 TCP or a program did "
		       "something else; 77 cannot run on this machine; 99 lab error or bad "
		       "arguments",
	};

	*options = (struct options){ .story = story,
				     .variant = story->variants,
				     .captures = "captures",
				     .ring_bytes = RING_BYTES,
				     .family = AF_INET,
				     .patience = 1 };
	argp_err_exit_status = ENDING_BROKEN;
	fill_in(rows, story);
	read_environment(options);
	if (argp_parse(&argp, argc, argv, 0, NULL, options) != 0)
		broken("read", "the options");
}

const char *options_program_variable(enum host host)
{
	return host == CLIENT ? "CLIENT" : "SERVER";
}

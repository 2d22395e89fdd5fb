#include "lab/ending.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

void told_check(void)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	if (!ferror(stdout) || (poll(&out, 1, 0) > 0 && (out.revents & POLLERR)))
		return;
	give_up(ENDING_BROKEN, "cannot write the story to standard output: is its disk full?\n"
			       "  The files are saved.");
}

void told_cost(const struct lab *lab)
{
	static const char *const names[PHASES] = {
		[PHASE_HOSTS] = "hosts",         [PHASE_CAPTURE] = "capture",
		[PHASE_PROCESSES] = "processes", [PHASE_STORY] = "story",
		[PHASE_FILES] = "files",
	};

	printf("cost");
	for (int phase = 0; phase < PHASES; phase++)
		printf(" %s=%.3f", names[phase], (double)lab->phase_ns[phase] / 1e6);
	printf("\n");
}

void told_variants(const struct lab *lab)
{
	printf("       variants:");
	for (const struct variant *variant = lab->story->variants; variant->name; variant++)
		printf(" %s%s", variant->name, variant == lab->options->variant ? " (this)" : "");
	printf("\n");
}

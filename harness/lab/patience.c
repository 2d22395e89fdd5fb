#include "lab/patience.h"

#include "base/clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define SECOND_NS INT64_C(1000000000)

enum {
	DEADLINE_MS = 5000,
	REAL_DEADLINE_MS = 20 * 60 * 1000, /* longer than any default of the kernel */
};

int64_t patience_deadline_ns(const struct patience *patience)
{
	const double ms = patience->pace == PACE_REAL ? REAL_DEADLINE_MS : DEADLINE_MS;

	return monotonic_ns() + (int64_t)(ms * patience->factor * 1e6);
}

static void print_progress(struct patience *patience)
{
	const bool is_terminal = isatty(STDERR_FILENO);
	const char *end = is_terminal ? " \r" : "\n";
	const int64_t now = monotonic_ns(), ends = patience->crashed_ns + patience->takes_ns;
	const int left_s = (int)((ends - now) / SECOND_NS);

	if (now - patience->progress_ns < (is_terminal ? SECOND_NS : 60 * SECOND_NS))
		return;
	patience->progress_ns = now;
	if (left_s > 0)
		fprintf(stderr, "brokenpipe: TCP gives up in about %d min %02d s%s", left_s / 60,
			left_s % 60, end);
	else
		fprintf(stderr, "brokenpipe: TCP gives up when its timer expires next%s", end);
}

int64_t patience_turn_ns(struct patience *patience, int64_t deadline_ns)
{
	const int64_t left_ns = deadline_ns - monotonic_ns();

	if (patience->pace != PACE_REAL)
		return left_ns;
	if (patience->takes_ns && patience->crashed_ns)
		print_progress(patience);
	return left_ns < SECOND_NS ? left_ns : SECOND_NS;
}

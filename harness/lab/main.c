/* The main of every scenario program: options in, one run or all of them, one of four endings out.
 */
#include "base/fail.h"
#include "hosts/sandbox.h"
#include "lab/options.h"
#include "lab/pause.h"
#include "lab/run_variant.h"
#include "show/live.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The worse of two endings: a lab error hides everything, a failure more than a skip. */
static enum ending worse(enum ending a, enum ending b)
{
	static const enum ending by_weight[] = { ENDING_BROKEN, ENDING_UNMET, ENDING_CANNOT_RUN };

	for (size_t i = 0; i < sizeof(by_weight) / sizeof(by_weight[0]); i++)
		if (a == by_weight[i] || b == by_weight[i])
			return by_weight[i];
	return ENDING_MET;
}

/*
 * A descriptor that the caller left open would be inherited by the programs under test. One that it
 * left closed would become the number of the next file opened, and the run would be printed into
 * that.
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
	struct session session = { 0 };
	struct options *options = &session.options;
	enum ending ending = ENDING_MET;

	options_parse(options, &story, argc, argv);
	set_up_descriptors();
	if (options->step)
		pause_check_terminal(story.name);
	setlocale(LC_CTYPE, "C.UTF-8"); /* the ladder has characters beyond ASCII */
	publish_open(&session.publication, options->captures);
	if (options->live)
		session.live = live_open(options->live);
	if (options->variant)
		return sandbox_run(run_variant, &session);
	for (options->variant = story.variants; options->variant->name; options->variant++)
		ending = worse(ending, sandbox_run(run_variant, &session));
	return ending;
}

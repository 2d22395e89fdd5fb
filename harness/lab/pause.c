#include "lab/pause.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOCKED_FILE ".step"

/* TCP states change without a word: they are asked for so often while nothing else happens. */
enum { LOOK_AGAIN_NS = 100000000 };

void step_check_terminal(const char *name)
{
	if (!isatty(STDIN_FILENO))
		give_up(ENDING_BROKEN,
			"--step stops at each scene until Enter, and standard input is no "
			"terminal.\n"
			"  Start it from one: make step-%s (not with make -j, nor in a pipe)",
			name);
}

/* A lock of the process (fcntl(2)), not of the descriptor: what the lab forks does not have it. */
static int lock_file(const struct publication *publication)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = openat(publication->directory, LOCKED_FILE, O_CREAT | O_RDWR | O_CLOEXEC, 0644);

	if (fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0)
		return fd;
	if (fd >= 0 && (errno == EACCES || errno == EAGAIN))
		give_up(ENDING_BROKEN,
			"another lab is stopped with its captures in %s: end it first, or choose "
			"another directory: CAPTURES=DIRECTORY",
			publication->path);
	give_up(ENDING_BROKEN,
		"cannot lock %s/%s: %s.\n  Choose another directory: "
		"CAPTURES=DIRECTORY",
		publication->path, LOCKED_FILE, strerror(errno));
}

void step_open(struct step *step, struct lab *lab, const struct report *report,
	       const struct publication *publication)
{
	*step = (struct step){ .lab = lab, .report = *report, .told = report->begins };
	step->directory = publication->directory;
	step->lock = lock_file(publication);
	if (report->verbose)
		step->told = 0;
	lab->step = step;
	report_heading(stdout, &step->report);
}

void step_close(struct step *step)
{
	unlinkat(step->directory, LOCKED_FILE, 0);
	close(step->lock);
	step->lab->step = NULL;
}

/* A host that was rebooted has another descriptor than before. */
static void say_where_the_hosts_are(const struct step *step)
{
	const struct hosts *hosts = &step->lab->hosts;
	char text[256];
	int length = snprintf(text, sizeof(text), "story %s\n", step->report.name);

	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++)
		if (hosts->netns[host] >= 0)
			length += snprintf(text + length, sizeof(text) - (size_t)length, "%s %d\n",
					   host_name(host), hosts->netns[host]);
	if (pwrite(step->lock, text, (size_t)length, 0) != length ||
	    ftruncate(step->lock, length) < 0)
		broken("write", LOCKED_FILE);
}

static void tell(struct step *step)
{
	report_lines(stdout, &step->report, step->told);
	step->told = step->lab->timeline.count;
}

static void ask(const struct step *step, const char *what_then)
{
	const char *const dim = step->report.colour ? "\033[2m" : "";
	const char *const plain = step->report.colour ? "\033[0m" : "";

	printf("        %s[Enter: %s", dim, what_then);
	if (step->stops == 0)
		printf("; ^D: end. In another terminal: make shell-client, shell-server%s",
		       step->lab->hosts.netns[ROUTER] >= 0 ? ", shell-router" : "");
	printf("]%s ", plain);
	fflush(stdout);
}

/* Reads what is left of a line; false at the end of the input. */
static bool take_line(void)
{
	char text[256];
	ssize_t n = read(STDIN_FILENO, text, sizeof(text));

	return n > 0 || (n < 0 && errno == EINTR);
}

/* Whether Enter was typed; false: the input is at its end. */
static bool wait_for_enter(struct step *step, const char *what_then)
{
	struct lab *lab = step->lab;
	struct pollfd keyboard = { .fd = STDIN_FILENO, .events = POLLIN };

	say_where_the_hosts_are(step);
	ask(step, what_then);
	step->stops++;
	lab->keyboard = STDIN_FILENO;
	while (!lab_is_flooded(lab) && poll(&keyboard, 1, 0) == 0) {
		lab_step(lab, LOOK_AGAIN_NS);
		sockets_read(&lab->sockets);
	}
	lab->keyboard = -1;
	return lab_is_flooded(lab) || take_line();
}

void step_stop(struct step *step)
{
	tell(step);
	if (wait_for_enter(step, "go on"))
		return;
	printf("\n        ended here; nothing was saved\n");
	step->has_ended = true;
	longjmp(step->lab->unmet, 1);
}

void step_stop_at_end(struct step *step)
{
	struct lab *lab = step->lab;
	const size_t count = lab->timeline.count;
	const unsigned long frames = lab->capture.frames;

	tell(step);
	printf("        ── the story is told; its hosts and what is left of its programs are "
	       "still there\n");
	if (!wait_for_enter(step, "take them down"))
		printf("\n");
	while (lab->timeline.count > count)
		timeline_take_back(&lab->timeline);
	lab->capture.frames = frames;
}

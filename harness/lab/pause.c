#include "lab/pause.h"

#include "base/fail.h"
#include "lab/parts.h"
#include "lab/wait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOCKED_FILE ".step"

/* No event announces TCP states: they are asked for so often while nothing else happens. */
enum { LOOK_AGAIN_NS = 100000000 };

void pause_check_terminal(const char *name)
{
	if (!isatty(STDIN_FILENO))
		give_up(ENDING_BROKEN,
			"--step pauses at each scene until Enter, and standard input is not a "
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
			"another lab is paused with its captures in %s: end it first, or choose "
			"another directory: CAPTURES=DIRECTORY",
			publication->path);
	give_up(ENDING_BROKEN,
		"cannot lock %s/%s: %s.\n  Choose another directory: "
		"CAPTURES=DIRECTORY",
		publication->path, LOCKED_FILE, strerror(errno));
}

void pause_open(struct pause *pause, struct lab *lab, const struct screen *screen,
		const struct publication *publication)
{
	const struct run run = lab_run(lab);

	*pause = (struct pause){ .lab = lab, .screen = *screen };
	pause->directory = publication->directory;
	pause->lock = lock_file(publication);
	lab->pause = pause;
	terminal_heading(stdout, &run, &pause->screen);
}

void pause_close(struct pause *pause)
{
	unlinkat(pause->directory, LOCKED_FILE, 0);
	close(pause->lock);
	pause->lab->pause = NULL;
}

/* A host that was rebooted has another descriptor than before. */
static void write_hosts(const struct pause *pause)
{
	const struct hosts *hosts = &pause->lab->hosts;
	char text[256];
	int length = snprintf(text, sizeof(text), "run %s\n", pause->lab->name);

	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++)
		if (hosts->netns[host] >= 0)
			length += snprintf(text + length, sizeof(text) - (size_t)length, "%s %d\n",
					   host_name(host), hosts->netns[host]);
	if (pwrite(pause->lock, text, (size_t)length, 0) != length ||
	    ftruncate(pause->lock, length) < 0)
		broken("write", LOCKED_FILE);
}

static void print_news(struct pause *pause)
{
	const struct run run = lab_run(pause->lab);

	terminal_rows(stdout, &run, &pause->screen, pause->printed);
	pause->printed = pause->lab->timeline.count;
}

static void ask(const struct pause *pause, const char *what_then)
{
	const char *const dim = pause->screen.colour ? "\033[2m" : "";
	const char *const plain = pause->screen.colour ? "\033[0m" : "";

	printf("        %s[Enter: %s", dim, what_then);
	if (pause->count == 0)
		printf("; ^D: end. In another terminal: make shell-client, shell-server%s",
		       pause->lab->hosts.netns[ROUTER] >= 0 ? ", shell-router" : "");
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
static bool wait_for_enter(struct pause *pause, const char *what_then)
{
	struct lab *lab = pause->lab;
	struct pollfd keyboard = { .fd = STDIN_FILENO, .events = POLLIN };

	write_hosts(pause);
	ask(pause, what_then);
	pause->count++;
	lab->keyboard = STDIN_FILENO;
	while (!lab_is_flooded(lab) && poll(&keyboard, 1, 0) == 0) {
		lab_turn(lab, LOOK_AGAIN_NS);
		sockets_ask_around(&lab->sockets);
	}
	lab->keyboard = -1;
	return lab_is_flooded(lab) || take_line();
}

void pause_at_scene(struct pause *pause)
{
	print_news(pause);
	if (wait_for_enter(pause, "go on"))
		return;
	printf("\n        ended here; nothing was saved\n");
	pause->has_ended = true;
	lab_end_scenario(pause->lab);
}

void pause_at_end(struct pause *pause)
{
	struct lab *lab = pause->lab;
	const size_t count = lab->timeline.count;
	const unsigned long frames = lab->capture.frames;

	print_news(pause);
	printf("        ── the end of the scenario; its hosts and the programs that still run are "
	       "kept\n");
	if (!wait_for_enter(pause, "remove them"))
		printf("\n");
	while (lab->timeline.count > count)
		timeline_take_back(&lab->timeline);
	lab->capture.frames = frames;
}

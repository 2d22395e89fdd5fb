#include "show/live.h"

#include "base/fail.h"
#include "show/annotated_capture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

FILE *live_open(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		give_up(ENDING_BROKEN, "cannot write to --live %s: %s", path, strerror(errno));
	signal(SIGPIPE, SIG_IGN); /* whoever looked on may leave before the end */
	return file;
}

void live_begin(struct live *live, FILE *file, const struct run *run)
{
	*live = (struct live){ .file = file, .events = run->timeline->count };
	annotated_capture_begin(file, run);
	fflush(file);
}

bool live_wants(const struct live *live, const struct timeline *timeline)
{
	return live->file && live->events != timeline->count && !ferror(live->file);
}

void live_write(struct live *live, const struct run *run)
{
	annotated_capture_rows(live->file, run, live->events);
	live->events = run->timeline->count;
	fflush(live->file);
}

#include "show/live.h"

#include "base/fail.h"
#include "lab/parts.h"

#include "show/files.h"

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

void live_begin(struct lab *lab, FILE *file)
{
	const struct annotated annotated = evidence_annotated(lab);

	lab->live = file;
	lab->live_events = lab->timeline.count;
	annotated_begin(file, &annotated);
	fflush(file);
}

void live_write(struct lab *lab)
{
	const struct annotated annotated = evidence_annotated(lab);

	if (!lab->live || lab->live_events == lab->timeline.count || ferror(lab->live))
		return;
	capture_read(&lab->capture, &lab->timeline); /* the segments of what is written now */
	annotated_rows(lab->live, &annotated, lab->live_events);
	lab->live_events = lab->timeline.count;
	fflush(lab->live);
}

/* What marks an event of a run: the expectations that it met or broke, and its scene. Pure. */
#ifndef MARKS_H
#define MARKS_H

#include "show/run.h"

struct marks {
	const struct expectation **rows; /* those that have an event, in the order of these */
	size_t count;
	const struct event **scenes; /* in the order of the timeline */
	size_t scene_count;
};

void marks_open(struct marks *marks, const struct run *run);
void marks_close(struct marks *marks);

/* The first expectation of this event; its others follow. Or `count`. */
size_t marks_of(const struct marks *marks, size_t event);

/* The heading that the event stands under, or NULL. */
const char *marks_scene(const struct marks *marks, const struct event *event);

#endif

#include "show/marks.h"

#include "base/memory.h"

#include <stdlib.h>

static int by_event(const void *a, const void *b)
{
	const struct expectation *x = *(const struct expectation *const *)a;
	const struct expectation *y = *(const struct expectation *const *)b;

	if (x->event != y->event)
		return x->event < y->event ? -1 : 1;
	return x < y ? -1 : x > y; /* rows of one array */
}

void marks_open(struct marks *marks, const struct run *run)
{
	const struct timeline *timeline = run->timeline;

	*marks = (struct marks){ 0 };
	for (size_t i = 0; i < run->expectation_count; i++) {
		if (!expectation_has_event(&run->expectations[i]))
			continue;
		marks->rows = xgrow(marks->rows, marks->count, sizeof(const struct expectation *));
		marks->rows[marks->count++] = &run->expectations[i];
	}
	if (marks->count)
		qsort(marks->rows, marks->count, sizeof(const struct expectation *), by_event);
	for (size_t i = 0; i < timeline->count; i++) {
		if (timeline->events[i].kind != EVENT_SCENE)
			continue;
		marks->scenes =
			xgrow(marks->scenes, marks->scene_count, sizeof(const struct event *));
		marks->scenes[marks->scene_count++] = &timeline->events[i];
	}
}

void marks_close(struct marks *marks)
{
	free(marks->rows);
	free(marks->scenes);
}

size_t marks_of(const struct marks *marks, size_t event)
{
	size_t from = 0, to = marks->count;

	while (from < to) {
		const size_t middle = (from + to) / 2;

		if (marks->rows[middle]->event < event)
			from = middle + 1;
		else
			to = middle;
	}
	return from < marks->count && marks->rows[from]->event == event ? from : marks->count;
}

const char *marks_scene(const struct marks *marks, const struct event *event)
{
	for (size_t i = marks->scene_count; i-- > 0;)
		if (marks->scenes[i] < event)
			return marks->scenes[i]->text;
	return NULL;
}

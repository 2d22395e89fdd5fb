/* The verbs of story.h by which two runs differ, though their lesson is the same (SEED=n). */
#include "story/story.h"

#include "lab/lab.h"

#include <stdio.h>
#include <string.h>

enum { SMALL_TALK_MOST = 3 };

void small_talk(struct lab *lab, struct actor *client)
{
	const struct seed *seed = &lab_options(lab)->seed;
	const unsigned int lines = seed_pick(seed, "how many lines", SMALL_TALK_MOST + 1, 0);

	for (unsigned int i = 0; i < lines; i++) {
		type_line(client, seed_small_talk(seed, i));
		expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
		expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	}
}

int choose(struct lab *lab, int count, int otherwise)
{
	return (int)seed_pick(&lab_options(lab)->seed, "which", (unsigned int)count,
			      (unsigned int)otherwise);
}

const char *counted(struct lab *lab, const char *before, const char *line, const char *after)
{
	const size_t bytes = strlen(seed_line(&lab_options(lab)->seed, line)) + strlen("\n");

	return timeline_text(lab_timeline(lab), "%s%zu%s", before, bytes, after);
}

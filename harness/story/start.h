/* How the verbs of story.h start a program. */
#ifndef STORY_START_H
#define STORY_START_H

#include "base/find_program.h"
#include "lab/launch.h"

/*
 * build/DIRECTORY/NAME, beside the build/scenarios/ that this program is in; the caller frees it.
 * From the repository it is written just so: what a run leaves should not depend on where somebody
 * keeps it.
 */
char *built_path(const char *directory, const char *name);

/*
 * Ends the run when the user gave a program (CLIENT=, SERVER=) that the story did not start: it
 * would seem to have passed.
 */
void check_all_started(const struct lab *lab);

#endif

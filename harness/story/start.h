/* How the verbs of story.h start a program. */
#ifndef STORY_START_H
#define STORY_START_H

#include "lab/lab.h"
#include "base/find_program.h"

/*
 * build/DIRECTORY/NAME, beside the build/scenarios/ that this program is in; the caller frees it.
 * From the repository it is written just so: what a run leaves should not depend on where somebody
 * keeps it.
 */
char *built_path(const char *directory, const char *name);

/*
 * Starts argv, of which argv[0] is a path, on a host; argv becomes the program's. NULL and errno
 * when it could not be executed. One that is not observed has no calls, signals and end.
 */
struct actor *launch(struct lab *lab, enum host host, char **argv, bool is_observed);

/*
 * Ends the run when the user gave a program (CLIENT=, SERVER=) that the story did not start: it
 * would seem to have passed.
 */
void check_all_started(const struct lab *lab);

#endif

/* Where the programs are that the verbs of story.h start. */
#ifndef STORY_START_H
#define STORY_START_H

/*
 * build/DIRECTORY/NAME, beside the build/scenarios/ that this program is in; the caller frees it.
 * Below the working directory it is a relative path: what a run leaves should not depend on where
 * somebody keeps the repository. Ends the program when it is not in such a directory.
 */
char *built_path(const char *directory, const char *name);

#endif

/*
 * The files a run leaves. A file appears under its final name only when it is complete, and the
 * capture and the JSON of one run appear together: a run that is interrupted leaves those of the
 * one before, and runs that end at the same time do not mix theirs.
 */
#ifndef PUBLISH_H
#define PUBLISH_H

#include <stdio.h>

struct publication {
	int directory;
	const char *path; /* of the directory, for messages */
};

/* One file: written by write(file, argument), which returns -1 and errno when it failed; what it
 * leaves buffered is flushed. */
struct published_file {
	const char *name;
	int (*write)(FILE *file, const void *argument);
	const void *argument;
};

/* Opens the directory, making it if need be. Ends the program when no file can be made in it. */
void publish_open(struct publication *publication, const char *path);

/* Ends the program with a message when the disk is full or the like; the old files are left. */
void publish_files(const struct publication *publication, const struct published_file *files,
		   int count);

#endif

/* A directory of the test's own, the files in it, and processes that may give up. */
#ifndef PLACE_H
#define PLACE_H

#include "show/publish.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* A directory of the test's own, and the path of a file in it. */
struct place {
	char directory[40];
	char path[128];
};

static inline const char *in(struct place *place, const char *name)
{
	snprintf(place->path, sizeof(place->path), "%s/%s", place->directory, name);
	return place->path;
}

static inline int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->directory, sizeof(place->directory), "/tmp/publish-XXXXXX");
	*state = place;
	return mkdtemp(place->directory) ? 0 : -1;
}

static inline int remove_place(void **state)
{
	struct place *place = *state;
	DIR *directory = opendir(place->directory);

	for (struct dirent *entry; (entry = readdir(directory));)
		unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	rmdir(place->directory);
	free(place);
	return 0;
}

static inline void put_file(struct place *place, const char *name, const char *text)
{
	FILE *file = fopen(in(place, name), "w");

	fputs(text, file);
	fclose(file);
}

static inline void assert_file(struct place *place, const char *name, const char *text)
{
	char found[4096] = "";
	FILE *file = fopen(in(place, name), "r");

	if (!file)
		fail_msg("there is no %s", name);
	found[fread(found, 1, sizeof(found) - 1, file)] = '\0';
	fclose(file);
	assert_text(name, found, text);
}

/* The names of all files, with a space before each; few enough to be sorted by hand. */
static inline void assert_only(struct place *place, const char *wanted)
{
	struct dirent **entries;
	int count = scandir(place->directory, &entries, NULL, alphasort);
	char found[256] = "";

	for (int i = 0; i < count; i++) {
		if (strcmp(entries[i]->d_name, ".") != 0 && strcmp(entries[i]->d_name, "..") != 0) {
			strcat(found, " ");
			strcat(found, entries[i]->d_name);
		}
		free(entries[i]);
	}
	free(entries);
	assert_text("files", found, wanted);
}

static inline int write_text(FILE *file, const void *text)
{
	return fputs(text, file) < 0 || fflush(file) != 0 ? -1 : 0;
}

static inline void publish(struct place *place, const struct published_file *files, int count)
{
	struct publication publication;

	publish_open(&publication, place->directory);
	publish_files(&publication, files, count);
	close(publication.directory);
}

/* Runs it in a process of its own, which must end like this and say this. */
static inline void assert_gives_up(struct place *place, void (*run)(struct place *place),
				   int status, const char *said)
{
	char text[1024];
	int ends[2], how;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		run(place);
		_exit(0);
	}
	close(ends[1]);
	n = read(ends[0], text, sizeof(text) - 1); /* it is written at once */
	close(ends[0]);
	waitpid(pid, &how, 0);
	text[n > 0 ? n : 0] = '\0';
	assert_text("message", text, said);
	assert_true(WIFEXITED(how));
	assert_int_equal(WEXITSTATUS(how), status);
}

#endif

#include "show/publish.h"

#include "base/fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_MOST = 8 };

/* The name a file has between being complete and being the file; the lock makes it ours. */
static void hidden_name(char *out, size_t out_bytes, const char *name)
{
	snprintf(out, out_bytes, ".%s.new", name);
}

/*
 * A file without a name (O_TMPFILE) is gone with its process, whatever kills that. On filesystems
 * that have none (NFS) it has the hidden name from the start; the next run overwrites what is left.
 */
static int open_unfinished(const struct publication *publication, const char *name)
{
	char hidden[256];
	int fd = openat(publication->directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
		return fd;
	hidden_name(hidden, sizeof(hidden), name);
	return openat(publication->directory, hidden, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0644);
}

void publish_open(struct publication *publication, const char *path)
{
	int fd;

	publication->path = path;
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		give_up(ENDING_CANNOT_RUN,
			"cannot make the directory %s for the captures: %s.\n"
			"  Name one that you may write to: CAPTURES=DIRECTORY (or --captures "
			"DIRECTORY)",
			path, strerror(errno));
	publication->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fd = publication->directory < 0 ? -1 : open_unfinished(publication, "try");
	if (fd < 0)
		give_up(ENDING_CANNOT_RUN,
			"cannot write to %s: %s.\n"
			"  Name a directory that you may write to: CAPTURES=DIRECTORY (or "
			"--captures "
			"DIRECTORY)",
			path, strerror(errno));
	close(fd);
	unlinkat(publication->directory, ".try.new", 0);
}

static _Noreturn void cannot_save(const struct publication *publication, const char *name)
{
	int number = errno;

	give_up(ENDING_BROKEN,
		"cannot write %s/%s: %s. The files of the run before are as they were.\n"
		"  Make room, or name another directory: CAPTURES=DIRECTORY (or --captures "
		"DIRECTORY)",
		publication->path, name, strerror(number));
}

/* Gives the complete file its name, in place of the one that has it. */
static void give_name(const struct publication *publication, int fd, const char *name)
{
	char self[64], hidden[256];
	struct stat status;

	hidden_name(hidden, sizeof(hidden), name);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	if (fstat(fd, &status) == 0 && status.st_nlink == 0) {
		unlinkat(publication->directory, hidden,
			 0); /* of a run that was killed just here */
		if (linkat(AT_FDCWD, self, publication->directory, hidden, AT_SYMLINK_FOLLOW) < 0)
			cannot_save(publication, name);
	}
	if (renameat(publication->directory, hidden, publication->directory, name) < 0)
		cannot_save(publication, name);
}

/*
 * The whole content goes into room that is allocated before: ext4 would else allocate it, and wait
 * for the disk, when the name is given (ext4_rename(), "auto_da_alloc").
 */
static int write_content(int fd, const char *content, size_t bytes)
{
	ssize_t n;

	errno = bytes ? posix_fallocate(fd, 0, (off_t)bytes) : 0;
	if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
		return -1;
	for (size_t written = 0; written < bytes; written += (size_t)n) {
		n = write(fd, content + written, bytes - written);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return -1;
	}
	return 0;
}

/* A complete file that has no name yet; its descriptor, or -1 and errno. */
static int make_file(const struct publication *publication, const struct published_file *file)
{
	char *content = NULL;
	size_t bytes = 0;
	FILE *memory = open_memstream(&content, &bytes);
	int fd = -1;
	bool complete = memory && file->write(memory, file->argument) == 0;

	if (memory && fclose(memory) != 0)
		complete = false;
	if (complete)
		fd = open_unfinished(publication, file->name);
	if (fd >= 0 && write_content(fd, content, bytes) < 0) {
		int number = errno;

		close(fd);
		errno = number;
		fd = -1;
	}
	free(content);
	return fd;
}

void publish_files(const struct publication *publication, const struct published_file *files,
		   int count)
{
	int fds[FILES_MOST];

	if (count > FILES_MOST)
		give_up(ENDING_BROKEN, "a run leaves at most %d files", FILES_MOST);
	/* where there are no locks, two runs that end at once may mix their files: no more than
	 * that */
	flock(publication->directory, LOCK_EX);
	for (int i = 0; i < count; i++) {
		fds[i] = make_file(publication, &files[i]);
		if (fds[i] < 0)
			cannot_save(publication, files[i].name);
	}
	for (int i = 0; i < count; i++)
		give_name(publication, fds[i], files[i].name);
	flock(publication->directory, LOCK_UN);
	for (int i = 0; i < count; i++)
		close(fds[i]);
}

#include "base/find_program.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_executable(const char *path)
{
	struct stat stat_buf;

	if (stat(path, &stat_buf) < 0)
		return false;
	if (S_ISDIR(stat_buf.st_mode)) {
		errno = EISDIR;
		return false;
	}
	return access(path, X_OK) == 0;
}

char *program_path(const char *name)
{
	const char *path = getenv("PATH");
	char *directories, *found = NULL;

	if (strchr(name, '/'))
		return is_executable(name) ? strdup(name) : NULL;
	/* Debian keeps iptables where an ordinary user's PATH does not look */
	if (asprintf(&directories, "%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin") < 0)
		return NULL;
	for (char *rest = directories, *directory; !found && (directory = strsep(&rest, ":"));) {
		if (asprintf(&found, "%s/%s", *directory ? directory : ".", name) < 0)
			return NULL;
		if (!is_executable(found)) {
			free(found);
			found = NULL;
		}
	}
	free(directories);
	if (!found)
		errno = ENOENT;
	return found;
}

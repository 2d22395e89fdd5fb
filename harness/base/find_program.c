#include "base/find_program.h"

#include "base/memory.h"

#include <errno.h>
#include <stdbool.h>
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

char *find_program(const char *name)
{
	const char *path = getenv("PATH");
	char *directories, *found = NULL;

	if (strchr(name, '/'))
		return is_executable(name) ? xstrdup(name) : NULL;
	/* Debian keeps iptables where an ordinary user's PATH does not look */
	directories = xasprintf("%s:/usr/sbin:/sbin", path ? path : "/usr/bin:/bin");
	for (char *rest = directories, *directory; !found && (directory = strsep(&rest, ":"));) {
		found = xasprintf("%s/%s", *directory ? directory : ".", name);
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

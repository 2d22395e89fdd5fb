#include "unp.h"

#include <sched.h>

/*
 * The state in /proc/PID/stat follows the name, which is in parentheses and may itself contain some
 * (proc(5)).
 */
static char state_of(pid_t pid)
{
	char path[64], stat[256], *name_end = NULL;
	FILE *fp;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fp = fopen(path, "r");
	if (fp && fgets(stat, sizeof(stat), fp))
		name_end = strrchr(stat, ')');
	if (fp)
		fclose(fp);
	if (name_end && strlen(name_end) > 2)
		return name_end[2];
	err_quit("%s: no state of a process in %s", program_invocation_short_name, path);
}

/* The kernel tells nobody that a process has gone to sleep: one has to look. */
void until_asleep(pid_t pid)
{
	while (state_of(pid) != 'S')
		sched_yield();
}

/*
 * Runs a command and writes on standard error, as its last line, what it cost: "measured WALL CPU
 * PEAK", milliseconds, milliseconds of the command and all that it waited for, and KiB of the
 * largest of them. It exits as the command does. For `make bench`: what Python starts has Python's
 * own peak, which execve keeps (getrusage(2), exec_mmap()).
 */
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double ms_of(struct timeval time)
{
	return (double)time.tv_sec * 1e3 + (double)time.tv_usec / 1e3;
}

int main(int argc, char **argv)
{
	const double began = now_ms();
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2 || posix_spawnp(&pid, argv[1], NULL, NULL, argv + 1, environ) != 0) {
		fprintf(stderr, "measure: cannot start %s\n", argc < 2 ? "nothing" : argv[1]);
		return 127;
	}
	if (wait4(pid, &status, 0, &usage) != pid)
		return 127;
	fprintf(stderr, "measured %.3f %.3f %ld\n", now_ms() - began,
		ms_of(usage.ru_utime) + ms_of(usage.ru_stime), usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

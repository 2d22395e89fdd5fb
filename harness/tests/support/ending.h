/* What a function says when it ends the process, and with which exit status. */
#ifndef ENDING_CHECK_H
#define ENDING_CHECK_H

#include "tests/support/run.h"

#include "base/fail.h"

#include <sys/wait.h>
#include <unistd.h>

/* Calls `end` in a child; `wanted` is the last that it writes to standard error. */
static inline void check_ending(void (*end)(void), enum ending ending, const char *wanted)
{
	char said[2048];
	size_t bytes = 0;
	int error[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(error), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(error[1], STDERR_FILENO);
		end();
		_exit(0);
	}
	close(error[1]);
	while ((n = read(error[0], said + bytes, sizeof(said) - 1 - bytes)) > 0)
		bytes += (size_t)n;
	said[bytes] = '\0';
	close(error[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ending);
	assert_true(bytes >= strlen(wanted));
	assert_string_equal(said + bytes - strlen(wanted), wanted);
}

#endif

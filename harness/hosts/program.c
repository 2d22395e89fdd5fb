#include "hosts/program.h"

#include "base/clock.h"
#include "base/fail.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

/* Output beyond this is read and dropped: a flood must not exhaust the memory of the lab. */
enum { OUTPUT_KEPT_BYTES = 256 * 1024, READ_BYTES = 16 * 1024 };

/* Canonical input (lines, ^D), no echo, output untouched. */
static int open_terminal(int *program_side)
{
	struct termios termios;
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (terminal < 0 || unlockpt(terminal) < 0)
		give_up(ENDING_CANNOT_RUN,
			"cannot open a terminal (/dev/ptmx): %s.\n"
			"  The programs under test need one: mount -t devpts devpts /dev/pts, or give "
			"the container a /dev.",
			strerror(errno));
	*program_side = ioctl(terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*program_side < 0 || tcgetattr(*program_side, &termios) < 0)
		broken("open", "the program's side of a terminal");
	termios.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	termios.c_oflag &= ~(tcflag_t)OPOST;
	termios.c_iflag |= IUTF8;
	if (tcsetattr(*program_side, TCSANOW, &termios) < 0)
		broken("set up", "a terminal");
	return terminal;
}

/*
 * The caller's environment, with one change: a leak check would stop the threads of its program
 * with ptrace, which the lab uses already, and fail.
 */
static char **make_environment(void)
{
	const char *options = getenv("ASAN_OPTIONS");
	size_t count = 0, kept = 0;
	char **environment;

	while (environ[count])
		count++;
	environment = xcalloc(count + 2, sizeof(*environment));
	environment[kept++] = xasprintf("ASAN_OPTIONS=%s%sdetect_leaks=0", options ? options : "",
					options ? ":" : "");
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], "ASAN_OPTIONS=", 13) != 0)
			environment[kept++] = environ[i];
	return environment;
}

/* The steps of a child before it is the program, in which it may fail. */
enum step { ENTER_HOST, TAKE_TERMINAL, SET_FILTER, EXECUTE };

struct failure { /* what it writes into the pipe when one fails */
	enum step step;
	int error;
};

struct birth { /* what the child needs to know */
	int netns, terminal, go, error;
	char **argv, **environment;
	const struct sock_fprog *filter;
};

/*
 * While the lab opens the capture it has a second thread: until its execve, the child may call only
 * async-signal-safe functions (fork(2)), so everything is prepared before the fork.
 */
static _Noreturn void be_program(const struct birth *birth)
{
	struct failure failure = { .step = ENTER_HOST };
	sigset_t none;
	char byte;

	/* a program inherits nothing from the lab: no ignored signals, no mask, no descriptors */
	signal(SIGPIPE, SIG_DFL); /* the one that the lab ignores (sandbox.c) */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	if (setns(birth->netns, CLONE_NEWNET) < 0)
		goto fail;
	failure.step = TAKE_TERMINAL;
	for (int fd = 0; fd <= 2; fd++)
		if (dup2(birth->terminal, fd) < 0)
			goto fail;
	if (read(birth->go, &byte, 1) != 1)
		_exit(ENDING_BROKEN);
	/* the lab has CAP_SYS_ADMIN in its user namespace: PR_SET_NO_NEW_PRIVS is not needed */
	failure.step = SET_FILTER;
	if (birth->filter && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, birth->filter) < 0)
		goto fail;
	failure.step = EXECUTE;
	execve(birth->argv[0], birth->argv, birth->environment);
fail:
	failure.error = errno;
	if (write(birth->error, &failure, sizeof(failure)) < 0)
		_exit(ENDING_BROKEN);
	_exit(127);
}

void program_start(struct program *program, enum host host, int netns, char **argv,
		   const struct sock_fprog *filter)
{
	int go[2], error[2];
	struct birth birth = {
		.netns = netns, .argv = argv, .environment = make_environment(), .filter = filter
	};

	*program = (struct program){ .host = host, .argv = argv };
	program->terminal = open_terminal(&birth.terminal);
	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(error, O_CLOEXEC | O_NONBLOCK) < 0)
		broken("make", "a pipe");
	birth.go = go[0];
	birth.error = error[1];
	fflush(NULL);
	program->pid = fork();
	if (program->pid < 0)
		broken("start", argv[0]);
	if (program->pid == 0)
		be_program(&birth);
	close(go[0]);
	close(error[1]);
	close(birth.terminal);
	free(birth.environment[0]);
	free(birth.environment);
	program->go = go[1];
	program->exec_error = error[0];
}

void program_go(struct program *program)
{
	if (write(program->go, "", 1) != 1)
		broken("start", program->argv[0]);
	close(program->go);
	program->go = -1;
}

void program_close(struct program *program)
{
	if (program->terminal >= 0)
		close(program->terminal);
	if (program->go >= 0)
		close(program->go);
	if (program->exec_error >= 0)
		close(program->exec_error);
	for (char **word = program->argv; word && *word; word++)
		free(*word);
	free(program->argv);
}

/* A failure before execve is an error of the lab, or of this machine. */
static void end_run_unless_executing(const struct failure *failure, const char *path)
{
	static const char *const steps[] = {
		[ENTER_HOST] = "enter a host for", [TAKE_TERMINAL] = "give a terminal to"
	};

	errno = failure->error;
	if (failure->step == SET_FILTER)
		give_up(ENDING_CANNOT_RUN,
			"cannot set the filter of system calls (seccomp): %s.\n"
			"  The kernel needs CONFIG_SECCOMP_FILTER, and the system must permit it.",
			strerror(errno));
	if (failure->step != EXECUTE)
		broken(steps[failure->step], path);
}

int program_executed(struct program *program)
{
	struct failure failure = { 0 };
	ssize_t n;

	if (program->exec_error < 0)
		return 1;
	n = read(program->exec_error, &failure, sizeof(failure));
	if (n < 0 && errno == EAGAIN)
		return 0;
	close(program->exec_error);
	program->exec_error = -1;
	if (n == 0)
		return 1;
	end_run_unless_executing(&failure, program->argv[0]);
	return -1;
}

static void note_line(struct program *program, struct timeline *timeline)
{
	struct event event = { .kind = EVENT_OUTPUT,
			       .time_ns = now_ns(),
			       .host = program->host,
			       .pid = program->pid };

	event.text = timeline_text(timeline, "%.*s", (int)program->line_bytes, program->line);
	timeline_append(timeline, &event);
	program->line_bytes = 0;
}

static void take_output(struct program *program, struct timeline *timeline, const char *data,
			size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		if (program->output_bytes >= OUTPUT_KEPT_BYTES)
			return;
		if (++program->output_bytes == OUTPUT_KEPT_BYTES) {
			program->line_bytes = (size_t)snprintf(
				program->line, sizeof(program->line),
				"(a flood of output: the lab keeps no more of it)");
			note_line(program, timeline);
			return;
		}
		if (data[i] != '\n')
			program->line[program->line_bytes++] = data[i] ? data[i] : '?';
		if (data[i] == '\n' || program->line_bytes == sizeof(program->line))
			note_line(program, timeline);
	}
}

size_t program_read(struct program *program, struct timeline *timeline)
{
	char data[READ_BYTES];
	ssize_t n;

	if (program->terminal < 0)
		return 0;
	n = read(program->terminal, data, sizeof(data));
	if (n > 0) {
		take_output(program, timeline, data, (size_t)n);
		return (size_t)n;
	}
	if (n < 0 && errno == EAGAIN)
		return 0;
	/* EIO: no process has the other side open any more */
	if (program->line_bytes > 0)
		note_line(program, timeline);
	close(program->terminal);
	program->terminal = -1;
	return 0;
}

void program_type(struct program *program, const char *text, size_t bytes)
{
	/* EIO: the terminal went with its program, whose end is in the timeline */
	if (program->terminal >= 0 && write(program->terminal, text, bytes) != (ssize_t)bytes &&
	    errno != EIO)
		broken("type at the terminal of", program->argv[0]);
}

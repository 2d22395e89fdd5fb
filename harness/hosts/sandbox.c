#include "hosts/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Signals by which a user or a CI ends a run. */
static const int end_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
enum { END_SIGNALS = sizeof(end_signals) / sizeof(end_signals[0]) };

static bool has_sys_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[0].effective & (1u << CAP_SYS_ADMIN));
}

static long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	return n > 0 ? atol(text) : -1;
}

/* Which of the usual settings forbids a user namespace, and how to change it. */
static const char *what_to_do(void)
{
	if (read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") > 0)
		return "Ubuntu's AppArmor setting forbids it. Run the lab with sudo, or allow it:\n"
		       "  sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0";
	if (read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		return "This kernel forbids it to ordinary users. Run the lab with sudo, or allow "
		       "it:\n"
		       "  sudo sysctl kernel.unprivileged_userns_clone=1";
	if (read_number("/proc/sys/user/max_user_namespaces") == 0)
		return "The limit is 0. Run the lab with sudo, or raise it:\n"
		       "  sudo sysctl user.max_user_namespaces=10000";
	return "Run the lab with sudo. In a container, start that with --privileged, or with\n"
	       "  --cap-add SYS_ADMIN --cap-add NET_ADMIN --cap-add SYS_PTRACE "
	       "--security-opt seccomp=unconfined --security-opt apparmor=unconfined";
}

static _Noreturn void cannot(const char *what)
{
	const char *reason = strerror(errno); /* what_to_do() changes errno */

	give_up(ENDING_CANNOT_RUN, "cannot %s: %s.\n  %s", what, reason, what_to_do());
}

static void write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		cannot("become root in a user namespace");
	close(fd);
}

/* The caller becomes root in the namespace, which has no other user (user_namespaces(7)). */
static void map_user(uid_t uid, gid_t gid)
{
	char map[32];

	write_map("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	write_map("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	write_map("/proc/self/gid_map", map);
}

/* Mounts are private to the run, and /proc shows its processes only. */
static void mount_own_proc(void)
{
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		cannot("mount /proc in a new mount namespace");
}

struct parent {
	uid_t uid;
	gid_t gid;
	bool new_user;
	int alive;  /* hangs up when the process that waits has died */
	int ending; /* takes one byte: the lab's ending */
};

static _Noreturn void be_init(const struct parent *parent, enum ending (*lab)(void *),
			      void *argument)
{
	struct pollfd alive = { .fd = parent->alive };
	enum ending ending;

	/*
	 * What the caller ignores (nohup) is not ignored here, nor by the programs under test. An
	 * init is not ended by signals that it does not handle (pid_namespaces(7)). A write to a
	 * closed pipe fails with EPIPE.
	 */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
	if (parent->new_user)
		map_user(parent->uid, parent->gid);
	/* a change of credentials would clear it; the parent may have died before */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (poll(&alive, 1, 0) != 0)
		_exit(ENDING_BROKEN);
	mount_own_proc();
	ending = lab(argument);
	fflush(NULL);
	_exit(ending);
}

static volatile sig_atomic_t lab_pid;

/* Kills the lab and then the process itself, by the same signal. */
static void on_end_signal(int signal_number)
{
	if (lab_pid > 0 && kill(lab_pid, SIGKILL) == 0)
		waitpid(lab_pid, NULL, 0);
	signal(signal_number, SIG_DFL);
	raise(signal_number); /* blocked here: it is delivered when the handler returns */
}

static void handle_end_signals(void)
{
	const struct sigaction action = { .sa_handler = on_end_signal };
	struct sigaction old;

	for (int i = 0; i < END_SIGNALS; i++) {
		sigaction(end_signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN) /* nohup and a shell's & keep their effect */
			sigaction(end_signals[i], &action, NULL);
	}
}

static enum ending wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			broken("wait for", "the lab");
	lab_pid = 0;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	give_up(ENDING_BROKEN,
		"the lab was killed by signal %d (%s); nothing was written. Run it again.",
		WTERMSIG(status), strsignal(WTERMSIG(status)));
}

enum ending sandbox_run(enum ending (*lab)(void *argument), void *argument)
{
	struct parent parent = { .uid = geteuid(), .gid = getegid(), .new_user = !has_sys_admin() };
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | SIGCHLD;
	sigset_t blocked, before;
	enum ending ending;
	int alive[2];
	pid_t pid;

	signal(SIGCHLD, SIG_DFL); /* a process that ignores it cannot wait for its children */
	if (pipe2(alive, O_CLOEXEC) < 0)
		broken("make", "a pipe");
	parent.alive = alive[0];
	sigemptyset(&blocked);
	for (int i = 0; i < END_SIGNALS; i++)
		sigaddset(&blocked, end_signals[i]);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	fflush(NULL);
	/* clone without a stack works like fork: memory is copied on write */
	pid = (pid_t)syscall(SYS_clone, flags | (parent.new_user ? CLONE_NEWUSER : 0), NULL, NULL,
			     NULL, 0);
	if (pid < 0)
		cannot("make namespaces for the lab");
	if (pid == 0) {
		close(alive[1]);
		sigprocmask(SIG_SETMASK, &before, NULL);
		be_init(&parent, lab, argument);
	}
	lab_pid = pid;
	handle_end_signals();
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(alive[0]);
	ending = wait_for(pid);
	close(alive[1]);
	return ending;
}

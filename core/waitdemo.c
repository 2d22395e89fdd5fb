/*
 * What wait and waitpid tell about a child (UNP 5.10). One line per fact; nothing is left to
 * chance: a child ends when it is told to, through a pipe, and its parent goes on when it has seen
 * that it is a zombie.
 *
 * 	waitdemo [wait|waitpid|wnohang|signal]
 */
#include "unp.h"

struct child {
	pid_t pid;
	int go; /* the end of the pipe to write to */
};

/* A child that ends with exit(status) when it is told to. */
static struct child start(int status)
{
	int go[2];
	char byte;
	pid_t pid;

	if (pipe(go) < 0)
		err_sys("pipe error");
	pid = Fork();
	if (pid == 0) {
		Close(go[1]);
		Read(go[0], &byte, 1);
		_exit(status);
	}
	Close(go[0]);
	return (struct child){ .pid = pid, .go = go[1] };
}

/* WNOWAIT: it stays what it is, a zombie that has not been waited for. */
static void until_zombie(pid_t pid)
{
	siginfo_t info;

	if (waitid(P_PID, pid, &info, WEXITED | WNOWAIT) < 0)
		err_sys("waitid error");
}

static void let_end(struct child child)
{
	Writen(child.go, "", 1);
	Close(child.go);
	until_zombie(child.pid);
}

static const char *which(pid_t pid, struct child first, struct child second)
{
	return pid == first.pid ? "the first" : pid == second.pid ? "the second" : "neither";
}

static void show_wait(void)
{
	struct child first, second;
	pid_t parent = getpid();
	int status;

	if (Fork() == 0) {
		until_asleep(parent);
		_exit(7);
	}
	Wait(&status);
	Say_status("wait: sleeps until a child ends; it called exit(7)", status);

	first = start(256 + 7);
	let_end(first);
	Wait(&status);
	Say_status("wait: a zombie already; it called exit(263), of which 8 bits arrive", status);

	first = start(1);
	second = start(2);
	let_end(second);
	Say("wait: the second of two has ended: %s came", which(Wait(&status), first, second));
	let_end(first);
	Say("wait: now the first has: %s came", which(Wait(&status), first, second));

	Say_result("wait: no child is left", wait(&status));
}

static void show_waitpid(void)
{
	struct child first = start(1), second = start(2);
	pid_t pid;

	let_end(first);
	let_end(second);
	pid = Waitpid(second.pid, NULL, 0);
	Say("waitpid: asked for the second of two zombies: %s came", which(pid, first, second));
	pid = Waitpid(-1, NULL, 0);
	Say("waitpid: asked for -1, any: %s came", which(pid, first, second));

	Say_result("waitpid: asked for a process that is no child", waitpid(getpid(), NULL, 0));
}

static void show_wnohang(void)
{
	struct child children[5];
	pid_t pid;
	int i, reaped = 0;

	for (i = 0; i < 5; i++)
		children[i] = start(i);
	Say_result("wnohang: five children at work", waitpid(-1, NULL, WNOHANG));

	for (i = 0; i < 4; i++)
		let_end(children[i]);
	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		reaped++;
	Say("wnohang: four have ended: the loop reaped %d, then came %d", reaped, (int)pid);

	let_end(children[4]);
	pid = waitpid(-1, NULL, WNOHANG);
	Say("wnohang: so has the fifth: %s came", pid == children[4].pid ? "it" : "none");
	Say_result("wnohang: no child is left", waitpid(-1, NULL, WNOHANG));
}

static void show_signal(void)
{
	struct child child = start(0);
	int status;

	if (kill(child.pid, SIGKILL) < 0)
		err_sys("kill error");
	Waitpid(child.pid, &status, 0);
	Say_status("signal: SIGKILL sent to a child", status);
	Say("signal: its WIFEXITED is %s, its WIFSIGNALED is %s",
	    WIFEXITED(status) ? "true" : "false", WIFSIGNALED(status) ? "true" : "false");
	Close(child.go);

	child = start(128 + SIGKILL);
	let_end(child);
	Waitpid(child.pid, &status, 0);
	Say_status("signal: exit(137), as a shell calls it, is no SIGKILL", status);
}

static const struct {
	const char *name;
	void (*show)(void);
} parts[] = {
	{ "wait", show_wait },
	{ "waitpid", show_waitpid },
	{ "wnohang", show_wnohang },
	{ "signal", show_signal },
};

int main(int argc, char **argv)
{
	size_t i, shown = 0;

	Signal(SIGCHLD,
	       SIG_DFL); /* who started us may have ignored it: there would be no zombies */
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]) && argc <= 2; i++) {
		if (argc == 2 && strcmp(argv[1], parts[i].name) != 0)
			continue;
		parts[i].show();
		shown++;
	}
	if (shown == 0)
		err_quit("usage: %s [wait|waitpid|wnohang|signal]", program_invocation_short_name);
	exit(0);
}

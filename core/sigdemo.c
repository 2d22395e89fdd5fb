/*
 * What a signal does to a process, and who decides it (UNP 5.8, 5.9). One line per fact; nothing is
 * left to chance: raise() returns when its signal has been handled, and before one is sent to a
 * process that is to sleep in a call, somebody looks whether it does.
 *
 *	sigdemo [signal|mask|restart|ignore|default|kill]
 */
#include "unp.h"

enum moment { USR1_BEGINS, USR1_ENDS, USR2_BEGINS, USR2_ENDS };

static volatile sig_atomic_t moments[16], moment_count; /* what the handlers did, in order */
static volatile sig_atomic_t raised_in_usr1;            /* a signal; 0: none */
static int answer[2]; /* joined sockets; to the second the handler of the restart part writes */

static void note(enum moment moment)
{
	if (moment_count < 16)
		moments[moment_count++] = moment;
}

static void on_usr1(int signo)
{
	int raised = raised_in_usr1;

	(void)signo;
	note(USR1_BEGINS);
	raised_in_usr1 = 0; /* once is enough */
	if (raised)
		raise(raised);
	note(USR1_ENDS);
}

static void on_usr2(int signo)
{
	(void)signo;
	note(USR2_BEGINS);
	note(USR2_ENDS);
}

/* A byte for a read that has been interrupted, to see whether it is still there to read it. */
static void on_usr1_write(int signo)
{
	int saved_errno = errno;

	(void)signo;
	if (write(answer[1], "", 1) < 0)
		_exit(1);
	errno = saved_errno;
}

/* also: one more signal that is blocked while func runs; 0: none. */
static void act(int signo, Sigfunc *func, int also, int flags)
{
	struct sigaction act = { .sa_handler = func, .sa_flags = flags };

	sigemptyset(&act.sa_mask);
	if (also)
		sigaddset(&act.sa_mask, also);
	if (sigaction(signo, &act, NULL) < 0)
		err_sys("sigaction error");
}

static const char *name_of(Sigfunc *func)
{
	return func == SIG_DFL ? "SIG_DFL" : func == SIG_IGN ? "SIG_IGN" : "a handler";
}

static void say_disposition(const char *what, int signo)
{
	struct sigaction now;

	if (sigaction(signo, NULL, &now) < 0)
		err_sys("sigaction error");
	Say("%s: %s%s%s%s", what, name_of(now.sa_handler),
	    now.sa_flags & SA_RESTART ? ", SA_RESTART" : "",
	    now.sa_flags & SA_RESETHAND ? ", SA_RESETHAND" : "",
	    now.sa_flags & SA_NODEFER ? ", SA_NODEFER" : "");
}

/* What the handlers did since the last time. */
static void say_handlers(const char *what)
{
	static const char *const names[] = {
		[USR1_BEGINS] = "USR1 begins",
		[USR1_ENDS] = "USR1 ends",
		[USR2_BEGINS] = "USR2 begins",
		[USR2_ENDS] = "USR2 ends",
	};
	char line[MAXLINE] = "", *end = line;
	int i;

	for (i = 0; i < moment_count; i++) {
		end = stpcpy(end, i == 0 ? "" : ", ");
		end = stpcpy(end, names[moments[i]]);
	}
	Say("%s: %s", what, moment_count ? line : "no handler ran");
	moment_count = 0;
}

/* A process of its own, for what may end it. */
static void say_end_of(const char *what, void (*does)(void))
{
	pid_t pid = Fork();
	int status;

	if (pid == 0) {
		does();
		_exit(0);
	}
	Waitpid(pid, &status, 0);
	Say_status(what, status);
}

static void show_signal(void)
{
	Say("signal: signal() returns what was before: %s", name_of(signal(SIGUSR1, on_usr1)));
	say_disposition("signal: signal(), BSD's and glibc's, sets", SIGUSR1);
	raise(SIGUSR1);
	raise(SIGUSR1);
	say_handlers("signal: raised twice");

	if (sysv_signal(SIGUSR1, on_usr1) == SIG_ERR)
		err_sys("sysv_signal error");
	say_disposition("signal: signal(), System V's, sets", SIGUSR1);
	raise(SIGUSR1);
	say_handlers("signal: raised once");
	say_disposition("signal: and then there is", SIGUSR1);

	act(SIGUSR1, on_usr1, 0, 0);
	say_disposition("signal: sigaction(), everywhere, sets what it is told", SIGUSR1);
	raise(SIGUSR1);
	raise(SIGUSR1);
	say_handlers("signal: raised twice");
}

static void show_mask(void)
{
	sigset_t usr1;

	act(SIGUSR2, on_usr2, 0, 0);

	raised_in_usr1 = SIGUSR2;
	act(SIGUSR1, on_usr1, 0, 0);
	raise(SIGUSR1);
	say_handlers("mask: SIGUSR2 raised in the handler of SIGUSR1");

	raised_in_usr1 = SIGUSR2;
	act(SIGUSR1, on_usr1, SIGUSR2, 0);
	raise(SIGUSR1);
	say_handlers("mask: the same with SIGUSR2 in sa_mask");

	raised_in_usr1 = SIGUSR1;
	raise(SIGUSR1);
	say_handlers("mask: SIGUSR1 raised in its own handler");

	raised_in_usr1 = SIGUSR1;
	act(SIGUSR1, on_usr1, 0, SA_NODEFER);
	raise(SIGUSR1);
	say_handlers("mask: the same with SA_NODEFER");

	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	Sigprocmask(SIG_BLOCK, &usr1, NULL);
	raise(SIGUSR1);
	raise(SIGUSR1);
	raise(SIGUSR1);
	say_handlers("mask: SIGUSR1 raised three times while blocked");
	Sigprocmask(SIG_UNBLOCK, &usr1, NULL);
	say_handlers("mask: unblocked; signals do not queue");
}

/* The signal comes when the read is asleep. */
static ssize_t interrupted_read(int flags)
{
	pid_t reader = getpid(), sender;
	ssize_t n;
	char byte;

	act(SIGUSR1, on_usr1_write, 0, flags);
	sender = Fork();
	if (sender == 0) {
		until_asleep(reader);
		kill(reader, SIGUSR1);
		_exit(0);
	}
	n = read(answer[0], &byte, 1);
	Waitpid(sender, NULL, 0);
	return n;
}

static void show_restart(void)
{
	char byte;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, answer) < 0)
		err_sys("socketpair error");
	Say_result("restart: read, interrupted; its handler has no SA_RESTART",
		   interrupted_read(0));
	Say_result("restart: the same read again", read(answer[0], &byte, 1));
	Say_result("restart: read, interrupted; its handler has SA_RESTART",
		   interrupted_read(SA_RESTART));
}

static void raise_term(void)
{
	raise(SIGTERM);
}

static void show_ignore(void)
{
	act(SIGTERM, SIG_IGN, 0, 0);
	raise(SIGTERM);
	say_disposition("ignore: SIGTERM raised and survived", SIGTERM);
	say_end_of("ignore: a child inherits that; raises SIGTERM", raise_term);
	act(SIGTERM, SIG_DFL, 0, 0);

	act(SIGCHLD, SIG_IGN, 0, 0);
	if (Fork() == 0)
		_exit(0);
	Say_result("ignore: SIGCHLD ignored, a child has ended: no zombie: wait", wait(NULL));
	act(SIGCHLD, SIG_DFL, 0, 0);
}

static void raise_chld_and_urg(void)
{
	raise(SIGCHLD);
	raise(SIGURG);
}

static void show_default(void)
{
	act(SIGTERM, SIG_DFL, 0, 0);
	act(SIGURG, SIG_DFL, 0, 0);
	say_end_of("default: SIGTERM raised", raise_term);
	say_end_of("default: SIGCHLD and SIGURG raised, which are ignored", raise_chld_and_urg);
}

static void block_all_and_die(void)
{
	sigset_t all;

	sigfillset(&all);
	Sigprocmask(SIG_BLOCK, &all, NULL);
	raise(SIGKILL);
}

static void show_kill(void)
{
	const struct sigaction catch = { .sa_handler = on_usr1 },
			       ignore = { .sa_handler = SIG_IGN };
	sigset_t both, now;

	Say_result("kill: sigaction(SIGKILL, a handler)", sigaction(SIGKILL, &catch, NULL));
	Say_result("kill: sigaction(SIGKILL, SIG_IGN)", sigaction(SIGKILL, &ignore, NULL));
	Say_result("kill: sigaction(SIGSTOP, a handler)", sigaction(SIGSTOP, &catch, NULL));
	Say_result("kill: sigaction(SIGSTOP, SIG_IGN)", sigaction(SIGSTOP, &ignore, NULL));

	sigemptyset(&both);
	sigaddset(&both, SIGKILL);
	sigaddset(&both, SIGSTOP);
	Say_result("kill: sigprocmask(SIG_BLOCK, both)", sigprocmask(SIG_BLOCK, &both, &now));
	Sigprocmask(SIG_BLOCK, NULL, &now);
	Say("kill: and now blocked are: SIGKILL %s, SIGSTOP %s",
	    sigismember(&now, SIGKILL) ? "yes" : "no", sigismember(&now, SIGSTOP) ? "yes" : "no");
	say_end_of("kill: a process that blocks every signal raises SIGKILL", block_all_and_die);
}

static const struct {
	const char *name;
	void (*show)(void);
} parts[] = {
	{ "signal", show_signal }, { "mask", show_mask },       { "restart", show_restart },
	{ "ignore", show_ignore }, { "default", show_default }, { "kill", show_kill },
};

int main(int argc, char **argv)
{
	size_t i, shown = 0;
	sigset_t none;

	/* Dispositions and the mask are inherited: begin with what a shell gives. */
	Signal(SIGUSR1, SIG_DFL);
	Signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	Sigprocmask(SIG_SETMASK, &none, NULL);

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]) && argc <= 2; i++) {
		if (argc == 2 && strcmp(argv[1], parts[i].name) != 0)
			continue;
		parts[i].show();
		shown++;
	}
	if (shown == 0)
		err_quit("usage: %s [signal|mask|restart|ignore|default|kill]",
			 program_invocation_short_name);
	exit(0);
}

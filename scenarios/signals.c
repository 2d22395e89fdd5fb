/*
 * signals: what a signal does to a process, and what decides it (UNP 5.8, 5.9; signal(7)).
 *
 * Each signal has a disposition: a handler, ignore, or the kernel's default. sigaction sets it,
 * says which other signals are blocked while the handler runs (sa_mask), and whether a call that
 * the handler interrupts is restarted (SA_RESTART) or fails with EINTR. A blocked signal stays
 * pending, once, however often it was sent: signals do not queue. A process cannot change SIGKILL
 * and SIGSTOP: the kernel refuses a disposition for them with EINVAL (do_sigaction()) and removes
 * them from every mask (sigprocmask()). There is no network here, only one process and the kernel.
 */
#include "story/story.h"

static void tell_signal(struct lab *lab)
{
	scene(lab,
	      "signal() differs between System V and BSD; sigaction() sets exactly what it is given");
	struct actor *demo = start(lab, CLIENT, "sigdemo", "signal");
	expect_output(demo, "signal() returns what was before: SIG_DFL");
	expect_output(demo, "BSD's and glibc's, sets: a handler, SA_RESTART");
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_output(demo, "raised twice: USR1 begins, USR1 ends, USR1 begins, USR1 ends");
	expect_output(demo, "System V's, sets: a handler, SA_RESETHAND, SA_NODEFER");
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_output(demo, "raised once: USR1 begins, USR1 ends");
	expect_output(demo, "and then there is: SIG_DFL");
	expect_output(demo, "sigaction(), everywhere, sets what it is told: a handler");
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_output(demo, "raised twice: USR1 begins, USR1 ends, USR1 begins, USR1 ends");
	expect_exit(demo, 0);
}

static void tell_mask(struct lab *lab)
{
	scene(lab, "while a handler runs, its own signal is blocked, and those in sa_mask");
	struct actor *demo = start(lab, CLIENT, "sigdemo", "mask");
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_signal(demo, SIGUSR2, CAUGHT);
	expect_output(demo, "USR1 begins, USR2 begins, USR2 ends, USR1 ends");
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_signal(demo, SIGUSR2, CAUGHT);
	expect_output(demo, "SIGUSR2 in sa_mask: USR1 begins, USR1 ends, USR2 begins, USR2 ends");
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_output(demo, "own handler: USR1 begins, USR1 ends, USR1 begins, USR1 ends");
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_output(demo, "SA_NODEFER: USR1 begins, USR1 begins, USR1 ends, USR1 ends");
	expect_output(demo, "raised three times while blocked: no handler ran");
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_output(demo, "signals do not queue: USR1 begins, USR1 ends");
	expect_exit(demo, 0);
}

static void tell_restart(struct lab *lab)
{
	scene(lab, "a signal arrives while read sleeps; the handler writes what read waits for");
	struct actor *demo = start(lab, CLIENT, "sigdemo", "restart");
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_call(demo, .name = "read", .error = EINTR);
	expect_output(demo, "no SA_RESTART: -1 EINTR");
	expect_call(demo, .name = "read", .result = 1);
	expect_signal(demo, SIGUSR1, CAUGHT);
	expect_call(demo, .name = "read", .restarted = true);
	expect_call(demo, .name = "read", .result = 1);
	expect_call(demo, .name = "wait", .error = NO_ERROR);
	expect_output(demo, "has SA_RESTART: 1");
	expect_exit(demo, 0);
}

static void tell_ignore(struct lab *lab)
{
	scene(lab, "SIG_IGN: the signal is discarded; children inherit that");
	struct actor *demo = start(lab, CLIENT, "sigdemo", "ignore");
	expect_signal(demo, SIGTERM, IGNORED);
	expect_output(demo, "SIGTERM raised and survived: SIG_IGN");
	struct actor *child = child_of(demo);
	expect_signal(child, SIGTERM, IGNORED);
	expect_exit(child, 0);
	struct actor *second = child_of(demo);
	expect_exit(second, 0);
	expect_call(demo, .name = "wait", .error = ECHILD);
	expect_output(demo, "no zombie: wait: -1 ECHILD");
	expect_exit(demo, 0);
}

static void tell_default_action(struct lab *lab)
{
	scene(lab, "SIG_DFL: SIGTERM ends the process; SIGCHLD and SIGURG do nothing");
	struct actor *demo = start(lab, CLIENT, "sigdemo", "default");
	struct actor *child = child_of(demo);
	expect_signal(child, SIGTERM, DEFAULT_ACTION);
	expect_killed_by(child, SIGTERM);
	expect_output(demo, "SIGTERM raised: killed by SIGTERM");
	struct actor *second = child_of(demo);
	expect_signal(second, SIGCHLD, DEFAULT_ACTION);
	expect_signal(second, SIGURG, DEFAULT_ACTION);
	expect_exit(second, 0);
	expect_call(demo, .name = "wait", .error = NO_ERROR);
	expect_output(demo, "which are ignored: exited, status 0");
	expect_exit(demo, 0);
}

static void tell_kill(struct lab *lab)
{
	scene(lab, "SIGKILL and SIGSTOP can be neither caught nor ignored nor blocked");
	struct actor *demo = start(lab, CLIENT, "sigdemo", "kill");
	expect_call(demo, .name = "sigaction", .error = EINVAL);
	expect_call(demo, .name = "sigaction", .error = EINVAL);
	expect_call(demo, .name = "sigaction", .error = EINVAL);
	expect_call(demo, .name = "sigaction", .error = EINVAL);
	expect_output(demo, "sigaction(SIGKILL, a handler): -1 EINVAL");
	expect_output(demo, "sigaction(SIGKILL, SIG_IGN): -1 EINVAL");
	expect_output(demo, "sigaction(SIGSTOP, a handler): -1 EINVAL");
	expect_output(demo, "sigaction(SIGSTOP, SIG_IGN): -1 EINVAL");
	expect_output(demo, "blocked are: SIGKILL no, SIGSTOP no");
	expect_killed_by(child_of(demo), SIGKILL);
	expect_exit(demo, 0);
}

static const struct variant variants[] = {
	{ "default", "signal() vs. sigaction(): what is set after the handler has run",
	  tell_signal },
	{ "mask", "what is blocked while a handler runs; a blocked signal is pending once",
	  tell_mask },
	{ "restart", "an interrupted read: EINTR, or with SA_RESTART nothing", tell_restart },
	{ "ignore", "SIG_IGN is inherited; with SIGCHLD ignored there are no zombies",
	  tell_ignore },
	{ "default-action", "SIG_DFL: some signals end the process, some are ignored",
	  tell_default_action },
	{ "kill", "SIGKILL and SIGSTOP can be neither caught nor ignored: EINVAL", tell_kill },
	{ 0 },
};

const struct story story = {
	.name = "signals",
	.section = "5.8",
	.claim = "dispositions, masks and interrupted calls",
	.variants = variants,
};

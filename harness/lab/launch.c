#include "lab/launch.h"

#include "base/clock.h"
#include "base/fail.h"
#include "lab/parts.h"
#include "lab/wait.h"

#include <errno.h>
#include <string.h>

/* The tracer takes the process over while it waits. */
static void adopt(struct lab *lab, const struct program *program, int index)
{
	if (trace_adopt(lab->trace, program->pid, program->host, index) == 0)
		return;
	give_up(ENDING_CANNOT_RUN,
		"cannot trace the lab's own processes (ptrace): %s.\n"
		"  Allow it: sudo sysctl kernel.yama.ptrace_scope=1; in a container, start that "
		"with\n"
		"  --cap-add SYS_PTRACE; not under another tracer (strace, gdb).",
		strerror(errno));
}

/* Whether execve succeeds; the lab goes on meanwhile. False and errno when it does not. */
static bool wait_until_executed(struct lab *lab, struct program *program)
{
	const int64_t deadline = lab_deadline_ns(lab);
	int executed;

	while ((executed = program_executed(program)) == 0) {
		if (monotonic_ns() > deadline)
			give_up(ENDING_BROKEN,
				"%s did not start; on a slow machine try "
				"BROKENPIPE_PATIENCE=10",
				program->argv[0]);
		lab_turn(lab, 1000000);
	}
	return executed > 0;
}

struct actor *launch(struct lab *lab, enum host host, char **argv, bool is_observed)
{
	const int64_t began = monotonic_ns();
	const int index = lab->program_count;
	struct program *program = &lab->programs[index];
	bool executed;

	if (index == PROGRAMS_MOST)
		give_up(ENDING_BROKEN, "a scenario has at most %d programs", PROGRAMS_MOST);
	program_start(program, host, lab->hosts.netns[host], argv,
		      is_observed ? &lab->filter : NULL);
	lab->program_count++;
	timeline_add_process(
		&lab->timeline,
		(struct process){ .pid = program->pid, .host = host, .program = index });
	if (is_observed)
		adopt(lab, program, index);
	program_go(program);
	executed = wait_until_executed(lab, program);
	lab->cost.phase_ns[PHASE_PROCESSES] += monotonic_ns() - began;
	if (!executed)
		return NULL;
	return lab_actor(lab,
			 (struct who){ .name = host_name(host), .host = host, .program = index });
}

/* The verbs of story.h that expect something. */
#include "story/story.h"

#include "lab/wait.h"
#include "observe/proc.h"

/* On the wire --------------------------------------------------------------------------- */

void expect_segment_at(struct lab *lab, struct here here, struct segment segment)
{
	lab_expect(lab_wire(lab), here,
		   (struct expectation){ .kind = &kind_segment, .segment = segment });
}

void expect_no_segment_at(struct lab *lab, struct here here, struct segment segment)
{
	lab_expect_absence(lab_wire(lab), here,
			   (struct expectation){ .kind = &kind_no_segment, .segment = segment });
}

void expect_icmp_at(struct lab *lab, struct here here, struct icmp_error icmp)
{
	lab_expect(lab_wire(lab), here, (struct expectation){ .kind = &kind_icmp, .icmp = icmp });
}

void expect_question_at(struct lab *lab, struct here here, struct question question)
{
	lab_expect(lab_wire(lab), here,
		   (struct expectation){ .kind = &kind_question, .question = question });
}

/* Of a process -------------------------------------------------------------------------- */

void expect_call_at(struct actor *actor, struct here here, struct returned call)
{
	lab_expect(actor, here, (struct expectation){ .kind = &kind_call, .call = call });
}

void expect_process_at(struct actor *actor, struct here here, struct process_look look)
{
	lab_expect(actor, here, (struct expectation){ .kind = &kind_process, .process = look });
}

void expect_signal_at(struct actor *actor, struct here here, struct signalled signal)
{
	lab_expect(actor, here, (struct expectation){ .kind = &kind_signal, .signal = signal });
}

void expect_no_signal_at(struct actor *actor, struct here here, int number)
{
	lab_expect_absence(
		actor, here,
		(struct expectation){ .kind = &kind_no_signal, .signal.number = number });
}

void expect_end_at(struct actor *actor, struct here here, struct end end)
{
	lab_expect(actor, here, (struct expectation){ .kind = &kind_end, .end = end });
}

void expect_output_at(struct actor *actor, struct here here, const char *text)
{
	const struct seed *seed = &lab_options(actor->lab)->seed;

	lab_expect(actor, here,
		   (struct expectation){ .kind = &kind_output, .output = seed_line(seed, text) });
}

/* Of its socket ------------------------------------------------------------------------- */

void expect_state_at(struct actor *actor, struct here here, int state)
{
	lab_expect(actor, here, (struct expectation){ .kind = &kind_state, .state = state });
}

void expect_backoff_at(struct actor *actor, struct here here, int times)
{
	lab_expect(actor, here, (struct expectation){ .kind = &kind_backoff, .backoff = times });
}

/* What no event announces --------------------------------------------------------------- */

/* Whether so many children of the process are zombies, and it has no other. */
static bool has_zombies(struct actor *actor, void *argument)
{
	const struct timeline *timeline = lab_timeline(actor->lab);
	const pid_t parent = lab_pid(actor);
	struct event look;
	int zombies = 0, others = 0;

	for (size_t i = 0; i < timeline->process_count; i++) {
		const struct process *process = &timeline->processes[i];

		if (process->parent != parent || !proc_look(process->pid, &look))
			continue;
		zombies += look.process.state == 'Z';
		others += look.process.state != 'Z';
	}
	return zombies == *(const int *)argument && others == 0;
}

void expect_zombies_at(struct actor *actor, struct here here, int count)
{
	lab_expect_condition(actor, here, (struct condition){ CONDITION_ZOMBIES, count },
			     has_zombies, &count);
}

static bool has_threads(struct actor *actor, void *argument)
{
	return proc_threads(lab_pid(actor)) == *(const int *)argument;
}

void expect_threads_at(struct actor *actor, struct here here, int count)
{
	lab_expect_condition(actor, here, (struct condition){ CONDITION_THREADS, count },
			     has_threads, &count);
}

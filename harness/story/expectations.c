/* The verbs of story.h that expect something. */
#include "lab/lab.h"

#include "observe/proc.h"

void(expect_segment)(struct lab *lab, struct here here, struct segment segment)
{
	lab_expect(lab, NULL,
		   (struct expectation){ .kind = EXPECT_SEGMENT,
					 .file = here.file,
					 .line = here.line,
					 .segment = segment });
}

void(expect_no_segment)(struct lab *lab, struct here here, struct segment segment)
{
	lab_expect_absence(lab, (struct expectation){ .kind = EXPECT_NO_SEGMENT,
						      .file = here.file,
						      .line = here.line,
						      .segment = segment });
}

void(expect_icmp)(struct lab *lab, struct here here, struct icmp_error icmp)
{
	lab_expect(
		lab, NULL,
		(struct expectation){
			.kind = EXPECT_ICMP, .file = here.file, .line = here.line, .icmp = icmp });
}

void(expect_question)(struct lab *lab, struct here here, struct question question)
{
	lab_expect(lab, NULL,
		   (struct expectation){ .kind = EXPECT_QUESTION,
					 .file = here.file,
					 .line = here.line,
					 .question = question });
}

void(expect_call)(struct actor *actor, struct here here, struct returned call)
{
	lab_expect(
		actor->lab, actor,
		(struct expectation){
			.kind = EXPECT_CALL, .file = here.file, .line = here.line, .call = call });
}

void(expect_process)(struct actor *actor, struct here here, struct process_look look)
{
	lab_expect(actor->lab, actor,
		   (struct expectation){ .kind = EXPECT_PROCESS,
					 .file = here.file,
					 .line = here.line,
					 .process = look });
}

void(expect_signal)(struct actor *actor, struct here here, struct signalled signal)
{
	lab_expect(actor->lab, actor,
		   (struct expectation){ .kind = EXPECT_SIGNAL,
					 .file = here.file,
					 .line = here.line,
					 .signal = signal });
}

void(expect_end)(struct actor *actor, struct here here, struct end end)
{
	lab_expect(actor->lab, actor,
		   (struct expectation){
			   .kind = EXPECT_END, .file = here.file, .line = here.line, .end = end });
}

void(expect_state)(struct actor *actor, struct here here, int state)
{
	lab_expect(actor->lab, actor,
		   (struct expectation){ .kind = EXPECT_STATE,
					 .file = here.file,
					 .line = here.line,
					 .state = state });
}

void(expect_backoff)(struct actor *actor, struct here here, int times)
{
	lab_expect(actor->lab, actor,
		   (struct expectation){ .kind = EXPECT_BACKOFF,
					 .file = here.file,
					 .line = here.line,
					 .backoff = times });
}

void(expect_output)(struct actor *actor, struct here here, const char *text)
{
	lab_expect(actor->lab, actor,
		   (struct expectation){ .kind = EXPECT_OUTPUT,
					 .file = here.file,
					 .line = here.line,
					 .text = seed_line(&actor->lab->options->seed, text) });
}

/* Looks at the children that a process has left: the ended ones that nobody has waited for. */
static bool has_zombies(struct actor *actor, void *argument)
{
	const struct timeline *timeline = &actor->lab->timeline;
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

void(expect_zombies)(struct actor *actor, struct here here, int count)
{
	lab_expect_condition(actor->lab, actor, here,
			     timeline_text(&actor->lab->timeline, "has %d zombie%s", count,
					   count == 1 ? "" : "s"),
			     has_zombies, &count);
}

static bool has_threads(struct actor *actor, void *argument)
{
	return proc_threads(lab_pid(actor)) == *(const int *)argument;
}

void(expect_threads)(struct actor *actor, struct here here, int count)
{
	lab_expect_condition(actor->lab, actor, here,
			     timeline_text(&actor->lab->timeline, "has %d thread%s", count,
					   count == 1 ? "" : "s"),
			     has_threads, &count);
}

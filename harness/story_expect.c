/* The verbs of story.h that expect something. */
#include "lab.h"

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
					 .text = text });
}

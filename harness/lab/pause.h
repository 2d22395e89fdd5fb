/*
 * A story that stops at each scene until a person at the terminal types Enter. Meanwhile the
 * observers go on, and no deadline runs: the story does not wait for anything then.
 *
 * While it is stopped others can find it: a file of the captures directory is locked by the lab
 * (the kernel tells who holds a lock, and gives it back however the lab ends) and says by which
 * descriptors the lab holds its hosts. harness/shell.py enters them.
 */
#ifndef STEP_H
#define STEP_H

#include "lab/lab.h"
#include "show/publish.h"
#include "show/terminal.h"

struct step {
	struct lab *lab;
	struct report report;
	size_t told;    /* events of the timeline that the terminal shows already */
	int stops;      /* so far */
	int directory;  /* of the captures */
	int lock;       /* the file by which a shell finds the lab */
	bool has_ended; /* a person ended the story before its end */
};

/* Ends the program, before anything is made, where nobody could type Enter; names the story. */
void step_check_terminal(const char *name);

/* From now on the lab's story stops at each scene. The report's texts must live as long. */
void step_open(struct step *step, struct lab *lab, const struct report *report,
	       const struct publication *publication);
void step_close(struct step *step);

/*
 * Prints what has happened since the last stop, then waits for Enter. Does not return at the end of
 * the terminal's input (^D): the story ends there, as an unmet one does.
 */
void step_stop(struct step *step);

/* The same at the end of the story. What happens there is not the story's, and is not kept. */
void step_stop_at_end(struct step *step);

#endif

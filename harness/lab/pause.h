/*
 * A run that pauses at each scene until a person at the terminal types Enter (--step). Meanwhile
 * the observers go on, and no deadline runs: the scenario does not wait for anything then.
 *
 * During a pause others can find the lab: a file of the captures directory is locked by it (the
 * kernel says who holds a lock, and takes it back however the lab ends), and names the descriptors
 * by which the lab holds its hosts. shell.py enters them.
 */
#ifndef PAUSE_H
#define PAUSE_H

#include "lab/lab.h"
#include "show/publish.h"
#include "show/terminal.h"

struct pause {
	struct lab *lab;
	struct screen screen;
	size_t printed; /* events of the timeline that the terminal shows already */
	int count;      /* of pauses so far */
	int directory;  /* of the captures */
	int lock;       /* the file by which a shell finds the lab */
	bool has_ended; /* a person ended the scenario before its end */
};

/* Ends the program, before anything is made, where nobody could type Enter. */
void pause_check_terminal(const char *name);

/* From now on the lab's scenario pauses at each scene. */
void pause_open(struct pause *pause, struct lab *lab, const struct screen *screen,
		const struct publication *publication);
void pause_close(struct pause *pause);

/*
 * Prints what has happened since the last pause, then waits for Enter. Does not return at the end
 * of the terminal's input (^D): the scenario ends there, as an unmet one does.
 */
void pause_at_scene(struct pause *pause);

/* The same at the end of the scenario. What happens during this pause is not kept. */
void pause_at_end(struct pause *pause);

#endif

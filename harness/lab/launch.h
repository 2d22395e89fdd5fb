/* A program on a host of the lab: started, traced from its first instruction, executed. */
#ifndef LAUNCH_H
#define LAUNCH_H

#include "lab/lab.h"

/*
 * Starts argv, of which argv[0] is a path, on a host, and waits until it is executed; argv becomes
 * the program's. NULL and errno when it could not be executed. One that is not observed has no
 * calls, signals and end in the timeline. Ends the run when ptrace is refused.
 */
struct actor *launch(struct lab *lab, enum host host, char **argv, bool is_observed);

#endif

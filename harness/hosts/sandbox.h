/*
 * The walls around a run.
 *
 * The program that a person starts only waits; the lab is its child, the first process (init) of
 * namespaces of its own: PID, mount, and user when the caller is not privileged. When the lab ends,
 * the kernel kills everything in the PID namespace and the last user of a network namespace is gone
 * with it, however the end came about: there is no clean-up that could be forgotten. The lab itself
 * dies with the process that waits (PR_SET_PDEATHSIG), so killing either ends all.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "base/fail.h"

/*
 * Runs lab(argument) inside and returns its ending. SIGINT, SIGTERM, SIGHUP and SIGQUIT kill the
 * lab and then the caller, as if it had no handler. Where namespaces are refused, says so and what
 * to do, and returns ENDING_CANNOT_RUN.
 */
enum ending sandbox_run(enum ending (*lab)(void *argument), void *argument);

#endif

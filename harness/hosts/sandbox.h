/*
 * Isolates a run: namespaces of its own, and nothing left when it ends.
 *
 * The program that a user starts only waits. The lab is its child and the first process (init) of
 * new namespaces: PID, mount, and user when the caller is not privileged. When the lab ends, for
 * whatever reason, the kernel kills every process in the PID namespace, and the network namespaces
 * go with their last user: no clean-up can be forgotten. The lab dies with the process that waits
 * for it (PR_SET_PDEATHSIG), so killing either of them ends the run.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include "base/fail.h"

/*
 * Runs lab(argument) in there and returns its ending. SIGINT, SIGTERM, SIGHUP and SIGQUIT kill the
 * lab and then the caller, as if it had no handler. Where namespaces are refused the run ends with
 * ENDING_CANNOT_RUN, and a message that says what to do.
 */
enum ending sandbox_run(enum ending (*lab)(void *argument), void *argument);

#endif

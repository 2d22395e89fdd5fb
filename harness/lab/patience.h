/*
 * How long the lab waits for what is expected, and the progress that is printed while TCP
 * retransmits for a quarter of an hour (PACE=real). Times are of the monotonic clock.
 */
#ifndef PATIENCE_H
#define PATIENCE_H

#include <stdint.h>

/* PACE_LAB shortens what the kernel makes long, PACE_REAL leaves it. */
enum pace { PACE_LAB, PACE_REAL };

struct patience {
	enum pace pace;
	double factor;      /* on every deadline, for slow machines */
	int64_t takes_ns;   /* how long TCP retransmits before it gives up; 0: nothing takes long */
	int64_t crashed_ns; /* when a host crashed; 0: none did */
	int64_t progress_ns; /* when progress was printed last; 0: never */
};

/* When whoever begins to wait now gives up. */
int64_t patience_deadline_ns(const struct patience *patience);

/*
 * How long to block at most, of a wait that ends at the deadline. With PACE_REAL that is a second,
 * so that progress can be printed: after a crash, on standard error, each second over the same line
 * of a terminal, or once a minute elsewhere.
 */
int64_t patience_turn_ns(struct patience *patience, int64_t deadline_ns);

#endif

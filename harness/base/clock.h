/* The two clocks: one stamps what was seen, the other measures how long the lab waits for it. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

static inline int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* The clock of the timeline, the same as libpcap's stamps. */
static inline int64_t now_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

/* For deadlines: it does not jump when somebody sets the time. */
static inline int64_t monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

#endif

/* The two clocks: one for the time stamps of events, one for deadlines. Both in nanoseconds. */
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

/* For time stamps: the clock that libpcap's stamps are from, too (CLOCK_REALTIME). */
static inline int64_t now_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

/* For deadlines: it does not jump when the clock is set (CLOCK_MONOTONIC). */
static inline int64_t monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

#endif

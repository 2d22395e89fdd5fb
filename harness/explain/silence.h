/* Why nothing is answered, and whether TCP may give up: what several tables of rules ask. */
#ifndef SILENCE_H
#define SILENCE_H

#include "explain/rule.h"

/* Timers count in ticks, and may end one tick early: CONFIG_HZ is 100 at least. */
#define TICK_NS (INT64_C(1000000000) / 100)

/* ... and none ends within the shortest tick. */
#define TIMER_LEAST_NS INT64_C(1000000)

/* TCP_TIMEOUT_INIT (RFC 6298 2.1) and TCP_RTO_MIN of Linux. */
#define RTO_FIRST_NS INT64_C(1000000000)
#define RTO_MIN_NS   INT64_C(200000000)

/* The least time that the retransmission timer takes from the last repetition on. */
int64_t timer_least_ns(const struct world *world, const struct tcb *tcb);

/* What is broken on the end's way, or the queue that is full there; NO_EVENT: not known. */
size_t reason_of_silence(const struct world *world, const struct tcb *tcb);

/* A question of this host that was not answered yet; NULL: none. */
const struct neighbour *unanswered_question(const struct world *world, enum host asks);

/* The newest answer to any question of this host; NO_EVENT: none. */
size_t last_answer(const struct world *world, enum host asks);

/* The last try whose timer has ended, or an error that a timer has left; NO_EVENT: none. */
size_t gave_up(const struct world *world, const struct tcb *tcb);

#endif

#include "observe/orders.h"

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "observe/proc.h"

#include <stdlib.h>
#include <string.h>

struct order {
	struct who who;
	bool skip_sleeps;
	const char *family; /* of the call that is to be held or answered; NULL: none is */
	int countdown;      /* of calls of the family; the one that makes it 0 is meant */
	bool answered;      /* the call is answered, not held */
	long answer;        /* its result then */
	pid_t held;         /* the thread that is held, or 0 */
};

static bool is_at_gate(struct orders *orders, const struct call_row *row)
{
	if (!orders->gate_closed || !(row->flags & CALL_NAMES_PEER))
		return false;
	if (orders->gate_reached_ns == 0)
		orders->gate_reached_ns = monotonic_ns();
	return true;
}

/* Of calls on a descriptor only those on a socket count. */
static bool is_meant(const struct order *order, const struct task *task)
{
	const struct call_row *row = task->call.row;
	uint64_t inode;

	return order->family && !order->held && name_matches(order->family, row->family) &&
	       (!(row->flags & CALL_ON_FD) ||
		proc_fd(task->pid, (int)task->call.args[0], &inode) == FD_SOCKET);
}

/* A sleep before the call is held, too: with it a program waits for the same as the hold. */
static void decide_at_sleep(struct order *order, const struct task *task, struct decision *decision)
{
	if (order->family && !order->answered && !order->held) {
		order->held = task->tid;
		decision->stay = STAYS_HELD;
	} else if (order->skip_sleeps) {
		decision->answered = true;
		decision->answer = 0;
	}
}

static void decide_at_call(struct order *order, const struct task *task, struct decision *decision)
{
	if (!is_meant(order, task) || --order->countdown > 0)
		return;
	if (order->answered) {
		decision->answered = true;
		decision->answer = order->answer;
		order->family = NULL;
	} else {
		decision->stay = STAYS_HELD;
		order->held = task->tid;
	}
}

struct decision orders_decide(struct orders *orders, const struct task *task)
{
	const struct call_row *row = task->call.row;
	struct decision decision = { GOES_ON };

	if (is_at_gate(orders, row))
		return (struct decision){ STAYS_AT_GATE };
	for (size_t i = 0; i < orders->count && decision.stay == GOES_ON; i++) {
		struct order *order = &orders->rows[i];

		if (!task_is_of(task, &order->who))
			continue;
		if (row->flags & CALL_SLEEPS)
			decide_at_sleep(order, task, &decision);
		else
			decide_at_call(order, task, &decision);
	}
	return decision;
}

static struct order *find(const struct orders *orders, const struct who *who)
{
	for (size_t i = 0; i < orders->count; i++)
		if (orders->rows[i].who.program == who->program &&
		    orders->rows[i].who.pid == who->pid)
			return &orders->rows[i];
	return NULL;
}

static struct order *find_or_add(struct orders *orders, const struct who *who)
{
	struct order *order = find(orders, who);

	if (order)
		return order;
	orders->rows = xgrow(orders->rows, orders->count, sizeof(*order));
	order = &orders->rows[orders->count++];
	*order = (struct order){ .who = *who };
	return order;
}

void orders_hold(struct orders *orders, const struct who *who, const char *family, int nth)
{
	struct order *order = find_or_add(orders, who);

	order->family = family;
	order->countdown = nth;
	order->answered = false;
	order->held = 0;
}

bool orders_is_held(const struct orders *orders, const struct who *who)
{
	const struct order *order = find(orders, who);

	return order && order->held;
}

pid_t orders_release(struct orders *orders, const struct who *who)
{
	struct order *order = find(orders, who);
	pid_t held;

	if (!order)
		return 0;
	held = order->held;
	order->family = NULL;
	order->held = 0;
	return held;
}

void orders_answer(struct orders *orders, const struct who *who, const char *family, long result)
{
	struct order *order = find_or_add(orders, who);

	order->family = family;
	order->countdown = 1;
	order->answered = true;
	order->answer = result;
	order->held = 0;
}

void orders_skip_sleeps(struct orders *orders, const struct who *who)
{
	find_or_add(orders, who)->skip_sleeps = true;
}

void orders_forget(struct orders *orders, pid_t tid)
{
	for (size_t i = 0; i < orders->count; i++)
		if (orders->rows[i].held == tid)
			orders->rows[i].held = 0;
}

void orders_close(struct orders *orders)
{
	free(orders->rows);
	memset(orders, 0, sizeof(*orders));
}

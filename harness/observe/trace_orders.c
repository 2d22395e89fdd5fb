/* The observer of processes, part three: what a story asks: hold, release, answer, no sleep. */
#include "observe/task.h"

#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"
#include "observe/proc.h"

#include <stdlib.h>

static bool waits_at_gate(struct trace *trace, struct task *task)
{
	task->at_gate = trace->gate_closed && task->call.row->flags & CALL_NAMES_PEER;
	if (task->at_gate && trace->gate_reached_ns == 0)
		trace->gate_reached_ns = monotonic_ns();
	return task->at_gate;
}

bool task_obey_orders(struct trace *trace, struct task *task)
{
	const struct call_row *row = task->call.row;
	uint64_t inode;

	if (waits_at_gate(trace, task))
		return true;
	for (size_t i = 0; i < trace->order_count; i++) {
		struct stop_order *order = &trace->orders[i];

		if (!task_is_whose(task, &order->who))
			continue;
		if (row->flags & CALL_SLEEPS) {
			if (order->family && !order->answered && !order->held) {
				order->held = task->tid;
				return true;
			}
			if (order->skip_sleeps)
				task_answer(task, 0);
			continue;
		}
		if (!order->family || order->held || !name_matches(order->family, row->family))
			continue;
		if (row->flags & CALL_ON_FD &&
		    proc_fd(task->pid, (int)task->call.args[0], &inode) != FD_SOCKET)
			continue;
		if (--order->countdown > 0)
			continue;
		if (!order->answered) {
			order->held = task->tid;
			return true;
		}
		task_answer(task, order->answer);
		order->family = NULL;
	}
	return false;
}

static struct stop_order *find_order(const struct trace *trace, const struct who *who)
{
	for (size_t i = 0; i < trace->order_count; i++)
		if (trace->orders[i].who.program == who->program &&
		    trace->orders[i].who.pid == who->pid)
			return &trace->orders[i];
	return NULL;
}

static struct stop_order *order_for(struct trace *trace, const struct who *who)
{
	struct stop_order *order = find_order(trace, who);

	if (order)
		return order;
	order = reallocarray(trace->orders, trace->order_count + 1, sizeof(*order));
	if (!order)
		broken("hold", "a process");
	trace->orders = order;
	order += trace->order_count++;
	*order = (struct stop_order){ .who = *who };
	return order;
}

void trace_hold(struct trace *trace, const struct who *who, const char *family, int nth)
{
	struct stop_order *order = order_for(trace, who);

	order->family = family;
	order->countdown = nth;
	order->answered = false;
	order->held = 0;
}

bool trace_is_held(const struct trace *trace, const struct who *who)
{
	const struct stop_order *order = find_order(trace, who);

	return order && order->held;
}

void trace_release(struct trace *trace, const struct who *who)
{
	struct stop_order *order = order_for(trace, who);
	struct task *task = task_find(trace, order->held);

	order->family = NULL;
	order->held = 0;
	if (!task)
		return;
	if (task->call.row->flags & CALL_SLEEPS)
		task_answer(task, 0);
	task_note_entry(trace, task);
	task_resume(task, 0);
}

void trace_answer(struct trace *trace, const struct who *who, const char *family, long result)
{
	struct stop_order *order = order_for(trace, who);

	order->family = family;
	order->countdown = 1;
	order->answered = true;
	order->answer = result;
	order->held = 0;
}

void trace_skip_sleeps(struct trace *trace, const struct who *who)
{
	order_for(trace, who)->skip_sleeps = true;
}

void trace_close_gate(struct trace *trace)
{
	trace->gate_closed = true;
}

void trace_open_gate(struct trace *trace)
{
	trace->gate_closed = false;
	for (size_t i = 0; i < trace->task_count; i++) {
		struct task *task = &trace->tasks[i];

		if (!task->at_gate || task_obey_orders(trace, task))
			continue;
		task_note_entry(trace, task);
		task_resume(task, 0);
	}
}

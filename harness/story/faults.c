/* The verbs of story.h that make a host or the network fail. */
#include "lab/lab.h"

#include "base/clock.h"
#include "hosts/faults.h"

#include <signal.h>

/* The processes of a host that live, programs and their children. */
static void kill_all(struct lab *lab, enum host host, int number)
{
	for (size_t i = 0; i < lab->timeline.process_count; i++) {
		const struct process *process = &lab->timeline.processes[i];

		if (process->host == host && !process->ended)
			kill(process->pid, number);
	}
}

void signal_all(struct lab *lab, enum host host, int number)
{
	char name[16];

	lab_note(lab, EVENT_ACTION, host,
		 timeline_text(&lab->timeline, "kill -%s -1", signal_name(number, name) + 3));
	kill_all(lab, host, number);
}

void hasten(struct lab *lab, enum host from, enum host to)
{
	if (lab->options->pace == PACE_LAB)
		faults_hasten(&lab->hosts, from, to);
	else
		lab->takes_ns = persistence_ms(lab, from) * INT64_C(1000000);
}

void set_parameter(struct lab *lab, enum host host, const char *name, const char *value)
{
	if (!hosts_set(&lab->hosts, host, name, value))
		give_up(ENDING_CANNOT_RUN, "this kernel has no parameter %s to be set", name);
}

void hasten_parameter(struct lab *lab, enum host host, const char *name, const char *value)
{
	if (lab->options->pace == PACE_LAB)
		hosts_shorten(&lab->hosts, host, name, value);
}

bool is_pace_real(struct lab *lab)
{
	return lab->options->pace == PACE_REAL;
}

int persistence_ms(struct lab *lab, enum host host)
{
	return hosts_persistence_ms(&lab->hosts, host);
}

void reboot_host(struct lab *lab, enum host host)
{
	lab_note(lab, EVENT_ACTION, host, "power off, power on");
	hosts_reboot(&lab->hosts, host);
	sockets_add_host(&lab->sockets, host);
	kill_all(lab, host, SIGKILL);
}

void crash_host(struct lab *lab, enum host host)
{
	faults_crash(&lab->hosts, host);
	lab->crashed_ns = monotonic_ns();
}

void detach_host(struct lab *lab, enum host host)
{
	faults_detach(&lab->hosts, host);
}

void remove_route(struct lab *lab, enum host host, enum host to)
{
	faults_remove_route(&lab->hosts, host, to);
}

void prohibit_route(struct lab *lab, enum host host, enum host to)
{
	faults_prohibit_route(&lab->hosts, host, to);
}

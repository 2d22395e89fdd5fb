/* The verbs of story.h that make a host or the network fail. */
#include "story/story.h"

#include "base/clock.h"
#include "base/fail.h"
#include "hosts/faults.h"
#include "lab/lab.h"

/* All processes of a host that have not ended: programs and their children. */
static void kill_all(struct lab *lab, enum host host, int number)
{
	const struct timeline *timeline = lab_timeline(lab);

	for (size_t i = 0; i < timeline->process_count; i++)
		if (timeline->processes[i].host == host && !timeline->processes[i].ended)
			kill(timeline->processes[i].pid, number);
}

void signal_all(struct lab *lab, enum host host, int number)
{
	char name[16];

	lab_note(lab, (struct event){
			      .kind = EVENT_ACTION,
			      .host = host,
			      .action = { .verb = VERB_SIGNAL,
					  .signal = number,
					  .text = timeline_text(lab_timeline(lab), "kill -%s -1",
								signal_name(number, name) + 3) } });
	kill_all(lab, host, number);
}

void hasten(struct lab *lab, enum host from, enum host to)
{
	if (is_pace_real(lab))
		lab_patience(lab)->takes_ns = persistence_ms(lab, from) * INT64_C(1000000);
	else
		faults_hasten(lab_hosts(lab), from, to);
}

void set_parameter(struct lab *lab, enum host host, const char *name, const char *value)
{
	if (!hosts_set(lab_hosts(lab), host, name, value, false))
		give_up(ENDING_CANNOT_RUN, "this kernel has no parameter %s to be set", name);
}

void hasten_parameter(struct lab *lab, enum host host, const char *name, const char *value)
{
	if (!is_pace_real(lab))
		hosts_shorten(lab_hosts(lab), host, name, value);
}

bool is_pace_real(struct lab *lab)
{
	return lab_options(lab)->pace == PACE_REAL;
}

int persistence_ms(struct lab *lab, enum host host)
{
	return hosts_persistence_ms(lab_hosts(lab), host);
}

void reboot_host(struct lab *lab, enum host host)
{
	lab_note(lab, (struct event){
			      .kind = EVENT_ACTION,
			      .host = host,
			      .action = { .verb = VERB_REBOOT, .text = "power off, power on" } });
	hosts_reboot(lab_hosts(lab), host);
	sockets_add_host(lab_sockets(lab), host);
	kill_all(lab, host, SIGKILL);
}

void crash_host(struct lab *lab, enum host host)
{
	faults_crash(lab_hosts(lab), host);
	lab_patience(lab)->crashed_ns = monotonic_ns();
}

void detach_host(struct lab *lab, enum host host)
{
	faults_detach(lab_hosts(lab), host);
}

void remove_route(struct lab *lab, enum host host, enum host to)
{
	faults_remove_route(lab_hosts(lab), host, to);
}

void prohibit_route(struct lab *lab, enum host host, enum host to)
{
	faults_prohibit_route(lab_hosts(lab), host, to);
}

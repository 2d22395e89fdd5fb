/*
 * The lab: hosts, observers, programs and the timeline of one run, and the loop that drives them.
 * The verbs of a scenario (story/) work with it through this header and wait.h; what it is made of
 * is in parts.h, for lab/ alone.
 */
#ifndef LAB_H
#define LAB_H

#include "expect/expectation.h"
#include "hosts/hosts.h"
#include "hosts/program.h"
#include "lab/options.h"
#include "observe/sockets.h"
#include "observe/trace.h"

struct lab;

/* A started program with all its processes, or one process; or the wire, whose name is NULL. */
struct actor {
	struct lab *lab;
	struct who who;
	struct actor *next;     /* for the lab */
	size_t cursor[STREAMS]; /* for wait.h: the first event of each stream not consumed yet */
};

/* Builds the hosts and begins to observe. What cannot be had ends the program. */
struct lab *lab_open(const struct options *options);

/* Kills every program under test and waits until they have ended. */
void lab_end_programs(struct lab *lab);
void lab_close(struct lab *lab);

/* Its parts, owned by it. */
const struct options *lab_options(const struct lab *lab);
struct timeline *lab_timeline(struct lab *lab);
struct hosts *lab_hosts(struct lab *lab);
struct sockets *lab_sockets(struct lab *lab);
struct trace *lab_trace(struct lab *lab);
struct patience *lab_patience(struct lab *lab);

/* Waits until the capture sees the wire, and lets the programs send. */
void lab_watch_wire(struct lab *lab);

/* Waits at most timeout_ns until something happens and notes it. True when something did. */
bool lab_turn(struct lab *lab, int64_t timeout_ns);

/* A new actor; the name must live as long as the lab. */
struct actor *lab_actor(struct lab *lab, struct who who);

/* The actor that is the wire. */
struct actor *lab_wire(struct lab *lab);

/* Of which program the actor is. */
struct program *lab_program(const struct actor *actor);

/* The actor's process; of a program its first one. */
pid_t lab_pid(const struct actor *actor);

/* The number of the program that is started next. */
int lab_next_program(const struct lab *lab);

/* Notes something that the lab does now (a scene, an action); returns the event's number. */
size_t lab_note(struct lab *lab, struct event event);

/* Notes the heading of a scene, and pauses there if the user asked for that. */
void lab_scene(struct lab *lab, const char *text);

/* Ends the scenario here: whoever runs it goes on after it. */
_Noreturn void lab_end_scenario(struct lab *lab);

#endif

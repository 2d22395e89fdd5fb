/*
 * The lab: hosts, observers, programs and the timeline of one run, and the loop that drives them.
 * Stories use it through story.h alone.
 */
#ifndef LAB_H
#define LAB_H

#include "observe/capture.h"
#include "base/fail.h"
#include "hosts/hosts.h"
#include "hosts/program.h"
#include "lab/seed.h"
#include "observe/sockets.h"
#include "story/story.h"
#include "observe/call_table.h"
#include "observe/trace.h"

#include <setjmp.h>

/* How long a story takes: PACE_LAB shortens what the kernel makes long, PACE_REAL leaves it. */
enum pace { PACE_LAB, PACE_REAL };

/* What the user asked for. */
struct options {
	const struct variant *variant;
	const char *command[HOST_COUNT]; /* in place of core's programs; NULL: core's */
	const char *captures;            /* directory for the files */
	const char *live;                /* a file that is written as things happen, or NULL */
	bool quiet;                      /* only the verdict */
	bool verbose;                    /* the set-up, too */
	bool unobserved;                 /* programs are not traced (for the benchmark) */
	bool cost;                       /* print what the phases took */
	bool step;                       /* stop at each scene until Enter */
	int ring_bytes;                  /* of the capture */
	enum pace pace;
	struct seed seed; /* what may differ does, or not (SEED=n) */
	int family;       /* AF_INET, AF_INET6 */
	double patience;  /* factor on every deadline, for slow machines */
};

enum { PROGRAMS_MOST = 64 };

/* The parts of a run whose cost `make bench` shows. */
enum phase { PHASE_HOSTS, PHASE_CAPTURE, PHASE_PROCESSES, PHASE_STORY, PHASE_FILES, PHASES };

struct step;

struct actor {
	struct actor *next;
	struct lab *lab;
	struct who who;
	size_t cursor[STREAMS]; /* behind the last match of each stream */
};

struct lab {
	const struct story *story;
	const struct options *options;
	struct timeline timeline;
	struct hosts hosts;
	struct capture capture;
	struct sockets sockets;
	struct trace *trace;
	struct sock_fprog filter;
	struct program programs[PROGRAMS_MOST];
	int program_count;
	struct actor *actors;
	size_t wire_cursor;
	struct expectation *expectations;
	size_t expectation_count;
	int child_signals; /* signalfd: a process stopped or ended */
	bool more_stops;   /* trace_step has left some for the next turn */
	jmp_buf unmet;     /* where a story ends whose expectation was not met */
	int64_t phase_ns[PHASES];
	int64_t takes_ns;     /* with PACE=real: how long TCP retransmits; 0: nothing takes long */
	int64_t crashed_ns;   /* since when (monotonic clock) */
	FILE *live;           /* where the annotated capture goes meanwhile, or NULL (live.h) */
	size_t live_events;   /* that were written there */
	struct step *step;    /* where the story stops at each scene (step.h), or NULL */
	int keyboard;         /* wakes the loop when something is typed; -1: nobody waits */
	unsigned int dropped; /* frames the capture has lost */
};

/* Builds the hosts and begins to watch. What cannot be had ends the run. */
void lab_open(struct lab *lab, const struct story *story, const struct options *options);

/* Kills every program under test and waits until they are gone. */
void lab_end_programs(struct lab *lab);
void lab_close(struct lab *lab);

/* Waits until the capture sees the wire, and lets the programs onto it. */
void lab_watch_wire(struct lab *lab);

/* When whoever begins to wait now gives up (monotonic clock). */
int64_t lab_deadline_ns(const struct lab *lab);

/* Waits at most timeout_ns until something happens and notes it. True when something did. */
bool lab_step(struct lab *lab, int64_t timeout_ns);

/*
 * Waits until the expectation is met, and notes the verdict; the actor is NULL for the wire. Does
 * not return when it is not met.
 */
void lab_expect(struct lab *lab, struct actor *actor, struct expectation expectation);

/*
 * The same for something that is no event: waits until holds(lab, actor, argument). `text` says
 * what was wanted.
 */
void lab_expect_condition(struct lab *lab, struct actor *actor, struct here here, const char *text,
			  bool (*holds)(struct actor *actor, void *argument), void *argument);

/* Says that no such segment comes; judged with what is expected next on the wire, or at the end. */
void lab_expect_absence(struct lab *lab, struct expectation expectation);

/* Judges the absences that last to the end of the story. */
void lab_judge_absences(struct lab *lab, size_t to);

/* A new actor; the name must live as long as the lab. */
struct actor *lab_actor(struct lab *lab, struct who who);

/* Notes something that the lab did. */
void lab_note(struct lab *lab, enum event_kind kind, enum host host, const char *text);

struct program *lab_program(struct lab *lab, const struct actor *actor);

/* Of the actor's process, or of its program's first one. */
pid_t lab_pid(const struct actor *actor);

/* Whether so much has happened that the run must end. */
bool lab_is_flooded(const struct lab *lab);

/* Whether any expectation was not met. */
bool lab_has_unmet(const struct lab *lab);

#endif

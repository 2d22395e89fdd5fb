/* What a lab is made of, for lab/ alone. Each part is changed by the file that is named. */
#ifndef PARTS_H
#define PARTS_H

#include "expect/expectation.h"
#include "lab/cost.h"
#include "lab/lab.h"
#include "observe/call_table.h"
#include "observe/capture.h"
#include "show/live.h"
#include "show/run.h"

#include <setjmp.h>

enum { PROGRAMS_MOST = RUN_PROGRAMS_MOST };

struct pause;

struct lab {
	const struct options *options;
	struct timeline timeline;
	struct hosts hosts;

	/* lab.c: the observers, and what wakes the loop */
	struct capture capture;
	struct sockets sockets;
	struct trace *trace;
	struct sock_fprog filter;
	int child_signals; /* signalfd: a process stopped or ended */
	bool more_stops;   /* the tracer has left some for the next turn */
	int keyboard;      /* readable when something is typed; -1: nobody waits for that */
	struct actor *actors, *wire;

	/* launch.c: by their numbers */
	struct program programs[PROGRAMS_MOST];
	int program_count;

	/* wait.c */
	struct expectation *expectations;
	size_t expectation_count;
	size_t *absences; /* those that are open, by their numbers */
	size_t absence_count;
	struct patience patience;

	/* run_variant.c */
	jmp_buf end; /* where a scenario ends that cannot go on */
	struct cost cost;
	struct pause *pause;       /* pause.h, or NULL */
	struct live live;          /* where the annotated capture goes meanwhile */
	char name[RUN_NAME_BYTES]; /* of the run and its files: "sigpipe-ignored" */
	size_t begins;             /* the events before this one are the set-up */
	unsigned int dropped;      /* frames the capture has lost */
};

/* The run as it is now, for show/. */
struct run lab_run(const struct lab *lab);

#endif

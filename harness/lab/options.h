/*
 * What the user asked for: the options of a scenario program, and the environment, which gives
 * some of them other defaults.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "lab/patience.h"
#include "lab/scenario.h"
#include "lab/seed.h"
#include "record/names.h"

struct options {
	const struct story *story;       /* of the program */
	const struct variant *variant;   /* NULL: all of them */
	const char *command[HOST_COUNT]; /* in place of core's programs; NULL: core's */
	const char *captures;            /* directory for the files */
	const char *live;                /* a file that is written as things happen, or NULL */
	const char *why;                 /* the event whose causes are printed, or NULL */
	bool korean;                     /* ... in Korean */
	bool strict;                     /* what the lab cannot explain is a fault of its own */
	bool quiet;                      /* only the verdict */
	bool verbose;                    /* the set-up, too */
	bool no_colour;                  /* even if standard output is a terminal */
	bool unobserved;                 /* programs are not traced (for the benchmark) */
	bool cost;                       /* print what the phases took */
	bool step;                       /* pause at each scene until Enter */
	int ring_bytes;                  /* of the capture */
	enum pace pace;
	struct seed seed;
	int family;      /* AF_INET, AF_INET6 */
	double patience; /* factor on every deadline */
};

/*
 * Reads the environment and the command line. --help and --list print and end the program with
 * success; what cannot be understood ends it with ENDING_BROKEN, and a message that names the
 * option or the variable. An empty value is no value: make passes on what it was not given.
 */
void options_parse(struct options *options, const struct story *story, int argc, char **argv);

/* The variable of make in which a user gives a program for a host: "CLIENT", "SERVER". */
const char *options_program_variable(enum host host);

#endif

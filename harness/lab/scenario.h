/* What a scenario program is: a story with its variants. Each program has one, named `story`. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdbool.h>

struct lab;

/* One way in which the failure can go: its own run, its own files. */
struct variant {
	const char *name;
	const char *claim; /* what it shows, in one sentence */
	void (*tell)(struct lab *lab);
	bool routed; /* with a router between the hosts, which answers with ICMP */
};

struct story {
	const char *name;    /* of the file, with '-' for '_' */
	const char *section; /* of UNP vol. 1, 3rd edition */
	const char *claim;
	const struct variant *variants; /* ends with a row of zeros; the first is the book's */
};

/* What each scenario defines. */
extern const struct story story;

enum { RUN_NAME_BYTES = 96 };

/*
 * The name of a run and of its files: "sigpipe" for the first variant, "sigpipe-ignored" for
 * another, "sigpipe-inet6" over IPv6 (AF_INET6).
 */
void run_name(char out[static RUN_NAME_BYTES], const struct story *of,
	      const struct variant *variant, int family);

/* The port of the book's servers (SERV_PORT). */
enum { ECHO_PORT = 9877 };

/* Where in a scenario something is said. */
struct here {
	const char *file;
	int line;
};

#endif

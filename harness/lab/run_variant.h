/* One run: a variant of a story, from its hosts to its files and its verdict. */
#ifndef RUN_VARIANT_H
#define RUN_VARIANT_H

#include "base/fail.h"
#include "lab/options.h"
#include "show/publish.h"

#include <stdio.h>

/* What the runs of one program share. */
struct session {
	struct options options; /* .variant is the one to run */
	struct publication publication;
	FILE *live; /* where the annotated capture goes meanwhile, or NULL */
};

/*
 * Runs options.variant, in the sandbox; the argument is a struct session. Prints what
 * happened and the verdict, and leaves the files.
 */
enum ending run_variant(void *session);

#endif

/* The run as JSON, for programs. The schema is in docs/HARNESS.md, its name is JSON_SCHEMA. */
#ifndef JSON_H
#define JSON_H

#include "lab/lab.h"

#include <stdio.h>

#define JSON_SCHEMA "brokenpipe/1"

/* Writes the whole run; -1 and errno when the file does not take it. */
int json_write(FILE *file, const struct lab *lab, const char *capture_file);

#endif

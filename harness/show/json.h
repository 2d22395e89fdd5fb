/*
 * The record: a run as JSON, for programs. docs/run.schema.json describes every field. Pure, but
 * for writing to the given file.
 */
#ifndef JSON_H
#define JSON_H

#include "show/run.h"

#include <stdio.h>

#define JSON_SCHEMA "brokenpipe/2"

/* Writes the whole run, an event a line; -1 and errno when the file does not take it. */
int json_write(FILE *file, const struct run *run);

#endif

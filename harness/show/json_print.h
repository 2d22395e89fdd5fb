/*
 * Prints JSON values that were made with jansson, each in one line. It prints what json_dumpf()
 * does, in less than half the time: jansson looks for loops in every object, and there are none.
 */
#ifndef JSON_PRINT_H
#define JSON_PRINT_H

#include <jansson.h>
#include <stdio.h>

/* An object, an array, a string, an integer, true or false. */
void json_print(FILE *file, const json_t *value);

#endif

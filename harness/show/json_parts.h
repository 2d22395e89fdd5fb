/* What the files of the JSON share; the objects are jansson's. */
#ifndef JSON_PARTS_H
#define JSON_PARTS_H

#include "expect/expectation.h"

#include <jansson.h>

/* A string; text of programs under test need not be UTF-8, which JSON must be: then it is quoted.
 */
json_t *json_text(const char *string);

/* A string that is NULL was not given. */
void put_text(json_t *object, const char *key, const char *string);
void put_number(json_t *object, const char *key, int64_t number);

/* Only where it is so. */
void put_true(json_t *object, const char *key, bool is_so);

/* "SIGPIPE" */
void put_signal(json_t *object, const char *key, int number);

/* `number` counts from 0, in the JSON from 1. */
json_t *expectation_json(const struct expectation *expectation, size_t number);

#endif

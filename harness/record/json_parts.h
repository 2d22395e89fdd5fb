/* Small pieces of JSON objects, made with jansson: what every writer of NAME.json needs. */
#ifndef JSON_PARTS_H
#define JSON_PARTS_H

#include "record/names.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * A JSON string. JSON must be UTF-8, and what a program under test prints need not be: then the
 * string is quoted as quote_bytes() does. The caller owns the reference.
 */
json_t *json_text(const char *string);

/* Sets a key to a string; NULL sets nothing. */
void put_text(json_t *object, const char *key, const char *string);

void put_number(json_t *object, const char *key, int64_t number);

/* Sets a key to true, or does not set it. */
void put_true(json_t *object, const char *key, bool is_true);

/* Sets a key to the name of a host; ANY_HOST sets nothing. */
void put_host(json_t *object, const char *key, enum host host);

/* Sets a key to a signal's name: "SIGPIPE". */
void put_signal(json_t *object, const char *key, int number);

#endif

/* An expectation as JSON. */
#ifndef EXPECTATION_JSON_H
#define EXPECTATION_JSON_H

#include "expect/expectation.h"

#include <jansson.h>

/*
 * One of "expectations" in NAME.json (docs/run.schema.json). `number` counts from 0, in
 * the JSON from 1. The caller owns the reference.
 */
json_t *expectation_json(const struct expectation *expectation, size_t number);

#endif

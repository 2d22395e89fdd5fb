/* Events of the timeline as JSON (jansson); docs/run.schema.json says what each has. */
#ifndef JSON_EVENT_H
#define JSON_EVENT_H

#include "record/timeline.h"

#include <jansson.h>

/* `frame` is the number of a packet in the capture, from 0. The caller owns the reference. */
json_t *event_json(const struct timeline *timeline, size_t index, size_t frame);

/* What an EVENT_ACTION and an EVENT_PACKET have beside that: json_action.c, json_packet.c. */
void put_action(json_t *object, const struct action *action);
void put_packet(json_t *object, const struct wire *wire, size_t frame);

#endif

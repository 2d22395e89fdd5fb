/* The part of the fact sheet that is about RSTs. */
#ifndef FACTS_PARTS_H
#define FACTS_PARTS_H

#include "diagnose/facts.h"
#include "diagnose/wire_parts.h"

/* Notes an RST with everything that came before it. */
void facts_note_reset(struct facts *facts, const struct segment *segment, enum side_name by);

/* At the end: which of the RSTs has ended the conversation. */
void facts_judge_resets(struct facts *facts);

/* Whether the handshake is complete, as far as has been seen. */
bool facts_are_open(const struct facts *facts);

#endif

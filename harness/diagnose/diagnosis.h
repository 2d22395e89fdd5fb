/* Which failure is this? */
#ifndef DIAGNOSIS_H
#define DIAGNOSIS_H

#include "diagnose/row.h"

/* Fills in what the conversation shows: at least one finding. Returns how many. */
int diagnose(const struct facts *facts, struct finding findings[static FINDINGS_MOST]);

#endif

/* What an event is about: looked up before the rules are asked. */
#ifndef MOMENT_H
#define MOMENT_H

#include "explain/rule.h"

/* The moment of an event, in the world before it. */
void moment_open(struct moment *moment, struct world *world, size_t index);

#endif

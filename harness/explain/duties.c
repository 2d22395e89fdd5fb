/* All duties, table by table. */
#include "explain/duty.h"

const struct duty *const duty_tables[] = { duties_wire, duties_process, NULL };

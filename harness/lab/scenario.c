#include "lab/scenario.h"

#include <stdio.h>
#include <sys/socket.h>

void run_name(char out[static RUN_NAME_BYTES], const struct story *of,
	      const struct variant *variant, int family)
{
	const bool is_first = variant == of->variants;

	snprintf(out, RUN_NAME_BYTES, "%s%s%s%s", of->name, is_first ? "" : "-",
		 is_first ? "" : variant->name, family == AF_INET6 ? "-inet6" : "");
}

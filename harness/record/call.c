#include "record/call.h"

bool call_is_preparation(const struct call *call)
{
	const bool failed_visibly = call->error && (call->inode || call->flags & CALL_SETS_ACTION);

	return call->flags & CALL_PREPARES && !failed_visibly;
}

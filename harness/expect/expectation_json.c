#include "expect/expectation_json.h"

#include "expect/kind.h"
#include "record/json_parts.h"

json_t *expectation_json(const struct expectation *expectation, size_t number)
{
	static const char *const verdicts[] = {
		[VERDICT_OPEN] = "open", [VERDICT_MET] = "met", [VERDICT_UNMET] = "unmet"
	};
	const struct expectation_kind *kind = expectation->kind;
	json_t *object = json_object();
	char wanted[256];

	put_number(object, "n", (int64_t)number + 1);
	json_object_set_new(object, "at",
			    json_sprintf("%s:%d", expectation->file, expectation->line));
	put_text(object, "kind", kind->name);
	if (expectation->who.name) {
		put_text(object, "who", expectation->who.name);
		put_text(object, "host", host_name(expectation->who.host));
		put_number(object, "program", expectation->who.program);
		put_number(object, "pid", expectation->who.pid);
		put_number(object, "since", (int64_t)expectation->from);
	}
	json_object_set_new(object, kind->key ? kind->key : kind->name,
			    kind->describe(expectation));
	expectation_wanted(wanted, sizeof(wanted), expectation);
	put_text(object, "wanted", wanted);
	put_text(object, "verdict", verdicts[expectation->verdict]);
	if (expectation_has_event(expectation))
		put_number(object, "event", (int64_t)expectation->event);
	put_text(object, "seen", expectation->seen);
	return object;
}

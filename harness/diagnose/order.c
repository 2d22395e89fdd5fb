#include "diagnose/wire_parts.h"

#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

/* A SYN this much before other numbers is of the same conversation. */
enum { NEAR_NUMBERS = 1 << 24 };

/* How far one side has come, as far as has been seen. */
struct progress {
	bool is_known;
	uint32_t end;
};

/*
 * How often something comes before what it follows: data beyond a gap, an acknowledgement of what
 * was not sent yet, a SYN. In the right order that is rare.
 */
static size_t disorder(const struct segment *segments, size_t count)
{
	struct progress progress[2] = { { .end = 0 } };
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct segment *s = &segments[i];
		struct progress *own = &progress[s->from], *other = &progress[!s->from];
		const uint32_t end = s->seq + s->bytes + !!(s->flags & (SYN | FIN));

		if (s->trouble || s->flags & RST)
			continue;
		if (s->flags & SYN && own->is_known) {
			const int32_t gone_on = seq_after(own->end, end);

			found += gone_on > 0 && gone_on < NEAR_NUMBERS;
			own->is_known = false; /* it may well be another conversation */
		}
		found += own->is_known && seq_after(s->seq, own->end) > 0;
		found += s->flags & ACK && other->is_known && seq_after(s->ack, other->end) > 0;
		if (!own->is_known || seq_after(end, own->end) > 0)
			*own = (struct progress){ true, end };
		if (s->flags & ACK && other->is_known && seq_after(s->ack, other->end) > 0)
			other->end = s->ack;
	}
	return found;
}

static int by_frame(const void *one, const void *other)
{
	const struct segment *a = one, *b = other;

	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

/* A clock that was set back goes on from where it was. */
static void straighten(struct segment *segments, size_t count)
{
	int64_t offset_ns = 0;

	for (size_t i = 0; i < count; i++) {
		struct segment *s = &segments[i];
		const int64_t before_ns = i > 0 ? segments[i - 1].time_ns : s->time_ns;

		/* a clock that is set again and again may run out of numbers */
		if (__builtin_add_overflow(s->time_ns, offset_ns, &s->time_ns))
			s->time_ns = before_ns;
		if (s->time_ns < before_ns) {
			offset_ns += before_ns - s->time_ns;
			s->time_ns = before_ns;
		}
		s->seen_ns = s->time_ns;
	}
}

void choose_order(struct segment *segments, size_t count)
{
	const size_t by_time = disorder(segments, count);
	struct segment *as_filed;

	if (by_time == 0)
		return;
	as_filed = malloc(count * sizeof(*segments));
	if (!as_filed)
		broken("allocate", "the capture");
	memcpy(as_filed, segments, count * sizeof(*segments));
	qsort(as_filed, count, sizeof(*as_filed), by_frame);
	if (disorder(as_filed, count) * 2 < by_time) {
		straighten(as_filed, count);
		memcpy(segments, as_filed, count * sizeof(*segments));
	}
	free(as_filed);
}

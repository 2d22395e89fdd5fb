#include "diagnose/notes.h"

enum { OUTAGE_AFTER = 3, NEXT_CONVERSATIONS = 64 };
static const int64_t NEXT_TRY_NS = INT64_C(5000) * 1000000;

/* The side that the note is about, and how often; false when there is nothing to note. */
struct kind {
	const char *id;
	bool (*holds)(const struct facts *facts, struct note *note);
	struct words says;
};

static bool for_side(const struct facts *facts, struct note *note,
		     unsigned int (*count)(const struct side *side, const struct side *other))
{
	for (int i = 0; i < 2; i++) {
		note->n = count(&facts->side[i], &facts->side[!i]);
		note->x = (enum side_name)i;
		if (note->n > 0)
			return true;
	}
	return false;
}

static bool is_guess(const struct facts *facts, struct note *note)
{
	(void)note;
	return facts->is_guess;
}

static unsigned int unseen(const struct side *side, const struct side *other)
{
	return side->sent.count > 1 && other->sent.count == 0 && other->rst.count == 0 &&
	       side->sent.count > side->syn.count && !side->is_ack_advancing;
}

static unsigned int unseen_but_there(const struct side *side, const struct side *other)
{
	return other->sent.count == 0 && side->is_ack_advancing;
}

static bool is_one_sided(const struct facts *facts, struct note *note)
{
	return for_side(facts, note, unseen);
}

static bool is_proved(const struct facts *facts, struct note *note)
{
	return for_side(facts, note, unseen_but_there);
}

static bool has_copies(const struct facts *facts, struct note *note)
{
	note->n = facts->conversation->copies;
	return note->n > 0;
}

static bool is_simultaneous(const struct facts *facts, struct note *note)
{
	(void)note;
	return facts->is_simultaneous;
}

static unsigned int data_on_syn(const struct side *side, const struct side *other)
{
	(void)other;
	return side->syn.count > 0 ? side->syn.first->bytes : 0;
}

static bool has_data_on_syn(const struct facts *facts, struct note *note)
{
	return for_side(facts, note, data_on_syn);
}

static bool is_accepted_late(const struct facts *facts, struct note *note)
{
	const struct side *client = &facts->side[CLIENT_SIDE], *server = &facts->side[SERVER_SIDE];

	note->n = client->syn.count;
	return facts->is_open && client->syn.count > 1 && server->syn.count > 0 &&
	       server->syn.first > client->syn.first + 1;
}

static unsigned int outage(const struct side *side, const struct side *other)
{
	(void)other;
	return side->most_resent >= OUTAGE_AFTER ? side->most_resent : 0;
}

static bool has_recovered(const struct facts *facts, struct note *note)
{
	return for_side(facts, note, outage);
}

static unsigned int answered_probes(const struct side *side, const struct side *other)
{
	return other->zero_probes ? 0 : side->probe.count - side->open_probe.count;
}

static bool has_keepalive(const struct facts *facts, struct note *note)
{
	if (facts->reset.segment && facts->reset.probe.count > 0)
		return false;
	return for_side(facts, note, answered_probes);
}

static bool has_late_reset(const struct facts *facts, struct note *note)
{
	note->x = facts->reset.by;
	return facts->reset.segment && facts->reset.is_closed;
}

static bool has_success(const struct facts *facts, struct note *note)
{
	const struct conversation *success = find_success(facts);

	if (success)
		note->n = (unsigned int)(success - facts->wire->conversations) + 1;
	return success;
}

static const struct kind kinds[] = {
	{ "roles-are-a-guess",
	  is_guess,
	  { { "begins in mid-connection: which side is the client is a guess, by the ports",
	      "연결 도중부터 캡처되었습니다. 어느 쪽이 클라이언트인지는 포트로 짐작한 것입니다" } } },
	{ "one-direction",
	  is_one_sided,
	  { { "only {X}'s segments were captured", "{X}가 보낸 것만 캡처되었습니다" } } },
	{ "peer-unseen",
	  is_proved,
	  { { "only {X}'s segments were captured; its acknowledgements advance, so the other side is there",
	      "{X}가 보낸 것만 캡처되었습니다. 확인 응답이 늘어나므로 상대는 살아 있습니다" } } },
	{ "copies",
	  has_copies,
	  { { "frames left out, as copies of others (captured more than once): {n}",
	      "다른 프레임의 복사본(두 번 이상 캡처됨)이어서 뺀 프레임: {n}개" } } },
	{ "simultaneous-open",
	  is_simultaneous,
	  { { "a simultaneous open: both sides have sent a SYN (RFC 9293 3.5)",
	      "simultaneous open: 양쪽이 SYN을 보냈습니다(RFC 9293 3.5)" } } },
	{ "data-on-syn",
	  has_data_on_syn,
	  { { "data on {X}'s SYN, in bytes: {n}",
	      "{X}의 SYN에 데이터 {n}바이트가 실려 있습니다" } } },
	{ "accepted-late",
	  is_accepted_late,
	  { { "the SYN was sent {n} times before it was accepted",
	      "SYN을 {n}번 보낸 뒤에야 연결되었습니다" } } },
	{ "outage",
	  has_recovered,
	  { { "an outage: {X} sent the same again {n} times, and then the answer came",
	      "잠시 끊겼습니다. {X}가 {n}번 재전송한 뒤에 답이 왔습니다" } } },
	{ "keepalive-answered",
	  has_keepalive,
	  { { "keepalive probes of {X}, answered: {n}",
	      "{X}의 keepalive 탐침 {n}개에 모두 답이 왔습니다" } } },
	{ "late-reset",
	  has_late_reset,
	  { { "an RST of {X} after both sides had closed: it does no harm",
	      "양쪽이 닫은 뒤에 {X}의 RST가 왔습니다. 해가 없습니다" } } },
	{ "then-success",
	  has_success,
	  { { "the next try succeeded: connection {n}", "다음 시도는 성공했습니다: 연결 {n}" } } },
};

int find_notes(const struct facts *facts, struct note notes[static NOTES_MOST])
{
	int count = 0;

	_Static_assert(sizeof(kinds) / sizeof(kinds[0]) <= NOTES_MOST, "room for each");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct note note = { .id = kinds[i].id, .says = kinds[i].says };
		if (kinds[i].holds(facts, &note))
			notes[count++] = note;
	}
	return count;
}

/* Whether this one is a try at the same port: of the same address, or of one of the other family.
 */
static bool is_next_try(const struct facts *facts, const struct conversation *next)
{
	const struct wire *wire = facts->wire;
	const uint32_t server = facts->side[SERVER_SIDE].endpoint;
	const struct flow flow = wire_flow(wire, next->flow);

	for (int i = 0; i < 2; i++) {
		const uint32_t to = flow.ends[i];
		struct address one, other;

		if (wire->accepted[to] == 0 || wire_port(wire, to) != wire_port(wire, server))
			continue;
		one = wire_address(wire, to);
		other = wire_address(wire, server);
		if (one.family != other.family || address_equal(&one, &other))
			return true;
	}
	return false;
}

const struct conversation *find_success(const struct facts *facts)
{
	const struct conversation *next = facts->conversation + 1;
	const struct conversation *end =
		facts->wire->conversations + facts->wire->conversation_count;

	if (facts->is_open)
		return NULL;
	for (int i = 0; i < NEXT_CONVERSATIONS && next < end; i++, next++) {
		struct facts other;

		if (facts->wire->segments[next->first].time_ns > facts->last->time_ns + NEXT_TRY_NS)
			return NULL;
		if (!is_next_try(facts, next))
			continue;
		facts_find(&other, facts->wire, next);
		if (other.is_open && !other.is_guess && !other.reset.segment)
			return next;
	}
	return NULL;
}

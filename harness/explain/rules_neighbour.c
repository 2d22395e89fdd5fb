/* Who has this address? ARP and its like in IPv6; and what ICMP errors say of a way. */
#include "explain/silence.h"

/* mcast_solicit, arp(7): so often a host asks before it says "unreachable". */
enum { ROUND = 3 };

static const struct packet *question(const struct moment *moment)
{
	const struct packet *packet = &moment->event->wire.packet;

	return packet->kind == PACKET_NEIGHBOUR && packet->is_question ? packet : NULL;
}

/* What was asked before about the same address; NULL: nothing. */
static const struct neighbour *asked(const struct moment *moment)
{
	const struct neighbour *rows = moment->world->neighbours.at;
	const struct packet *packet = question(moment);

	for (size_t i = 0; packet && i < moment->world->neighbours.count; i++)
		if (rows[i].asks == moment->event->host && rows[i].question != NO_EVENT &&
		    address_equal(&rows[i].about, &packet->to))
			return &rows[i];
	return NULL;
}

static void newer(const struct world *world, size_t *found, size_t event)
{
	if (event != NO_EVENT &&
	    (*found == NO_EVENT || time_of(world, event) > time_of(world, *found)))
		*found = event;
}

/* What is to be sent there: a call that is in progress, what was given, what is to be answered. */
static size_t to_be_sent(const struct world *world, enum host host)
{
	struct pcb *const *pcbs = world->all_pcbs.at;
	struct tcb *const *tcbs = world->all_tcbs.at;
	size_t found = NO_EVENT;

	for (size_t i = 0; i < world->all_pcbs.count; i++) {
		const struct thread *threads = pcbs[i]->threads.at;

		for (size_t t = 0; pcbs[i]->host == host && t < pcbs[i]->threads.count; t++)
			for (int p = 0; p < threads[t].pending_count; p++) {
				const struct call *call =
					&event_at(world, threads[t].pending[p])->call;

				if (call->name[0] == 'c' && call->name[1] == 'o') /* connect */
					newer(world, &found, threads[t].pending[p]);
			}
	}
	for (size_t i = 0; i < world->all_tcbs.count; i++) {
		const struct tcb *tcb = tcbs[i];
		const struct given *given = tcb->given.at;

		if (tcb->host != host)
			continue;
		if (tcb->given.count > 0)
			newer(world, &found, given[tcb->given.count - 1].call);
		newer(world, &found, tcb->closed);
		if (tcb_last_got(tcb))
			newer(world, &found, tcb_last_got(tcb)->event);
		if (tcb_last_sent(tcb) && tcb->una < tcb->next)
			newer(world, &found, tcb_last_sent(tcb)->event);
	}
	/* a segment that nobody is known to take is to be answered, too */
	if (found == NO_EVENT && world->segment_count > 0 &&
	    event_at(world, world->segments[world->segment_count - 1].event)->host != host)
		found = world->segments[world->segment_count - 1].event;
	if (found == NO_EVENT && world->last_question != NO_EVENT && host == ROUTER)
		found = world->last_question;
	return found;
}

static bool asks_first(struct moment *moment)
{
	size_t cause;

	if (!question(moment) || asked(moment))
		return false;
	cause = to_be_sent(moment->world, moment->event->host);
	return cause != NO_EVENT && because(moment, cause);
}

/* A question waits for its answer: neigh/default/retrans_time_ms, which the lab may shorten. */
static bool has_waited(const struct moment *moment, const struct neighbour *neighbour)
{
	const int64_t wait =
		moment->world->ask_again_ns ? moment->world->ask_again_ns : INT64_C(1000000000);

	return moment->event->time_ns - time_of(moment->world, neighbour->question) >=
	       wait - TICK_NS;
}

static bool asks_again(struct moment *moment)
{
	const struct neighbour *neighbour = asked(moment);

	return neighbour && neighbour->unanswered > 0 && neighbour->unanswered % ROUND != 0 &&
	       has_waited(moment, neighbour) && because(moment, neighbour->question);
}

/* The host gave up and said so to itself; now TCP tries again. */
static bool asks_anew(struct moment *moment)
{
	const struct neighbour *neighbour = asked(moment);

	if (!neighbour || neighbour->unanswered == 0 || neighbour->unanswered % ROUND != 0 ||
	    !has_waited(moment, neighbour))
		return false;
	because(moment, to_be_sent(moment->world, moment->event->host));
	because(moment, neighbour->question);
	return because(moment, fault_on_way(moment->world, (unsigned int)moment->event->host,
					    (unsigned int)other_host(moment->event->host)));
}

static bool asks_to_verify(struct moment *moment)
{
	const struct neighbour *neighbour = asked(moment);

	if (!neighbour || neighbour->unanswered > 0)
		return false;
	because(moment, to_be_sent(moment->world, moment->event->host));
	return because(moment, moment->world->flushed);
}

static bool replies(struct moment *moment)
{
	const struct packet *packet = &moment->event->wire.packet;
	const struct neighbour *rows = moment->world->neighbours.at;

	if (packet->kind != PACKET_NEIGHBOUR || packet->is_question)
		return false;
	for (size_t i = 0; i < moment->world->neighbours.count; i++)
		if (address_equal(&rows[i].about, &packet->from) && rows[i].unanswered > 0 &&
		    rows[i].asks != moment->event->host)
			return because(moment, rows[i].question);
	return false;
}

/* ICMP ----------------------------------------------------------------------------------- */

/* An error of this kind, about a segment that was lost so. */
static bool tells_of(struct moment *moment, enum unreachable reason, size_t fault)
{
	const struct packet *packet = &moment->event->wire.packet;

	if (packet->kind != PACKET_ICMP || packet->unreachable != reason || fault == NO_EVENT ||
	    !moment->lost)
		return false;
	because(moment, moment->lost->event);
	return because(moment, fault);
}

static bool no_neighbour(struct moment *moment)
{
	const unsigned int to = moment->tcb ? moment->tcb->peer_at : HOST_COUNT;

	return to < HOST_COUNT &&
	       tells_of(moment, HOST_UNREACHABLE, moment->world->faults[to].detached);
}

static bool no_route(struct moment *moment)
{
	return tells_of(moment, NET_UNREACHABLE,
			moment->world->faults[moment->event->host].no_route);
}

static bool prohibited(struct moment *moment)
{
	return tells_of(moment, PROHIBITED, moment->world->faults[moment->event->host].prohibited);
}

const struct rule rules_neighbour[] = {
	{ .id = "neighbour.ask",
	  .kind = EVENT_PACKET,
	  .holds = asks_first,
	  .condition = "the first question about it; the host has something to send",
	  .english = "the {host} has something to send there, and does not know who has the "
		     "address",
	  .korean = "{host} 호스트가 보낼 것이 있는데 그 주소를 누가 가졌는지 모른다",
	  .source = "RFC 826, RFC 4861 7.2.2, arp_solicit()" },
	{ .id = "neighbour.ask-again",
	  .kind = EVENT_PACKET,
	  .holds = asks_again,
	  .repeats = true,
	  .condition = "the last question is unanswered; not yet three in a row",
	  .english = "nobody has answered: asked again",
	  .korean = "대답이 없어 다시 묻는다",
	  .source = "arp(7) mcast_solicit, neigh_timer_handler()" },
	{ .id = "neighbour.ask-anew",
	  .kind = EVENT_PACKET,
	  .holds = asks_anew,
	  .repeats = true,
	  .condition = "three questions, or a multiple, are unanswered: the host has told itself "
		       "\"unreachable\"",
	  .english = "the host has given up asking; what TCP sends again makes it ask anew",
	  .korean = "묻기를 포기했다가, TCP가 다시 보내려 하자 새로 묻는다",
	  .source = "arp_error_report(), neigh_timer_handler()",
	  .counter = "TcpRetransSegs" },
	{ .id = "neighbour.verify",
	  .kind = EVENT_PACKET,
	  .holds = asks_to_verify,
	  .condition = "the last question was answered",
	  .english = "what the {host} knew is old, or was taken away: it asks again",
	  .korean = "알던 것이 낡았거나 지워져 다시 묻는다",
	  .source = "RFC 4861 7.3.3, neigh_timer_handler(), NUD_PROBE" },
	{ .id = "neighbour.reply",
	  .kind = EVENT_PACKET,
	  .holds = replies,
	  .condition = "a question about this address of it is unanswered",
	  .english = "the {host} has the address that was asked for",
	  .korean = "물은 주소를 {host} 호스트가 갖고 있다고 답한다",
	  .source = "RFC 826, RFC 4861 7.2.4, arp_process()" },
	{ .id = "icmp.no-neighbour",
	  .kind = EVENT_PACKET,
	  .holds = no_neighbour,
	  .repeats = true,
	  .condition =
		  "host unreachable; it quotes a segment to a host that has its address no more",
	  .english = "the router finds nobody with the address",
	  .korean = "라우터가 그 주소를 가진 호스트를 찾지 못한다",
	  .source = "RFC 1812 5.2.7.1, ipv4_link_failure()",
	  .counter = "IcmpOutDestUnreachs" },
	{ .id = "icmp.no-route",
	  .kind = EVENT_PACKET,
	  .holds = no_route,
	  .repeats = true,
	  .condition = "net unreachable; it quotes a segment, and the route was taken away",
	  .english = "the router knows no way there",
	  .korean = "라우터가 그곳으로 가는 길을 모른다",
	  .source = "RFC 1812 5.2.7.1, ip_error()",
	  .counter = "IcmpOutDestUnreachs" },
	{ .id = "icmp.prohibited",
	  .kind = EVENT_PACKET,
	  .holds = prohibited,
	  .repeats = true,
	  .condition = "prohibited; it quotes a segment, and the router has such a route",
	  .english = "the router is not allowed to pass it on",
	  .korean = "라우터가 통과시키지 못하게 되어 있다",
	  .source = "RFC 1812 5.2.7.1, ip_error()",
	  .counter = "IcmpOutDestUnreachs" },
	{ 0 },
};

#include "explain/world.h"

#include "base/memory.h"
#include "explain/rule.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

void *world_alloc(struct world *world, size_t bytes)
{
	void *piece = xcalloc(1, bytes ? bytes : 1);

	rows_add_pointer(&world->arena, piece);
	return piece;
}

/*
 * The events by their stamps; of one stamp in the order of noting. They come nearly so: each is put
 * where it belongs among the few before it.
 */
static void sort_events(struct world *world)
{
	const struct timeline *timeline = world->timeline;

	world->order = world_alloc(world, timeline->count * sizeof(*world->order));
	for (size_t i = 0; i < timeline->count; i++) {
		size_t at = i;

		for (; at > 0 &&
		       timeline->events[world->order[at - 1]].time_ns > timeline->events[i].time_ns;
		     at--)
			world->order[at] = world->order[at - 1];
		world->order[at] = i;
	}
}

/* A socket that connects again has other ports each time: the record tells the last ones. */
static void note_use(struct world *world, const struct event *event, size_t order)
{
	struct sock *sock = world_add_sock(world, event->call.inode, event->host);

	sock->last_use = order;
	if (strcmp(event->call.family, "connect") != 0)
		return;
	if (++sock->connects > 1)
		sock->local_port = 0;
}

/* What only later events tell: the ports of sockets, and which calls are the last on them. */
static void look_ahead(struct world *world)
{
	const struct timeline *timeline = world->timeline;

	for (size_t i = 0; i < timeline->socket_count; i++) {
		const struct socket_row *row = &timeline->sockets[i];
		struct sock *sock;

		if (row->inode == 0 || row->remote_port == 0)
			continue;
		sock = world_add_sock(world, row->inode, row->host);
		sock->local_port = row->local_port;
		sock->remote_port = row->remote_port;
	}
	for (size_t i = 0; i < timeline->count; i++) {
		const struct event *event = event_at(world, world->order[i]);

		world->segment_count += event->kind == EVENT_PACKET;
		if (event->kind == EVENT_RETURN && event->call.inode &&
		    (event->call.error == EAGAIN || event->call.error == EINPROGRESS))
			world_add_sock(world, event->call.inode, event->host)->never_waits = true;
		if (event->kind != EVENT_ENTER)
			continue;
		world->processes_are_seen = true;
		if (event->call.inode)
			note_use(world, event, i);
	}
}

void world_open(struct world *world, const struct timeline *timeline)
{
	memset(world, 0, sizeof(*world));
	world->timeline = timeline;
	for (int host = 0; host < HOST_COUNT; host++) {
		world->faults[host] =
			(struct host_faults){ NO_EVENT, NO_EVENT, NO_EVENT, NO_EVENT, NO_EVENT };
		*(struct address *)rows_add(&world->places, sizeof(struct address)) =
			timeline->addresses[host];
	}
	world->flushed = world->last_question = NO_EVENT;
	sort_events(world);
	look_ahead(world);
	world->segments = world_alloc(world, world->segment_count * sizeof(*world->segments));
	world->segment_count = 0;
	world->tcb_of_row = world_alloc(world, timeline->socket_count * sizeof(void *));
}

static void free_pcb(struct pcb *pcb)
{
	struct rows *const all[] = { &pcb->descriptors,   &pcb->had,     &pcb->threads,
				     &pcb->thread_births, &pcb->signals, &pcb->sent,
				     &pcb->typed,         &pcb->zombies, &pcb->untold };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		rows_free(all[i]);
}

void world_close(struct world *world)
{
	struct rows *const all[] = { &world->places,   &world->neighbours, &world->forgeries,
				     &world->all_pcbs, &world->all_socks,  &world->all_listeners,
				     &world->all_tcbs, &world->connecting, &world->arena };
	struct map *const maps[] = { &world->pcbs, &world->socks, &world->tcbs, &world->listeners };

	for (size_t i = 0; i < world->all_pcbs.count; i++)
		free_pcb(((struct pcb **)world->all_pcbs.at)[i]);
	for (size_t i = 0; i < world->all_tcbs.count; i++)
		tcb_free(((struct tcb **)world->all_tcbs.at)[i]);
	for (size_t i = 0; i < world->all_listeners.count; i++)
		rows_free(&((struct listener **)world->all_listeners.at)[i]->queue);
	for (size_t i = 0; i < world->arena.count; i++)
		free(((void **)world->arena.at)[i]);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		rows_free(all[i]);
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		map_free(maps[i]);
}

/* Places and what is there --------------------------------------------------------------- */

unsigned int world_place(struct world *world, const struct address *address)
{
	const struct address *places = world->places.at;

	for (size_t i = 1; i < world->places.count; i++)
		if (address_equal(&places[i], address))
			return (unsigned int)i;
	*(struct address *)rows_add(&world->places, sizeof(*address)) = *address;
	return (unsigned int)world->places.count - 1;
}

enum host other_host(enum host host)
{
	return host == CLIENT ? SERVER : CLIENT;
}

static uint64_t tcb_key(unsigned int at, uint16_t port, unsigned int peer_at, uint16_t peer_port)
{
	return (uint64_t)at << 48 | (uint64_t)peer_at << 32 | (uint64_t)port << 16 | peer_port;
}

struct pcb *world_pcb(const struct world *world, pid_t pid)
{
	return pid ? map_find(&world->pcbs, (uint64_t)pid) : NULL;
}

struct sock *world_sock(const struct world *world, uint64_t inode)
{
	return inode ? map_find(&world->socks, inode) : NULL;
}

struct listener *world_listener(const struct world *world, unsigned int at, uint16_t port)
{
	return map_find(&world->listeners, (uint64_t)at << 16 | port);
}

struct tcb *world_tcb(const struct world *world, unsigned int at, uint16_t port,
		      unsigned int peer_at, uint16_t peer_port)
{
	return map_find(&world->tcbs, tcb_key(at, port, peer_at, peer_port));
}

struct tcb *tcb_peer(const struct world *world, const struct tcb *tcb)
{
	return world_tcb(world, tcb->peer_at, tcb->remote_port, tcb->at, tcb->local_port);
}

struct sock *world_add_sock(struct world *world, uint64_t inode, enum host host)
{
	struct sock *sock = world_sock(world, inode);

	if (sock)
		return sock;
	sock = world_alloc(world, sizeof(*sock));
	*sock = (struct sock){ .inode = inode, .host = host };
	for (int i = 0; i < OPTIONS; i++)
		sock->options[i] = NO_EVENT;
	map_put(&world->socks, inode, sock);
	rows_add_pointer(&world->all_socks, sock);
	return sock;
}

struct tcb *world_add_tcb(struct world *world, unsigned int at, unsigned int peer_at)
{
	struct tcb *tcb = world_alloc(world, sizeof(*tcb));

	tcb_init(tcb);
	tcb->at = at;
	tcb->peer_at = peer_at;
	tcb->host = at < HOST_COUNT ? (enum host)at : ANY_HOST;
	tcb->observed = world->processes_are_seen && tcb->host != ANY_HOST;
	rows_add_pointer(&world->all_tcbs, tcb);
	return tcb;
}

void world_register(struct world *world, struct tcb *tcb)
{
	const uint64_t key = tcb_key(tcb->at, tcb->local_port, tcb->peer_at, tcb->remote_port);
	struct tcb *earlier = map_find(&world->tcbs, key);

	if (earlier == tcb)
		return;
	tcb->earlier = earlier;
	map_put(&world->tcbs, key, tcb);
}

size_t tcb_option(const struct world *world, const struct tcb *tcb, enum option option)
{
	const struct sock *sock = world_sock(world, tcb->inode);

	if (sock && sock->options[option] != NO_EVENT)
		return sock->options[option];
	return tcb->listener ? tcb->listener->sock->options[option] : NO_EVENT;
}

size_t fault_on_way(const struct world *world, unsigned int from, unsigned int to)
{
	const struct host_faults *faults = world->faults;

	if (to < HOST_COUNT && faults[to].drops != NO_EVENT)
		return faults[to].drops;
	if (from < HOST_COUNT && faults[from].crashed != NO_EVENT)
		return faults[from].crashed;
	if (to < HOST_COUNT)
		return faults[to].detached;
	return NO_EVENT;
}

struct neighbour *world_neighbour(struct world *world, enum host asks, const struct address *about)
{
	struct neighbour *rows = world->neighbours.at;

	for (size_t i = 0; i < world->neighbours.count; i++)
		if (rows[i].asks == asks && address_equal(&rows[i].about, about))
			return &rows[i];
	rows = rows_add(&world->neighbours, sizeof(*rows));
	*rows = (struct neighbour){ .asks = asks,
				    .about = *about,
				    .question = NO_EVENT,
				    .answer = NO_EVENT,
				    .first = NO_EVENT };
	return rows;
}

/* States --------------------------------------------------------------------------------- */

/* The observer has come to the newest step with this state. */
static void see_state(struct tcb *tcb, const struct event *event, size_t index)
{
	int seen = tcb->seen;

	for (int i = tcb->seen + 1; i < tcb->step_count; i++)
		if (tcb->steps[i].state == event->state.to)
			seen = i;
	tcb->watched = true;
	tcb->polled = event->state.to;
	if (event->state.to == TCP_CLOSE && tcb_state(tcb) != TCP_CLOSE) {
		if (tcb_state(tcb) == TCP_SYN_SENT && tcb->icmp != NO_EVENT)
			tcb_give_up(tcb, tcb->soft_error, tcb->icmp, BY_UNREACHABLE);
		else
			tcb_step(tcb, TCP_CLOSE, BY_GIVING_UP, index);
		seen = tcb->step_count - 1;
	}
	tcb->seen = seen;
}

void world_take_state(struct world *world, struct moment *moment)
{
	const struct event *event = moment->event;

	if (event->kind == EVENT_BACKOFF) {
		if (moment->tcb) {
			moment->tcb->backoff = event->backoff.times > 0 ? moment->index : NO_EVENT;
			moment->tcb->times = event->backoff.times;
			moment->tcb->doublings = moment->tcb->timeouts + moment->tcb->probes;
		}
		return;
	}
	if (moment->tcb)
		see_state(moment->tcb, event, moment->index);
	if (moment->listener) {
		moment->listener->watched = true;
		moment->listener->seen = event->state.to == TCP_LISTEN;
	}
	(void)world;
}

#include "observe/sockets.h"

#include "base/clock.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

enum { NO_SOCKET = -1 };

/* One end of a connection, or a listener (remote port 0). */
struct watch {
	enum host host;
	struct address local, remote;
	uint16_t local_port, remote_port;
	ssize_t row; /* in timeline.sockets, of the socket that was last seen here */
	bool over;   /* it was seen and is gone: it is not looked up again */
};

void sockets_open(struct sockets *sockets, struct timeline *timeline)
{
	memset(sockets, 0, sizeof(*sockets));
	sockets->timeline = timeline;
}

void sockets_close(struct sockets *sockets)
{
	for (int host = 0; host < HOST_COUNT; host++)
		if (sockets->netlink[host])
			mnl_socket_close(sockets->netlink[host]);
	free(sockets->watches);
	memset(sockets, 0, sizeof(*sockets));
}

/* A dump of no state at all: an error means that the kernel has no inet_diag for TCP. */
static bool can_ask(struct mnl_socket *netlink)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header = netlink_request(&buf, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	ssize_t n;

	request->sdiag_family = AF_INET;
	request->sdiag_protocol = IPPROTO_TCP;
	n = netlink_ask(netlink, header, &buf);
	return n > 0 && mnl_cb_run(buf.bytes, (size_t)n, 0, 0, NULL, NULL) >= 0;
}

void sockets_add_host(struct sockets *sockets, enum host host)
{
	struct mnl_socket *netlink = netlink_open(NETLINK_SOCK_DIAG, 0);

	if (!netlink || !can_ask(netlink))
		give_up(ENDING_CANNOT_RUN,
			"cannot ask the kernel for TCP states (sock_diag): %s.\n"
			"  The kernel needs CONFIG_INET_TCP_DIAG; try: sudo modprobe tcp_diag",
			strerror(errno));
	if (sockets->netlink[host])
		mnl_socket_close(sockets->netlink[host]);
	sockets->netlink[host] = netlink;
}

/* A SYN on a pair of ports that was used before begins a new connection. */
static void add_watch(struct sockets *sockets, struct watch watch)
{
	for (size_t i = 0; i < sockets->watch_count; i++) {
		struct watch *old = &sockets->watches[i];

		if (old->host == watch.host && old->local_port == watch.local_port &&
		    old->remote_port == watch.remote_port &&
		    address_equal(&old->remote, &watch.remote)) {
			old->over = false;
			return;
		}
	}
	sockets->watches = xgrow(sockets->watches, sockets->watch_count, sizeof(*sockets->watches));
	watch.row = NO_SOCKET;
	sockets->watches[sockets->watch_count++] = watch;
}

void sockets_watch_listener(struct sockets *sockets, enum host host, uint16_t port)
{
	const struct address *address = &sockets->timeline->addresses[host];

	add_watch(sockets, (struct watch){ .host = host,
					   .local = *address,
					   .remote.family = address->family,
					   .local_port = port });
}

static void watch_both_ends(struct sockets *sockets, const struct packet *syn)
{
	const struct address *addresses = sockets->timeline->addresses;

	for (int host = 0; host < HOST_COUNT; host++) {
		if (!sockets->netlink[host])
			continue;
		if (address_equal(&addresses[host], &syn->from))
			add_watch(sockets, (struct watch){ .host = host,
							   .local = syn->from,
							   .remote = syn->to,
							   .local_port = syn->from_port,
							   .remote_port = syn->to_port });
		if (address_equal(&addresses[host], &syn->to))
			add_watch(sockets, (struct watch){ .host = host,
							   .local = syn->to,
							   .remote = syn->from,
							   .local_port = syn->to_port,
							   .remote_port = syn->from_port });
	}
}

static void copy_address(__be32 to[4], const struct address *from)
{
	memset(to, 0, 4 * sizeof(*to));
	memcpy(to, &from->v4, from->family == AF_INET6 ? sizeof(from->v6) : sizeof(from->v4));
}

struct answer {
	struct inet_diag_msg socket;
	bool has_info; /* false in TIME_WAIT */
	struct tcp_info info;
};

/* The attribute may be shorter (older kernels) or longer than our struct. */
static int take_info(const struct nlattr *attribute, void *argument)
{
	struct answer *answer = argument;
	const size_t bytes = mnl_attr_get_payload_len(attribute);

	if (mnl_attr_get_type(attribute) != INET_DIAG_INFO)
		return MNL_CB_OK;
	memset(&answer->info, 0, sizeof(answer->info));
	memcpy(&answer->info, mnl_attr_get_payload(attribute),
	       bytes < sizeof(answer->info) ? bytes : sizeof(answer->info));
	answer->has_info = true;
	return MNL_CB_STOP;
}

/*
 * Looks one socket up as the kernel would for a segment that arrives; false when there is none.
 * Source: inet_diag_dump_one_icsk(), which also finds what is in TIME_WAIT.
 */
static bool ask(struct mnl_socket *netlink, const struct watch *watch, struct answer *answer)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header = netlink_request(&buf, SOCK_DIAG_BY_FAMILY, 0);
	struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	ssize_t n;

	request->sdiag_family = (uint8_t)watch->local.family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	request->idiag_states = ~0u;
	request->id.idiag_cookie[0] = request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	request->id.idiag_sport = htons(watch->local_port);
	request->id.idiag_dport = htons(watch->remote_port);
	copy_address(request->id.idiag_src, &watch->local);
	copy_address(request->id.idiag_dst, &watch->remote);
	n = netlink_ask(netlink, header, &buf);
	if (n < 0)
		broken("read", "a TCP state");
	header = (struct nlmsghdr *)buf.bytes;
	if (!mnl_nlmsg_ok(header, (int)n) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return false; /* NLMSG_ERROR: ENOENT */
	memcpy(&answer->socket, mnl_nlmsg_get_payload(header), sizeof(answer->socket));
	answer->has_info = false;
	mnl_attr_parse(header, sizeof(answer->socket), take_info, answer);
	/* where there is no such connection (yet, or any more) the kernel finds the listener */
	return watch->remote_port == 0 || answer->socket.idiag_state != TCP_LISTEN;
}

static int note_state(struct sockets *sockets, const struct watch *watch, int state)
{
	struct socket_row *row = &sockets->timeline->sockets[watch->row];
	struct event event = { .kind = EVENT_STATE, .time_ns = now_ns(), .host = watch->host };

	if (row->state == state)
		return 0;
	event.state.socket = (size_t)watch->row;
	event.state.from = row->state;
	event.state.to = state;
	row->state = state;
	timeline_append(sockets->timeline, &event);
	return 1;
}

static int note_backoff(struct sockets *sockets, const struct watch *watch,
			const struct tcp_info *info)
{
	struct socket_row *row = &sockets->timeline->sockets[watch->row];
	struct event event = { .kind = EVENT_BACKOFF, .time_ns = now_ns(), .host = watch->host };
	const bool changed = row->backoff != info->tcpi_backoff;

	if (changed) {
		event.backoff.socket = (size_t)watch->row;
		event.backoff.from_times = row->backoff;
		event.backoff.times = info->tcpi_backoff;
		event.backoff.from_us = row->rto_us;
		event.backoff.to_us = info->tcpi_rto;
		timeline_append(sockets->timeline, &event);
	}
	row->backoff = info->tcpi_backoff;
	row->rto_us = info->tcpi_rto;
	return changed;
}

static int read_one(struct sockets *sockets, struct watch *watch)
{
	struct answer answer;
	struct socket_row *row;
	uint64_t cookie;
	int changed = 0;

	if (!ask(sockets->netlink[watch->host], watch, &answer)) {
		if (watch->row == NO_SOCKET)
			return 0;
		changed = note_state(sockets, watch, TCP_CLOSE);
		watch->over = watch->remote_port != 0;
		return changed;
	}
	cookie = ((uint64_t)answer.socket.id.idiag_cookie[1] << 32) |
		 answer.socket.id.idiag_cookie[0];
	if (watch->row != NO_SOCKET && sockets->timeline->sockets[watch->row].cookie != cookie)
		changed = note_state(sockets, watch, TCP_CLOSE); /* another socket took its place */
	watch->row = (ssize_t)timeline_socket(sockets->timeline, watch->host, cookie);
	row = &sockets->timeline->sockets[watch->row];
	row->local_port = watch->local_port;
	row->remote_port = watch->remote_port;
	if (answer.socket.idiag_inode)
		row->inode = answer.socket.idiag_inode;
	changed += note_state(sockets, watch, answer.socket.idiag_state);
	return changed + (answer.has_info ? note_backoff(sockets, watch, &answer.info) : 0);
}

int sockets_read(struct sockets *sockets)
{
	struct timeline *timeline = sockets->timeline;
	int changed = 0;

	for (; sockets->events_read < timeline->count; sockets->events_read++) {
		const struct event *event = &timeline->events[sockets->events_read];

		if (event->kind == EVENT_PACKET && event->wire.packet.kind == PACKET_TCP &&
		    (event->wire.packet.flags & (SYN | ACK)) == SYN)
			watch_both_ends(sockets, &event->wire.packet);
	}
	for (size_t i = 0; i < sockets->watch_count; i++)
		if (!sockets->watches[i].over)
			changed += read_one(sockets, &sockets->watches[i]);
	return changed;
}

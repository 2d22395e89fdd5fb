#include "observe/socket_diag.h"

#include "base/fail.h"
#include "base/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>

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

struct mnl_socket *socket_diag_open(void)
{
	struct mnl_socket *netlink = netlink_open(NETLINK_SOCK_DIAG, 0);

	if (!netlink || !can_ask(netlink))
		give_up(ENDING_CANNOT_RUN,
			"cannot ask the kernel for TCP states (sock_diag): %s.\n"
			"  The kernel needs CONFIG_INET_TCP_DIAG; try: sudo modprobe tcp_diag",
			strerror(errno));
	return netlink;
}

static void copy_address(__be32 to[4], const struct address *from)
{
	memset(to, 0, 4 * sizeof(*to));
	memcpy(to, &from->v4, from->family == AF_INET6 ? sizeof(from->v6) : sizeof(from->v4));
}

/* The attribute may be shorter (older kernels) or longer than our struct. */
static int take_info(const struct nlattr *attribute, void *argument)
{
	struct socket_answer *answer = argument;
	const size_t bytes = mnl_attr_get_payload_len(attribute);
	struct tcp_info info = { 0 };

	if (mnl_attr_get_type(attribute) != INET_DIAG_INFO)
		return MNL_CB_OK;
	memcpy(&info, mnl_attr_get_payload(attribute), bytes < sizeof(info) ? bytes : sizeof(info));
	answer->has_info = true;
	answer->backoff = info.tcpi_backoff;
	answer->rto_us = info.tcpi_rto;
	return MNL_CB_STOP;
}

bool socket_diag_ask(struct mnl_socket *netlink, const struct socket_name *name,
		     struct socket_answer *answer)
{
	struct netlink_buffer buf;
	struct nlmsghdr *header = netlink_request(&buf, SOCK_DIAG_BY_FAMILY, 0);
	struct inet_diag_req_v2 *request = mnl_nlmsg_put_extra_header(header, sizeof(*request));
	const struct inet_diag_msg *found;
	ssize_t n;

	request->sdiag_family = (uint8_t)name->local.family;
	request->sdiag_protocol = IPPROTO_TCP;
	request->idiag_ext = 1 << (INET_DIAG_INFO - 1);
	request->idiag_states = ~0u;
	request->id.idiag_cookie[0] = request->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	request->id.idiag_sport = htons(name->local_port);
	request->id.idiag_dport = htons(name->remote_port);
	copy_address(request->id.idiag_src, &name->local);
	copy_address(request->id.idiag_dst, &name->remote);
	n = netlink_ask(netlink, header, &buf);
	if (n < 0)
		broken("read", "a TCP state");
	header = (struct nlmsghdr *)buf.bytes;
	if (!mnl_nlmsg_ok(header, (int)n) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return false; /* NLMSG_ERROR: ENOENT */
	found = mnl_nlmsg_get_payload(header);
	*answer = (struct socket_answer){
		.state = found->idiag_state,
		.cookie = ((uint64_t)found->id.idiag_cookie[1] << 32) | found->id.idiag_cookie[0],
		.inode = found->idiag_inode,
	};
	mnl_attr_parse(header, sizeof(*found), take_info, answer);
	/* where there is no such connection (yet, or any more) the kernel finds the listener */
	return name->remote_port == 0 || answer->state != TCP_LISTEN;
}

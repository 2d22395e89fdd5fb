#include "base/netlink.h"

#include <errno.h>
#include <sys/socket.h>

struct mnl_socket *netlink_open(int protocol, unsigned int groups)
{
	struct mnl_socket *netlink = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	int error;

	if (!netlink || mnl_socket_bind(netlink, groups, MNL_SOCKET_AUTOPID) == 0)
		return netlink;
	error = errno;
	mnl_socket_close(netlink);
	errno = error;
	return NULL;
}

struct nlmsghdr *netlink_request(struct netlink_buffer *buffer, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(buffer->bytes);

	header->nlmsg_type = type;
	header->nlmsg_flags = flags | NLM_F_REQUEST;
	return header;
}

ssize_t netlink_ask(struct mnl_socket *netlink, const struct nlmsghdr *request,
		    struct netlink_buffer *answer)
{
	if (mnl_socket_sendto(netlink, request, request->nlmsg_len) < 0)
		return -1;
	return mnl_socket_recvfrom(netlink, answer->bytes, sizeof(answer->bytes));
}

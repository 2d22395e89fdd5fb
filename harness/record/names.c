#include "record/names.h"

#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

const char *host_name(enum host host)
{
	static const char *const names[] = {
		[ANY_HOST] = "lab",
		[CLIENT] = "client",
		[SERVER] = "server",
		[ROUTER] = "router",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == HOST_COUNT, "every host has a name");
	return names[host];
}

const char *unreachable_name(enum unreachable reason)
{
	static const char *const names[] = {
		[ANY_REASON] = "unreachable",
		[NET_UNREACHABLE] = "net unreachable",
		[HOST_UNREACHABLE] = "host unreachable",
		[PORT_UNREACHABLE] = "port unreachable",
		[PROHIBITED] = "prohibited",
	};
	static_assert(sizeof(names) / sizeof(names[0]) == REASONS, "every reason has a name");
	return names[reason];
}

int unreachable_errno(enum unreachable reason, int family)
{
	switch (reason) {
	case NET_UNREACHABLE:
		return ENETUNREACH;
	case HOST_UNREACHABLE:
		return EHOSTUNREACH;
	case PORT_UNREACHABLE:
		return ECONNREFUSED;
	case PROHIBITED:
		return family == AF_INET6 ? EACCES : EHOSTUNREACH;
	case ANY_REASON:
	case REASONS:
		break;
	}
	return 0;
}

const char *signal_name(int number, char buf[static 16])
{
	const char *abbreviation = sigabbrev_np(number);

	if (abbreviation)
		snprintf(buf, 16, "SIG%s", abbreviation);
	else
		snprintf(buf, 16, "SIG%d", number);
	return buf;
}

const char *tcp_state_name(int state)
{
	static const char *const names[] = {
		[TCP_ESTABLISHED] = "ESTABLISHED",
		[TCP_SYN_SENT] = "SYN_SENT",
		[TCP_SYN_RECV] = "SYN_RECEIVED",
		[TCP_FIN_WAIT1] = "FIN_WAIT_1",
		[TCP_FIN_WAIT2] = "FIN_WAIT_2",
		[TCP_TIME_WAIT] = "TIME_WAIT",
		[TCP_CLOSE] = "CLOSED",
		[TCP_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCP_LAST_ACK] = "LAST_ACK",
		[TCP_LISTEN] = "LISTEN",
		[TCP_CLOSING] = "CLOSING",
	};
	if (state < 1 || (size_t)state >= sizeof(names) / sizeof(names[0]))
		return "?";
	return names[state];
}

bool tcp_state_is_passing(int state)
{
	return state == TCP_SYN_SENT || state == TCP_SYN_RECV || state == TCP_FIN_WAIT1 ||
	       state == TCP_LAST_ACK || state == TCP_CLOSING;
}

const char *disposition_name(enum disposition disposition)
{
	switch (disposition) {
	case ANY_DISPOSITION:
		return "any disposition";
	case DEFAULT_ACTION:
		return "default action";
	case IGNORED:
		return "ignored";
	case CAUGHT:
		return "caught";
	}
	return "?";
}

const char *flags_text(unsigned int flags, char buf[static 48])
{
	static const struct {
		unsigned int bit;
		const char *name;
	} bits[] = { { SYN, "SYN" }, { FIN, "FIN" }, { RST, "RST" },
		     { PSH, "PSH" }, { ACK, "ACK" }, { URG, "URG" } };
	char *end = buf;

	*end = '\0';
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (flags & bits[i].bit)
			end += sprintf(end, "%s%s", end == buf ? "" : ",", bits[i].name);
	return *buf ? buf : "none";
}

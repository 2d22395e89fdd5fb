#include "record/names.h"

#include <assert.h>
#include <ctype.h>
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

const char *errno_name(int number, char buf[static 16])
{
	const char *name = strerrorname_np(number);

	if (name)
		return name;
	snprintf(buf, 16, "E%d", number);
	return buf;
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

/* How many bytes at s make one printable UTF-8 character outside ASCII; 0 when they do not (RFC
 * 3629). */
static size_t utf8_length(const uint8_t *s, size_t bytes)
{
	size_t length = s[0] >= 0xf0 && s[0] <= 0xf4  ? 4
			: s[0] >= 0xe0 && s[0] < 0xf0 ? 3
			: s[0] >= 0xc2 && s[0] < 0xe0 ? 2
						      : 0;

	if (length > bytes)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	if (s[0] == 0xc2 && s[1] < 0xa0)
		return 0; /* a C1 control: some terminals obey it */
	return length;
}

/* Writes one character as C would write it into piece; returns how many bytes of s it took. */
static size_t quote_one(char piece[static 8], const uint8_t *s, size_t bytes)
{
	static const char escapes[][2] = {
		{ '\n', 'n' }, { '\r', 'r' }, { '\t', 't' }, { '"', '"' }, { '\\', '\\' }
	};
	size_t length = utf8_length(s, bytes);

	if (length > 0) {
		snprintf(piece, 8, "%.*s", (int)length, (const char *)s);
		return length;
	}
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (s[0] == (uint8_t)escapes[i][0]) {
			snprintf(piece, 8, "\\%c", escapes[i][1]);
			return 1;
		}
	snprintf(piece, 8, s[0] < 0x80 && isprint(s[0]) ? "%c" : "\\x%02x", s[0]);
	return 1;
}

void quote_bytes(char *out, size_t out_bytes, const uint8_t *data, size_t data_bytes, size_t most)
{
	enum { ENDING = sizeof("\"...") }; /* always kept free for the end */
	size_t shown = 0, used = 0;
	char piece[8];

	assert(out_bytes > ENDING + 1);
	out[used++] = '"';
	while (shown < data_bytes && shown < most) {
		size_t took = quote_one(piece, data + shown, data_bytes - shown);

		if (used + strlen(piece) + ENDING > out_bytes)
			break;
		used += (size_t)snprintf(out + used, out_bytes - used, "%s", piece);
		shown += took;
	}
	snprintf(out + used, out_bytes - used, "\"%s", shown < data_bytes ? "..." : "");
}

void replace_controls(char *text)
{
	for (size_t left = strlen(text); left > 0;) {
		const uint8_t *at = (const uint8_t *)text;
		size_t length = utf8_length(at, left);

		if (length == 0) {
			length = 1;
			if (*at < ' ' || *at > '~')
				*text = '?';
		}
		text += length;
		left -= length;
	}
}

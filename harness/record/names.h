/* Names of numbers, as the field writes them: EPIPE, SIGPIPE, CLOSE_WAIT, FIN,ACK. Pure. */
#ifndef NAMES_H
#define NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The hosts of the lab. 0 is no host in particular: in an expectation it means "any", in an
 * event it is the lab itself.
 */
enum host { ANY_HOST, CLIENT, SERVER, ROUTER, HOST_COUNT };

/* The control bits of a TCP header that expectations compare (RFC 9293 3.1). */
enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10, URG = 0x20 };

/* What a process does with a signal (POSIX "disposition"), as /proc/PID/status tells it. */
enum disposition { ANY_DISPOSITION, DEFAULT_ACTION, IGNORED, CAUGHT };

/*
 * Why a datagram could not be delivered, as ICMP (RFC 792, RFC 1812 5.2.7) and ICMPv6 (RFC 4443
 * 3.1) say it, each with numbers of its own.
 */
enum unreachable {
	ANY_REASON, /* in a packet: none of these */
	NET_UNREACHABLE,
	HOST_UNREACHABLE,
	PORT_UNREACHABLE,
	PROHIBITED,
	REASONS
};

const char *host_name(enum host host);

/* "host unreachable" */
const char *unreachable_name(enum unreachable reason);

/*
 * The errno that the reason becomes (icmp_err_convert[], tab_unreach[] of the kernel), for AF_INET
 * or AF_INET6: they differ in what is prohibited. Not for ANY_REASON: 0.
 */
int unreachable_errno(enum unreachable reason, int family);

/* "SIGPIPE"; "SIG64" style for real-time signals. */
const char *signal_name(int number, char buf[static 16]);

/* "CLOSE_WAIT", from the numbers of <netinet/tcp.h>; "CLOSED" for TCP_CLOSE. */
const char *tcp_state_name(int state);

/* Whether a socket only passes through the state, until its peer answers. */
bool tcp_state_is_passing(int state);

const char *disposition_name(enum disposition disposition);

/* "FIN,ACK": the flags in the order Wireshark shows them. */
const char *flags_text(unsigned int flags, char buf[static 48]);

#endif

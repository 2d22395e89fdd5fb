/* The arguments of a system call as text, read from the traced process where they are pointers. */
#include "observe/call_table.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

enum { SHOWN = 48 }; /* bytes of a buffer that are read and shown */

/* Copies from the traced process as much as is readable; 0 when nothing is. */
static size_t peek(pid_t tid, uint64_t from, void *to, size_t bytes)
{
	struct iovec local = { to, bytes };
	struct iovec remote = { (void *)(uintptr_t)from, bytes };
	ssize_t n = from ? process_vm_readv(tid, &local, 1, &remote, 1, 0) : 0;

	return n > 0 ? (size_t)n : 0;
}

static void buffer_text(char *out, size_t out_bytes, pid_t tid, uint64_t from, uint64_t bytes)
{
	uint8_t data[SHOWN + 4] = {
		0
	}; /* a few more, so that a character is not cut and "..." appears */
	size_t wanted = bytes < sizeof(data) ? bytes : sizeof(data);
	size_t n = peek(tid, from, data, wanted);

	if (n == 0 && wanted > 0)
		snprintf(out, out_bytes, "0x%llx", (unsigned long long)from);
	else
		quote_bytes(out, out_bytes, data, n, SHOWN);
}

static void address_arg_text(char *out, size_t out_bytes, pid_t tid, uint64_t from)
{
	struct sockaddr_storage storage = { .ss_family = AF_UNSPEC };
	const struct sockaddr_in *in = (const struct sockaddr_in *)&storage;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&storage;
	char text[INET6_ADDRSTRLEN];

	peek(tid, from, &storage, sizeof(storage));
	switch (storage.ss_family) {
	case AF_INET:
		snprintf(out, out_bytes, "%s:%u",
			 inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)),
			 ntohs(in->sin_port));
		return;
	case AF_INET6:
		snprintf(out, out_bytes, "[%s]:%u",
			 inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof(text)),
			 ntohs(in6->sin6_port));
		return;
	case AF_UNIX:
		snprintf(out, out_bytes, "a local socket");
		return;
	case AF_UNSPEC:
		snprintf(out, out_bytes, "NULL");
		return;
	}
	snprintf(out, out_bytes, "an address of family %d", storage.ss_family);
}

static void socket_text(char *out, size_t out_bytes, const uint64_t *args)
{
	const int type = (int)args[1] & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
	const char *families[] = { [AF_UNIX] = "AF_UNIX",
				   [AF_INET] = "AF_INET",
				   [AF_INET6] = "AF_INET6",
				   [AF_NETLINK] = "AF_NETLINK",
				   [AF_PACKET] = "AF_PACKET" };
	const char *types[] = {
		[SOCK_STREAM] = "SOCK_STREAM", [SOCK_DGRAM] = "SOCK_DGRAM", [SOCK_RAW] = "SOCK_RAW"
	};
	const char *family = args[0] <= AF_PACKET ? families[args[0]] : NULL;

	snprintf(out, out_bytes, "%s, %s, %d", family ? family : "?",
		 type >= SOCK_STREAM && type <= SOCK_RAW ? types[type] : "?", (int)args[2]);
}

/* The first piece of a scattered buffer; the length is that of the whole. */
static void vector_text(char *out, size_t out_bytes, pid_t tid, uint64_t vector, uint64_t count,
			int64_t transferred)
{
	struct iovec first = { 0 };
	uint64_t bytes;

	if (count == 0 || peek(tid, vector, &first, sizeof(first)) < sizeof(first)) {
		snprintf(out, out_bytes, "[]");
		return;
	}
	bytes = transferred >= 0 && (uint64_t)transferred < first.iov_len ? (uint64_t)transferred
									  : first.iov_len;
	buffer_text(out, out_bytes, tid, (uintptr_t)first.iov_base, bytes);
}

static void message_text(char *out, size_t out_bytes, pid_t tid, uint64_t from, int64_t transferred)
{
	struct msghdr message = { 0 };

	if (peek(tid, from, &message, sizeof(message)) < sizeof(message))
		snprintf(out, out_bytes, "NULL");
	else
		vector_text(out, out_bytes, tid, (uintptr_t)message.msg_iov, message.msg_iovlen,
			    transferred);
}

/* What the kernel fills in is meaningful only after a call that returned something. */
static void read_text(char *out, size_t out_bytes, const struct syscall *call, pid_t tid)
{
	char data[SHOWN * 4 + 8];

	if (!call->returned || call->result <= 0) {
		snprintf(out, out_bytes, "%d", (int)call->args[0]);
		return;
	}
	if (call->row->shape == SHAPE_READ)
		buffer_text(data, sizeof(data), tid, call->args[1], (uint64_t)call->result);
	else if (call->row->shape == SHAPE_READV)
		vector_text(data, sizeof(data), tid, call->args[1], call->args[2], call->result);
	else
		message_text(data, sizeof(data), tid, call->args[1], call->result);
	snprintf(out, out_bytes, "%d, %s", (int)call->args[0], data);
}

static void write_text(char *out, size_t out_bytes, const struct syscall *call, pid_t tid)
{
	char data[SHOWN * 4 + 8];

	switch (call->row->shape) {
	case SHAPE_WRITEV:
		vector_text(data, sizeof(data), tid, call->args[1], call->args[2], -1);
		snprintf(out, out_bytes, "%d, %s", (int)call->args[0], data);
		return;
	case SHAPE_SENDMSG:
		message_text(data, sizeof(data), tid, call->args[1], -1);
		snprintf(out, out_bytes, "%d, %s", (int)call->args[0], data);
		return;
	default:
		buffer_text(data, sizeof(data), tid, call->args[1], call->args[2]);
		snprintf(out, out_bytes, "%d, %s, %llu", (int)call->args[0], data,
			 (unsigned long long)call->args[2]);
		return;
	}
}

static void peer_text(char *out, size_t out_bytes, const struct syscall *call, pid_t tid)
{
	char peer[80];

	if (!call->returned || call->result < 0 || call->args[1] == 0) {
		snprintf(out, out_bytes, "%d", (int)call->args[0]);
		return;
	}
	address_arg_text(peer, sizeof(peer), tid, call->args[1]);
	snprintf(out, out_bytes, "%d, %s", (int)call->args[0], peer);
}

static const char *option_name(int level, int option)
{
	static const struct {
		int level, option;
		const char *name;
	} names[] = {
		{ SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR" },
		{ SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT" },
		{ SOL_SOCKET, SO_KEEPALIVE, "SO_KEEPALIVE" },
		{ SOL_SOCKET, SO_LINGER, "SO_LINGER" },
		{ SOL_SOCKET, SO_ERROR, "SO_ERROR" },
		{ SOL_SOCKET, SO_RCVBUF, "SO_RCVBUF" },
		{ SOL_SOCKET, SO_SNDBUF, "SO_SNDBUF" },
		{ SOL_SOCKET, SO_RCVTIMEO, "SO_RCVTIMEO" },
		{ IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY" },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, "TCP_USER_TIMEOUT" },
		{ IPPROTO_TCP, TCP_KEEPIDLE, "TCP_KEEPIDLE" },
		{ IPPROTO_TCP, TCP_KEEPINTVL, "TCP_KEEPINTVL" },
		{ IPPROTO_TCP, TCP_KEEPCNT, "TCP_KEEPCNT" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].level == level && names[i].option == option)
			return names[i].name;
	return NULL;
}

static void sockopt_text(char *out, size_t out_bytes, const uint64_t *args)
{
	const char *name = option_name((int)args[1], (int)args[2]);

	if (name)
		snprintf(out, out_bytes, "%d, %s", (int)args[0], name);
	else
		snprintf(out, out_bytes, "%d, %d, %d", (int)args[0], (int)args[1], (int)args[2]);
}

static void sigaction_text(char *out, size_t out_bytes, const struct syscall *call, pid_t tid)
{
	struct {
		uint64_t handler, flags;
	} action = { 0 }; /* the kernel's layout, not glibc's */
	char name[16];
	const char *what = "NULL";

	if (peek(tid, call->args[1], &action, sizeof(action)) == sizeof(action))
		what = action.handler == (uintptr_t)SIG_IGN   ? "SIG_IGN"
		       : action.handler == (uintptr_t)SIG_DFL ? "SIG_DFL"
		       : action.flags & (uint64_t)SA_RESTART  ? "handler, SA_RESTART"
							      : "handler";
	snprintf(out, out_bytes, "%s, %s", signal_name((int)call->args[0], name), what);
}

static void wait_text(char *out, size_t out_bytes, const struct syscall *call, pid_t tid)
{
	const char *options = call->args[2] & WNOHANG ? "WNOHANG" : "0";
	char how[48] = "", name[16];
	int status = 0;

	if (call->returned && call->result > 0 &&
	    peek(tid, call->args[1], &status, sizeof(status)) == sizeof(status)) {
		if (WIFSIGNALED(status))
			snprintf(how, sizeof(how), "[killed by %s], ",
				 signal_name(WTERMSIG(status), name));
		else
			snprintf(how, sizeof(how), "[exit %d], ", WEXITSTATUS(status));
	}
	snprintf(out, out_bytes, "%d, %s%s", (int)call->args[0], how, options);
}

static void sleep_text(char *out, size_t out_bytes, pid_t tid, uint64_t from)
{
	struct timespec time = { 0 };

	peek(tid, from, &time, sizeof(time));
	snprintf(out, out_bytes, "%g s", (double)time.tv_sec + (double)time.tv_nsec / 1e9);
}

/* A sleep until a moment (TIMER_ABSTIME, as Python's) is shown by what is left of it. */
static void clock_sleep_text(char *out, size_t out_bytes, pid_t tid, const uint64_t *args)
{
	struct timespec until = { 0 }, now = { 0 };

	if (!(args[1] & TIMER_ABSTIME)) {
		sleep_text(out, out_bytes, tid, args[2]);
		return;
	}
	peek(tid, args[2], &until, sizeof(until));
	clock_gettime((clockid_t)args[0], &now);
	snprintf(out, out_bytes, "%.3g s",
		 (double)(until.tv_sec - now.tv_sec) + (double)(until.tv_nsec - now.tv_nsec) / 1e9);
}

static void exec_text(char *out, size_t out_bytes, pid_t tid, uint64_t from)
{
	char path[256] = "";

	if (peek(tid, from, path, sizeof(path) - 1) == 0)
		snprintf(path, sizeof(path), "?");
	snprintf(out, out_bytes, "\"%s\"", path);
}

static void shutdown_text(char *out, size_t out_bytes, const uint64_t *args)
{
	static const char *const hows[] = { "SHUT_RD", "SHUT_WR", "SHUT_RDWR" };

	snprintf(out, out_bytes, "%d, %s", (int)args[0], args[1] < 3 ? hows[args[1]] : "?");
}

bool syscall_has_output(const struct syscall_row *row)
{
	return row->shape == SHAPE_READ || row->shape == SHAPE_READV ||
	       row->shape == SHAPE_RECVMSG || row->shape == SHAPE_PEER || row->shape == SHAPE_WAIT;
}

void syscall_args_text(char *out, size_t out_bytes, const struct syscall *call, pid_t tid)
{
	const uint64_t *args = call->args;
	char text[96], name[16];

	*out = '\0';
	switch (call->row->shape) {
	case SHAPE_NOTHING:
		return;
	case SHAPE_FD:
	case SHAPE_EXIT:
		snprintf(out, out_bytes, "%d", (int)args[0]);
		return;
	case SHAPE_NUMBERS:
		snprintf(out, out_bytes, "%d, %d", (int)args[0], (int)args[1]);
		return;
	case SHAPE_SOCKET:
		socket_text(out, out_bytes, args);
		return;
	case SHAPE_ADDRESS:
		address_arg_text(text, sizeof(text), tid, args[1]);
		snprintf(out, out_bytes, "%d, %s", (int)args[0], text);
		return;
	case SHAPE_PEER:
		peer_text(out, out_bytes, call, tid);
		return;
	case SHAPE_READ:
	case SHAPE_READV:
	case SHAPE_RECVMSG:
		read_text(out, out_bytes, call, tid);
		return;
	case SHAPE_WRITE:
	case SHAPE_WRITEV:
	case SHAPE_SENDMSG:
		write_text(out, out_bytes, call, tid);
		return;
	case SHAPE_SHUTDOWN:
		shutdown_text(out, out_bytes, args);
		return;
	case SHAPE_SOCKOPT:
		sockopt_text(out, out_bytes, args);
		return;
	case SHAPE_SIGACTION:
		sigaction_text(out, out_bytes, call, tid);
		return;
	case SHAPE_KILL:
		snprintf(out, out_bytes, "%d, %s", (int)args[0], signal_name((int)args[1], name));
		return;
	case SHAPE_WAIT:
		wait_text(out, out_bytes, call, tid);
		return;
	case SHAPE_SLEEP:
		sleep_text(out, out_bytes, tid, args[0]);
		return;
	case SHAPE_CLOCK_SLEEP:
		clock_sleep_text(out, out_bytes, tid, args);
		return;
	case SHAPE_EXEC:
		exec_text(out, out_bytes, tid, args[0]);
		return;
	}
}

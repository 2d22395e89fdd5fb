#include "observe/call_arguments.h"

#include "base/text.h"
#include "record/names.h"

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

enum { SHOWN = 48, DATA_BYTES = SHOWN * 4 + 8 }; /* bytes of a buffer that are shown; as text */

/* Copies from the traced thread as much as is readable; 0 when nothing is. */
static size_t peek(const struct syscall *call, uint64_t from, void *to, size_t bytes)
{
	struct iovec local = { to, bytes };
	struct iovec remote = { (void *)(uintptr_t)from, bytes };
	ssize_t n = from ? process_vm_readv(call->tid, &local, 1, &remote, 1, 0) : 0;

	return n > 0 ? (size_t)n : 0;
}

void print_number(char *out, size_t out_bytes, const struct syscall *call)
{
	snprintf(out, out_bytes, "%d", (int)call->args[0]);
}

void print_two_numbers(char *out, size_t out_bytes, const struct syscall *call)
{
	snprintf(out, out_bytes, "%d, %d", (int)call->args[0], (int)call->args[1]);
}

/* Sockets and addresses ----------------------------------------------------------------- */

void print_socket(char *out, size_t out_bytes, const struct syscall *call)
{
	static const char *const families[] = { [AF_UNIX] = "AF_UNIX",
						[AF_INET] = "AF_INET",
						[AF_INET6] = "AF_INET6",
						[AF_NETLINK] = "AF_NETLINK",
						[AF_PACKET] = "AF_PACKET" };
	static const char *const types[] = {
		[SOCK_STREAM] = "SOCK_STREAM", [SOCK_DGRAM] = "SOCK_DGRAM", [SOCK_RAW] = "SOCK_RAW"
	};
	const int type = (int)call->args[1] & ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
	const char *family = call->args[0] <= AF_PACKET ? families[call->args[0]] : NULL;

	snprintf(out, out_bytes, "%s, %s, %d", family ? family : "?",
		 type >= SOCK_STREAM && type <= SOCK_RAW ? types[type] : "?", (int)call->args[2]);
}

static void address_text_of(char *out, size_t out_bytes, const struct syscall *call)
{
	struct sockaddr_storage storage = { .ss_family = AF_UNSPEC };
	const struct sockaddr_in *in = (const struct sockaddr_in *)&storage;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&storage;
	char text[INET6_ADDRSTRLEN];

	peek(call, call->args[1], &storage, sizeof(storage));
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

void print_address(char *out, size_t out_bytes, const struct syscall *call)
{
	char address[96];

	address_text_of(address, sizeof(address), call);
	snprintf(out, out_bytes, "%d, %s", (int)call->args[0], address);
}

void print_peer(char *out, size_t out_bytes, const struct syscall *call)
{
	if (!call->returned || call->result < 0 || call->args[1] == 0)
		print_number(out, out_bytes, call);
	else
		print_address(out, out_bytes, call);
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

void print_option(char *out, size_t out_bytes, const struct syscall *call)
{
	const uint64_t *args = call->args;
	const char *name = option_name((int)args[1], (int)args[2]);

	if (name)
		snprintf(out, out_bytes, "%d, %s", (int)args[0], name);
	else
		snprintf(out, out_bytes, "%d, %d, %d", (int)args[0], (int)args[1], (int)args[2]);
}

void print_shutdown(char *out, size_t out_bytes, const struct syscall *call)
{
	static const char *const hows[] = { "SHUT_RD", "SHUT_WR", "SHUT_RDWR" };

	snprintf(out, out_bytes, "%d, %s", (int)call->args[0],
		 call->args[1] < 3 ? hows[call->args[1]] : "?");
}

/* Data ---------------------------------------------------------------------------------- */

static void buffer_text(char out[static DATA_BYTES], const struct syscall *call, uint64_t from,
			uint64_t bytes)
{
	/* a few more than are shown, so that a character is not cut and "..." appears */
	uint8_t data[SHOWN + 4] = { 0 };
	size_t wanted = bytes < sizeof(data) ? bytes : sizeof(data);
	size_t n = peek(call, from, data, wanted);

	if (n == 0 && wanted > 0)
		snprintf(out, DATA_BYTES, "0x%llx", (unsigned long long)from);
	else
		quote_bytes(out, DATA_BYTES, data, n, SHOWN);
}

/* The first piece of a scattered buffer, at most `most` bytes of it. */
static void vector_text(char out[static DATA_BYTES], const struct syscall *call, uint64_t vector,
			uint64_t count, uint64_t most)
{
	struct iovec first = { 0 };

	if (count == 0 || peek(call, vector, &first, sizeof(first)) < sizeof(first))
		snprintf(out, DATA_BYTES, "[]");
	else
		buffer_text(out, call, (uintptr_t)first.iov_base,
			    most < first.iov_len ? most : first.iov_len);
}

static void message_text(char out[static DATA_BYTES], const struct syscall *call, uint64_t most)
{
	struct msghdr message = { 0 };

	if (peek(call, call->args[1], &message, sizeof(message)) < sizeof(message))
		snprintf(out, DATA_BYTES, "NULL");
	else
		vector_text(out, call, (uintptr_t)message.msg_iov, message.msg_iovlen, most);
}

static void print_data(char *out, size_t out_bytes, const struct syscall *call, const char *data)
{
	snprintf(out, out_bytes, "%d%s%s", (int)call->args[0], *data ? ", " : "", data);
}

/* The buffer has been filled only when the call has returned something. */
static bool has_read(const struct syscall *call)
{
	return call->returned && call->result > 0;
}

void print_read(char *out, size_t out_bytes, const struct syscall *call)
{
	char data[DATA_BYTES] = "";

	if (has_read(call))
		buffer_text(data, call, call->args[1], (uint64_t)call->result);
	print_data(out, out_bytes, call, data);
}

void print_readv(char *out, size_t out_bytes, const struct syscall *call)
{
	char data[DATA_BYTES] = "";

	if (has_read(call))
		vector_text(data, call, call->args[1], call->args[2], (uint64_t)call->result);
	print_data(out, out_bytes, call, data);
}

void print_recvmsg(char *out, size_t out_bytes, const struct syscall *call)
{
	char data[DATA_BYTES] = "";

	if (has_read(call))
		message_text(data, call, (uint64_t)call->result);
	print_data(out, out_bytes, call, data);
}

void print_write(char *out, size_t out_bytes, const struct syscall *call)
{
	char data[DATA_BYTES];

	buffer_text(data, call, call->args[1], call->args[2]);
	snprintf(out, out_bytes, "%d, %s, %llu", (int)call->args[0], data,
		 (unsigned long long)call->args[2]);
}

void print_writev(char *out, size_t out_bytes, const struct syscall *call)
{
	char data[DATA_BYTES];

	vector_text(data, call, call->args[1], call->args[2], UINT64_MAX);
	print_data(out, out_bytes, call, data);
}

void print_sendmsg(char *out, size_t out_bytes, const struct syscall *call)
{
	char data[DATA_BYTES];

	message_text(data, call, UINT64_MAX);
	print_data(out, out_bytes, call, data);
}

/* Processes, signals and time ----------------------------------------------------------- */

void print_path(char *out, size_t out_bytes, const struct syscall *call)
{
	char path[256] = "";

	if (peek(call, call->args[0], path, sizeof(path) - 1) == 0)
		snprintf(path, sizeof(path), "?");
	snprintf(out, out_bytes, "\"%s\"", path);
}

void print_wait(char *out, size_t out_bytes, const struct syscall *call)
{
	const char *options = call->args[2] & WNOHANG ? "WNOHANG" : "0";
	char how[48] = "", name[16];
	int status = 0;

	if (call->returned && call->result > 0 &&
	    peek(call, call->args[1], &status, sizeof(status)) == sizeof(status)) {
		if (WIFSIGNALED(status))
			snprintf(how, sizeof(how), "[killed by %s], ",
				 signal_name(WTERMSIG(status), name));
		else
			snprintf(how, sizeof(how), "[exit %d], ", WEXITSTATUS(status));
	}
	snprintf(out, out_bytes, "%d, %s%s", (int)call->args[0], how, options);
}

void print_kill(char *out, size_t out_bytes, const struct syscall *call)
{
	char name[16];

	snprintf(out, out_bytes, "%d, %s", (int)call->args[0],
		 signal_name((int)call->args[1], name));
}

void print_sigaction(char *out, size_t out_bytes, const struct syscall *call)
{
	struct {
		uint64_t handler, flags;
	} action = { 0 }; /* the kernel's layout, not glibc's */
	char name[16];
	const char *what = "NULL";

	if (peek(call, call->args[1], &action, sizeof(action)) == sizeof(action))
		what = action.handler == (uintptr_t)SIG_IGN   ? "SIG_IGN"
		       : action.handler == (uintptr_t)SIG_DFL ? "SIG_DFL"
		       : action.flags & (uint64_t)SA_RESTART  ? "handler, SA_RESTART"
							      : "handler";
	snprintf(out, out_bytes, "%s, %s", signal_name((int)call->args[0], name), what);
}

static void print_seconds(char *out, size_t out_bytes, const struct syscall *call, uint64_t from)
{
	struct timespec time = { 0 };

	peek(call, from, &time, sizeof(time));
	snprintf(out, out_bytes, "%g s", (double)time.tv_sec + (double)time.tv_nsec / 1e9);
}

void print_sleep(char *out, size_t out_bytes, const struct syscall *call)
{
	print_seconds(out, out_bytes, call, call->args[0]);
}

/* Of a sleep until a point in time (TIMER_ABSTIME, as Python's) the rest is shown. */
void print_clock_sleep(char *out, size_t out_bytes, const struct syscall *call)
{
	struct timespec until = { 0 }, now = { 0 };

	if (!(call->args[1] & TIMER_ABSTIME)) {
		print_seconds(out, out_bytes, call, call->args[2]);
		return;
	}
	peek(call, call->args[2], &until, sizeof(until));
	clock_gettime((clockid_t)call->args[0], &now);
	snprintf(out, out_bytes, "%.3g s",
		 (double)(until.tv_sec - now.tv_sec) + (double)(until.tv_nsec - now.tv_nsec) / 1e9);
}

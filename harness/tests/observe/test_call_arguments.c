/* The arguments of calls as text. The memory they point to is this process's own. */
#include "tests/support/run.h"

#include "observe/call_table.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POINTER(object) ((uint64_t)(uintptr_t)(object))

enum { NOT_READABLE = 0x10 };

/* A call that has not returned. */
static struct syscall entered(const char *name, uint64_t first, uint64_t second, uint64_t third)
{
	return (struct syscall){ .row = call_table_named(name),
				 .tid = gettid(),
				 .args = { first, second, third } };
}

static struct syscall returned(int64_t result, struct syscall call)
{
	call.returned = true;
	call.result = result;
	return call;
}

static void check(struct syscall call, const char *wanted)
{
	char text[512];

	call_table_print(text, sizeof(text), &call);
	assert_text(call.row->name, text, wanted);
}

static void test_numbers(void **state)
{
	(void)state;
	check(entered("close", 3, 0, 0), "3");
	check(entered("close", (uint64_t)-1, 0, 0), "-1");
	check(entered("exit_group", 2, 0, 0), "2");
	check(entered("listen", 3, 1024, 0), "3, 1024");
}

static void test_a_socket_s_family_and_type_have_names(void **state)
{
	(void)state;
	check(entered("socket", AF_INET, SOCK_STREAM, 0), "AF_INET, SOCK_STREAM, 0");
	check(entered("socket", AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_UDP),
	      "AF_INET6, SOCK_DGRAM, 17");
	check(entered("socket", AF_PACKET, SOCK_RAW, 0), "AF_PACKET, SOCK_RAW, 0");
	check(entered("socket", 3, 9, 0), "?, ?, 0");
	check(entered("socket", 4000, 0, 0), "?, ?, 0");
}

static void test_addresses(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(9877) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(9877) };
	const struct sockaddr_un local = { .sun_family = AF_UNIX };
	const struct sockaddr other = { .sa_family = AF_NETLINK };

	(void)state;
	inet_pton(AF_INET, "192.0.2.2", &in.sin_addr);
	inet_pton(AF_INET6, "2001:db8:1::2", &in6.sin6_addr);
	check(entered("connect", 3, POINTER(&in), sizeof(in)), "3, 192.0.2.2:9877");
	check(entered("bind", 3, POINTER(&in6), sizeof(in6)), "3, [2001:db8:1::2]:9877");
	check(entered("connect", 3, POINTER(&local), sizeof(local)), "3, a local socket");
	check(entered("connect", 3, POINTER(&other), sizeof(other)), "3, an address of family 16");
	check(entered("connect", 3, 0, 0), "3, NULL");
}

static void test_a_peer_is_known_when_the_call_has_returned(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(40000) };
	const struct syscall accept = entered("accept", 3, POINTER(&in), 0);

	(void)state;
	inet_pton(AF_INET, "192.0.2.1", &in.sin_addr);
	check(accept, "3");
	check(returned(4, accept), "3, 192.0.2.1:40000");
	check(returned(-103, accept), "3");
	check(returned(4, entered("accept4", 3, 0, 0)), "3"); /* it did not want to know */
	check(returned(0, entered("getpeername", 3, POINTER(&in), 0)), "3, 192.0.2.1:40000");
}

static void test_what_was_read_is_known_when_the_call_has_returned(void **state)
{
	char data[] = "hi there\nand more";
	struct iovec pieces[] = { { data, 9 }, { data + 9, 8 } };
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 };
	const struct syscall read = entered("read", 3, POINTER(data), 100);

	(void)state;
	check(read, "3");
	check(returned(9, read), "3, \"hi there\\n\"");
	check(returned(0, read), "3"); /* the end of the file */
	check(returned(-104, read), "3");
	check(returned(2, entered("recvfrom", 3, POINTER(data), 100)), "3, \"hi\"");
	check(returned(2, entered("readv", 3, POINTER(pieces), 2)), "3, \"hi\"");
	check(returned(17, entered("readv", 3, POINTER(pieces), 2)), "3, \"hi there\\n\"");
	check(returned(2, entered("recvmsg", 3, POINTER(&message), 0)), "3, \"hi\"");
}

static void test_what_is_written_is_known_from_the_start(void **state)
{
	char data[] = "hi there\nand more";
	struct iovec pieces[] = { { data, 9 }, { data + 9, 8 } };
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = 2 }, empty = { 0 };

	(void)state;
	check(entered("write", 3, POINTER(data), 9), "3, \"hi there\\n\", 9");
	check(entered("write", 3, POINTER(data), 0), "3, \"\", 0");
	check(entered("sendto", 3, POINTER(data), 2), "3, \"hi\", 2");
	check(entered("writev", 3, POINTER(pieces), 2), "3, \"hi there\\n\"");
	check(entered("writev", 3, POINTER(pieces), 0), "3, []");
	check(entered("sendmsg", 3, POINTER(&message), 0), "3, \"hi there\\n\"");
	check(entered("sendmsg", 3, POINTER(&empty), 0), "3, []");
	check(entered("sendfile", 4, 3, 0), "4, 3"); /* to, from */
}

static void test_of_long_data_the_beginning_is_shown(void **state)
{
	char data[1000];
	char wanted[128];

	(void)state;
	memset(data, 'x', sizeof(data));
	snprintf(wanted, sizeof(wanted), "3, \"%.48s\"..., 1000", data);
	check(entered("write", 3, POINTER(data), sizeof(data)), wanted);
	snprintf(wanted, sizeof(wanted), "3, \"%.48s\", 48", data);
	check(entered("write", 3, POINTER(data), 48), wanted);
}

static void test_a_pointer_to_nowhere_is_no_text(void **state)
{
	(void)state;
	check(entered("write", 3, NOT_READABLE, 9), "3, 0x10, 9");
	check(entered("writev", 3, NOT_READABLE, 1), "3, []");
	check(entered("sendmsg", 3, NOT_READABLE, 0), "3, NULL");
	check(entered("connect", 3, NOT_READABLE, 16), "3, NULL");
	check(entered("execve", NOT_READABLE, 0, 0), "\"?\"");
	check(entered("rt_sigaction", SIGTERM, NOT_READABLE, 0), "SIGTERM, NULL");
	check(returned(7, entered("wait4", 7, NOT_READABLE, 0)), "7, 0");
}

static void test_socket_options_have_names(void **state)
{
	(void)state;
	check(entered("setsockopt", 3, SOL_SOCKET, SO_LINGER), "3, SO_LINGER");
	check(entered("getsockopt", 3, SOL_SOCKET, SO_ERROR), "3, SO_ERROR");
	check(entered("setsockopt", 3, IPPROTO_TCP, TCP_NODELAY), "3, TCP_NODELAY");
	/* the number of SO_DEBUG: the level counts */
	check(entered("setsockopt", 3, SOL_SOCKET, TCP_NODELAY), "3, 1, 1");
	check(entered("setsockopt", 3, 41, 26), "3, 41, 26");
}

static void test_shutdown_has_names(void **state)
{
	(void)state;
	check(entered("shutdown", 3, SHUT_RD, 0), "3, SHUT_RD");
	check(entered("shutdown", 3, SHUT_WR, 0), "3, SHUT_WR");
	check(entered("shutdown", 3, SHUT_RDWR, 0), "3, SHUT_RDWR");
	check(entered("shutdown", 3, 3, 0), "3, ?");
}

static void test_a_signal_s_action(void **state)
{
	struct { /* as the kernel has it */
		uint64_t handler, flags;
	} action = { POINTER(SIG_IGN), 0 };

	(void)state;
	check(entered("rt_sigaction", SIGPIPE, POINTER(&action), 0), "SIGPIPE, SIG_IGN");
	action.handler = POINTER(SIG_DFL);
	check(entered("rt_sigaction", SIGKILL, POINTER(&action), 0), "SIGKILL, SIG_DFL");
	action.handler = 0x1000;
	check(entered("rt_sigaction", SIGCHLD, POINTER(&action), 0), "SIGCHLD, handler");
	action.flags = SA_RESTART;
	check(entered("rt_sigaction", SIGCHLD, POINTER(&action), 0),
	      "SIGCHLD, handler, SA_RESTART");
	check(entered("rt_sigaction", SIGCHLD, 0, 0), "SIGCHLD, NULL"); /* asks only */
}

static void test_how_a_child_ended(void **state)
{
	int status = 3 << 8; /* wait(2): exit status 3 */
	const struct syscall wait = entered("wait4", (uint64_t)-1, POINTER(&status), 0);

	(void)state;
	check(wait, "-1, 0");
	check(returned(7, wait), "-1, [exit 3], 0");
	check(returned(-10, wait), "-1, 0");
	check(returned(7, entered("wait4", 7, 0, WNOHANG)), "7, WNOHANG");
	status = SIGKILL;
	check(returned(7, entered("wait4", 7, POINTER(&status), WNOHANG)),
	      "7, [killed by SIGKILL], WNOHANG");
}

static void test_processes(void **state)
{
	(void)state;
	check(entered("kill", 7, SIGTERM, 0), "7, SIGTERM");
	check(entered("kill", (uint64_t)-1, SIGKILL, 0), "-1, SIGKILL");
	check(entered("execve", POINTER("/bin/true"), 0, 0), "\"/bin/true\"");
}

static void test_sleeps(void **state)
{
	const struct timespec time = { 1, 500000000 };
	struct timespec until;

	(void)state;
	check(entered("nanosleep", POINTER(&time), 0, 0), "1.5 s");
	check(entered("clock_nanosleep", CLOCK_MONOTONIC, 0, POINTER(&time)), "1.5 s");
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += 1000; /* so far away that three digits do not change while the test runs */
	check(entered("clock_nanosleep", CLOCK_MONOTONIC, TIMER_ABSTIME, POINTER(&until)),
	      "1e+03 s");
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_a_socket_s_family_and_type_have_names),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_a_peer_is_known_when_the_call_has_returned),
		cmocka_unit_test(test_what_was_read_is_known_when_the_call_has_returned),
		cmocka_unit_test(test_what_is_written_is_known_from_the_start),
		cmocka_unit_test(test_of_long_data_the_beginning_is_shown),
		cmocka_unit_test(test_a_pointer_to_nowhere_is_no_text),
		cmocka_unit_test(test_socket_options_have_names),
		cmocka_unit_test(test_shutdown_has_names),
		cmocka_unit_test(test_a_signal_s_action),
		cmocka_unit_test(test_how_a_child_ended),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_sleeps),
	};

	return RUN_NAMED(tests, argc, argv, NULL, NULL);
}

#include "hosts.h"

#include "clock.h"
#include "fail.h"
#include "link.h"
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PREFIX_BITS = 24, LINK_UP_TIMEOUT_MS = 5000 };

/* Addresses for documentation, RFC 5737; they are routed nowhere. */
static const char *const addresses[HOST_COUNT] = {
	[CLIENT] = "192.0.2.1",
	[SERVER] = "192.0.2.2",
};

/*
 * What a new network namespace takes over from the machine, or what distributions and kernels set
 * differently, is set to one value, so that the story is the same everywhere (ip-sysctl).
 */
static const struct {
	const char *name, *value;
} parameters[] = {
	{ "net/ipv4/tcp_congestion_control", "reno" },
	{ "net/ipv4/tcp_sack", "1" },
	{ "net/ipv4/tcp_timestamps", "1" },
	{ "net/ipv4/tcp_window_scaling", "1" },
	{ "net/ipv4/tcp_ecn", "0" },
	{ "net/ipv4/tcp_rmem", "4096 131072 6291456" },
	{ "net/ipv4/tcp_wmem", "4096 16384 4194304" },
	{ "net/ipv6/conf/all/disable_ipv6", "1" }, /* no neighbour discovery on the wire */
	{ "net/ipv6/conf/default/disable_ipv6", "1" },
};

const char *hosts_address(enum host host)
{
	return addresses[host];
}

void hosts_enter(struct hosts *hosts, enum host host)
{
	if (hosts->here == host)
		return;
	if (setns(hosts->netns[host], CLONE_NEWNET) < 0)
		broken("enter host", host_name(host));
	hosts->here = host;
}

static void note(struct hosts *hosts, enum host host, const char *command)
{
	struct event event = { .kind = EVENT_ACTION, .time_ns = now_ns(), .host = host };

	event.text = command;
	timeline_append(hosts->timeline, &event);
}

static int make_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		give_up(ENDING_CANNOT_RUN,
			"cannot make a network namespace: %s.\n"
			"  The kernel needs CONFIG_NET_NS, and must allow it here.",
			strerror(errno));
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		broken("open", "/proc/thread-self/ns/net");
	return fd;
}

/* The value of a kernel parameter, without its newline; false when this kernel does not have it. */
static bool get_parameter(struct hosts *hosts, enum host host, const char *name,
			  char value[static 64])
{
	char path[128];
	ssize_t n;
	int fd;

	hosts_enter(hosts, host);
	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, value, 63);
	if (n < 0)
		broken("read", path);
	close(fd);
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return true;
}

static bool set_parameter(struct hosts *hosts, enum host host, const char *name, const char *value)
{
	char path[128];
	int fd;

	hosts_enter(hosts, host);
	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (write(fd, value, strlen(value)) < 0)
		broken("set", path);
	close(fd);
	return true;
}

bool hosts_set(struct hosts *hosts, enum host host, const char *name, const char *value)
{
	if (!set_parameter(hosts, host, name, value))
		return false;
	note(hosts, host, timeline_text(hosts->timeline, "sysctl -w %s='%s'", name, value));
	return true;
}

void hosts_shorten(struct hosts *hosts, enum host host, const char *name, const char *value)
{
	char before[64];

	if (!get_parameter(hosts, host, name, before) || strcmp(before, value) == 0)
		return;
	set_parameter(hosts, host, name, value);
	note(hosts, host,
	     timeline_text(hosts->timeline, "sysctl -w %s=%s (default %s)", name, value, before));
}

/* A parameter that this kernel does not have, or has read-only here, has one value only. */
static void set_parameters(struct hosts *hosts, enum host host)
{
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++)
		hosts_set(hosts, host, parameters[i].name, parameters[i].value);
}

int hosts_persistence_ms(struct hosts *hosts, enum host host)
{
	enum { RTO_MIN_MS = 200, RTO_MAX_MS = 120000, DOUBLINGS_MOST = 9 }; /* 200 * 2^9 < 120000 */
	char text[64];
	int retries;

	if (!get_parameter(hosts, host, "net/ipv4/tcp_retries2", text))
		broken("read", "tcp_retries2");
	retries = atoi(text);
	if (retries <= DOUBLINGS_MOST)
		return ((2 << retries) - 1) * RTO_MIN_MS;
	return ((2 << DOUBLINGS_MOST) - 1) * RTO_MIN_MS + (retries - DOUBLINGS_MOST) * RTO_MAX_MS;
}

void hosts_hasten(struct hosts *hosts, enum host from, enum host to)
{
	enum { RTO_MIN_MS = 5 };

	hosts_shorten(hosts, from, "net/ipv4/tcp_retries2", "1");
	link_set_rto_min(INTERFACE, &hosts->timeline->addresses[to], RTO_MIN_MS);
	note(hosts, from,
	     timeline_text(hosts->timeline,
			   "ip route add %s dev " INTERFACE " rto_min %dms (default 200ms)",
			   addresses[to], RTO_MIN_MS));
}

static void switch_on(struct hosts *hosts, enum host host)
{
	struct timeline *timeline = hosts->timeline;

	hosts_enter(hosts, host);
	link_offload_off(INTERFACE);
	link_up("lo");
	link_add_address(INTERFACE, &timeline->addresses[host], PREFIX_BITS);
	link_up(INTERFACE);
	note(hosts, host, "ethtool -K " INTERFACE " tx off tso off gso off gro off");
	note(hosts, host,
	     timeline_text(timeline, "ip addr add %s/%d dev " INTERFACE, addresses[host],
			   PREFIX_BITS));
	note(hosts, host, "ip link set lo up; ip link set " INTERFACE " up");
}

/* Moves the thread into the new namespace. */
static void make_host(struct hosts *hosts, enum host host)
{
	hosts->netns[host] = make_namespace();
	hosts->here = host;
	note(hosts, host, timeline_text(hosts->timeline, "ip netns add %s", host_name(host)));
	set_parameters(hosts, host);
}

void hosts_reboot(struct hosts *hosts, enum host host)
{
	int before = hosts->netns[host];

	make_host(hosts, host);
	if (setns(before, CLONE_NEWNET) < 0)
		broken("enter host", host_name(host));
	link_move(INTERFACE, hosts->netns[host]);
	close(before);
	if (setns(hosts->netns[host], CLONE_NEWNET) < 0)
		broken("enter host", host_name(host));
	switch_on(hosts, host);
	link_wait_up(INTERFACE, LINK_UP_TIMEOUT_MS);
}

void hosts_open(struct hosts *hosts, struct timeline *timeline)
{
	struct link_end ends[HOST_COUNT];

	*hosts = (struct hosts){ .timeline = timeline };
	hosts->netns[ANY_HOST] = -1;
	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++) {
		address_parse(&timeline->addresses[host], addresses[host]);
		make_host(hosts, host);
		ends[host] = (struct link_end){ .netns = hosts->netns[host],
						.interface = INTERFACE,
						.mac = { 2, 0, 0, 0, 0, (uint8_t)host } };
	}
	link_make_pair(&ends[CLIENT], &ends[SERVER]);
	note(hosts, ANY_HOST,
	     "ip link add " INTERFACE " netns client type veth peer name " INTERFACE
	     " netns server");
	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++)
		switch_on(hosts, host);
}

void hosts_close(struct hosts *hosts)
{
	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++)
		close(hosts->netns[host]);
}

void hosts_wait_up(struct hosts *hosts)
{
	for (int host = ANY_HOST + 1; host < HOST_COUNT; host++) {
		hosts_enter(hosts, host);
		link_wait_up(INTERFACE, LINK_UP_TIMEOUT_MS);
	}
}

/* Runs iptables on the host where the thread is; its output goes where ours goes. */
static void run_iptables(const char *path, const char *chain)
{
	/* the lock of the machine's own tables is not ours to take, nor writable for a user */
	static char lock[] = "XTABLES_LOCKFILE=/dev/null";
	char *const argv[] = { "iptables", "-A", (char *)chain, "-j", "DROP", NULL };
	char *const environment[] = { lock, NULL };
	int status;
	pid_t pid;

	if (posix_spawn(&pid, path, NULL, NULL, argv, environment) != 0)
		broken("start", path);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		give_up(ENDING_CANNOT_RUN,
			"iptables -A %s -j DROP failed (its message is above).\n"
			"  The kernel needs nf_tables or ip_tables; try: sudo modprobe nf_tables",
			chain);
}

void hosts_crash(struct hosts *hosts, enum host host)
{
	char *path = program_path("iptables");

	if (!path)
		give_up(ENDING_CANNOT_RUN, "iptables is not installed: run `make deps`, or "
					   "`sudo apt install iptables`.");
	hosts_enter(hosts, host);
	run_iptables(path, "INPUT");
	run_iptables(path, "OUTPUT");
	free(path);
	note(hosts, host, "iptables -A INPUT -j DROP; iptables -A OUTPUT -j DROP");
}

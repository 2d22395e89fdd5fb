/*
 * The hosts: network namespaces of the real kernel, joined by a cable (a veth pair).
 *
 *	client 192.0.2.1/24  eth0 ────── eth0  192.0.2.2/24 server
 */
#ifndef HOSTS_H
#define HOSTS_H

#include "timeline.h"

/* The interface of every host. */
#define INTERFACE "eth0"

struct hosts {
	struct timeline *timeline;
	int netns[HOST_COUNT]; /* descriptors, -1 where there is no host */
	enum host here;        /* where the calling thread is */
};

/*
 * Makes the hosts, sets their kernel parameters, cables them and switches them on. Every step is
 * noted as the command a person would type.
 */
void hosts_open(struct hosts *hosts, struct timeline *timeline);
void hosts_close(struct hosts *hosts);

/* Waits until the wire carries frames: before that, what is sent is lost. */
void hosts_wait_up(struct hosts *hosts);

/* Moves the calling thread to this host. */
void hosts_enter(struct hosts *hosts, enum host host);

/* "192.0.2.1" */
const char *hosts_address(enum host host);

/*
 * Sets a kernel parameter of a host (its path below /proc/sys). A parameter that this kernel does
 * not have is left alone: false.
 */
bool hosts_set(struct hosts *hosts, enum host host, const char *name, const char *value);

/* The same, to shorten what takes long: what is noted names the value before. */
void hosts_shorten(struct hosts *hosts, enum host host, const char *name, const char *value);

/*
 * How many milliseconds TCP on a host retransmits data before it gives up: what tcp_retries2 comes
 * to for a connection whose timeout is 200 ms, whatever that of this one is (tcp_model_timeout()).
 */
int hosts_persistence_ms(struct hosts *hosts, enum host host);

/*
 * TCP on `from` gives up sending to `to` in less than a second instead of a quarter of an hour: a
 * short least retransmission timeout, and tcp_retries2 of 1 (tcp_model_timeout()).
 */
void hosts_hasten(struct hosts *hosts, enum host from, enum host to);

/*
 * The host loses its power and starts again: the same name, address and wire, no memory. Its
 * interface leaves first, so nothing its kernel says in dying reaches the wire. The programs on it
 * are still there: the caller kills them.
 */
void hosts_reboot(struct hosts *hosts, enum host host);

/*
 * Drops all packets to and from the host in its own firewall: a crash, as seen from the wire.
 * Ends the run with ENDING_CANNOT_RUN where iptables is missing or refused.
 */
void hosts_crash(struct hosts *hosts, enum host host);

#endif

/* The hosts: network namespaces of the real kernel, joined by cables (veth pairs). */
#ifndef HOSTS_H
#define HOSTS_H

#include "hosts/plan.h"
#include "record/timeline.h"

struct hosts {
	struct timeline *timeline;
	struct network network;
	int netns[HOST_COUNT]; /* descriptors, -1 where there is no host */
	enum host here;        /* where the calling thread is */
};

/*
 * Makes the hosts of the plan, sets their kernel parameters, cables them and switches them on.
 * Every step is noted as the command a person would type.
 */
void hosts_open(struct hosts *hosts, struct timeline *timeline, struct network network);
void hosts_close(struct hosts *hosts);

/* Waits until the wires carry frames: before that, what is sent is lost. */
void hosts_wait_up(struct hosts *hosts);

/* Moves the calling thread to this host. */
void hosts_enter(struct hosts *hosts, enum host host);

/* Notes a command, as of printf; at most 255 bytes of it. */
void hosts_note(struct hosts *hosts, enum host host, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* "192.0.2.1"; of a router the one on the client's side. */
const char *hosts_address(const struct hosts *hosts, enum host host);

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
 * The host loses its power and starts again: the same name, address and wire, no memory. Its
 * interface leaves first, so nothing its kernel says in dying reaches the wire. The programs on it
 * are still there: the caller kills them.
 */
void hosts_reboot(struct hosts *hosts, enum host host);

#endif

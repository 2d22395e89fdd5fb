/* The hosts: network namespaces of the real kernel, joined by cables (veth pairs). */
#ifndef HOSTS_H
#define HOSTS_H

#include "hosts/plan.h"
#include "record/timeline.h"

struct hosts {
	struct timeline *timeline;
	struct network network;
	int netns[HOST_COUNT];                /* descriptors, -1 where there is no host */
	struct mnl_socket *links[HOST_COUNT]; /* for link.h; NULL where there is no host */
	enum host here;                       /* where the calling thread is */
};

/*
 * Makes the hosts of the plan, sets their kernel parameters, connects them and brings the client's
 * interface up: a capture can be opened. Every step is noted as the command a person would type.
 */
void hosts_open(struct hosts *hosts, struct timeline *timeline, struct network network);

/* Brings the interfaces of the others up. */
void hosts_switch_on_others(struct hosts *hosts);

void hosts_close(struct hosts *hosts);

/* Waits until all interfaces are up: a frame that is sent before is lost. */
void hosts_wait_up(struct hosts *hosts);

/* Moves the calling thread to this host. */
void hosts_enter(struct hosts *hosts, enum host host);

/* Notes a command that only builds a host, as of printf. */
void hosts_note(struct hosts *hosts, enum host host, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Notes what was done to a host; what the action points to lives as long as the timeline. */
void hosts_note_action(struct hosts *hosts, enum host host, struct action action);

/* "192.0.2.1"; of a router the address on the client's side. */
const char *hosts_address(const struct hosts *hosts, enum host host);

/*
 * Sets a kernel parameter of a host (its path below /proc/sys). A parameter that this kernel does
 * not have is left alone: false. One that only builds the host is no part of the story.
 */
bool hosts_set(struct hosts *hosts, enum host host, const char *name, const char *value,
	       bool is_setup);

/* The same, to shorten what takes long: the value before is noted, too. */
void hosts_shorten(struct hosts *hosts, enum host host, const char *name, const char *value);

/*
 * How many milliseconds TCP on a host retransmits data before it gives up. The kernel computes it
 * from tcp_retries2 and a timeout of 200 ms, whatever timeout a connection has
 * (tcp_model_timeout()).
 */
int hosts_persistence_ms(struct hosts *hosts, enum host host);

/*
 * The host loses power and starts again, with the same name, address and cable and without its
 * connections. It loses its interface first, so that nothing it sends when it ends reaches the
 * wire. The programs that ran on it are still there: the caller kills them.
 */
void hosts_reboot(struct hosts *hosts, enum host host);

#endif

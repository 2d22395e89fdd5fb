/*
 * The observer of the wire: libpcap on one interface. Immediate mode, nanosecond stamps of the
 * kernel's real-time clock, a ring that a run does not fill.
 *
 * The kernel waits for an RCU grace period when the ring is made (packet_set_ring(), about 10 ms),
 * during which the lab has other things to do: so a thread opens the capture.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "record/timeline.h"

#include <pcap/pcap.h>
#include <pthread.h>

struct capture {
	pcap_t *pcap;
	pthread_t opener;
	bool opening;
	int ready; /* an eventfd: readable when the thread has done its work */
	int fd;    /* readable when frames wait; -1 until the capture is open */
	int netns;
	const char *interface;
	const char *filter;
	int ring_bytes;
	unsigned long frames;
	char error[PCAP_ERRBUF_SIZE + 128]; /* set by the thread, "" when all went well */
};

/*
 * Begins to open a capture of `interface` in the network namespace `netns` (borrowed until
 * capture_wait). The interface must be up, and its offloads off: libpcap sizes the frames by them.
 * A filter (pcap-filter(7)) that is not NULL says what is captured.
 */
void capture_start(struct capture *capture, int netns, const char *interface, const char *filter,
		   int ring_bytes);

/* Waits until the capture sees the wire. Ends the program when it cannot be opened. */
void capture_wait(struct capture *capture);

/* Appends all frames that wait to the timeline; never blocks. Returns how many. */
int capture_read(struct capture *capture, struct timeline *timeline);

/* How many frames the kernel could not give us. Not 0: the capture is no evidence. */
unsigned int capture_dropped(struct capture *capture);

/* Ends the capture; what was read stays in the timeline. */
void capture_close(struct capture *capture);

/*
 * Writes the frames of a timeline as a pcap file (nanosecond stamps, Ethernet). -1 and errno when
 * the file does not take them; `file` stays the caller's.
 */
int capture_write(FILE *file, const struct timeline *timeline);

#endif

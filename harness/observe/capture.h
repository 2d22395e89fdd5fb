/*
 * Observes the wire: libpcap on one interface, in immediate mode, with nanosecond stamps of
 * CLOCK_REALTIME and a ring that is larger than what a run sends.
 *
 * When the ring is made, the kernel waits for an RCU grace period (packet_set_ring(), about 10 ms).
 * The lab has other things to do meanwhile, so a thread opens the capture.
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
	int ready; /* an eventfd: readable when the thread has ended */
	int fd;    /* readable when there are frames to read; -1 until the capture is open */
	int netns;
	const char *interface;
	const char *filter;
	int ring_bytes;
	unsigned long frames;
	char error[PCAP_ERRBUF_SIZE + 128]; /* set by the thread; "" when it succeeded */
};

/*
 * Begins to open a capture of `interface` in the network namespace `netns` (borrowed until
 * capture_wait). The interface must be up, and its offloads off: libpcap sizes the frames by them.
 * A filter (pcap-filter(7)) that is not NULL says what is captured.
 */
void capture_start(struct capture *capture, int netns, const char *interface, const char *filter,
		   int ring_bytes);

/* Waits until the capture is open. Ends the run when it cannot be opened. */
void capture_wait(struct capture *capture);

/* Appends all frames that have arrived to the timeline; never blocks. Returns how many. */
int capture_read(struct capture *capture, struct timeline *timeline);

/* How many frames were lost. If it is not 0 the capture is incomplete and proves nothing. */
unsigned int capture_dropped(struct capture *capture);

/* Closes the capture; the frames that were read stay in the timeline. */
void capture_close(struct capture *capture);

#endif

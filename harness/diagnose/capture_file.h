/*
 * The frames of a capture file, one after the other: pcap (microseconds or nanoseconds, either byte
 * order) and pcapng.
 *
 * libpcap is not used here. It gives up on a pcapng file whose interfaces have different link
 * types, does not say on which interface a frame was seen (so that a copy looks like a
 * retransmission), and does not count the blocks that Wireshark numbers between the packets.
 */
#ifndef CAPTURE_FILE_H
#define CAPTURE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Where the bytes come from: read() as read(2), until it returns 0 or -1. */
struct byte_source {
	ssize_t (*read)(void *context, void *to, size_t bytes);
	void *context;
};

struct frame {
	uint32_t number; /* as Wireshark counts, from 1 */
	int64_t time_ns; /* since 1970, never negative; the last one where a file has no times */
	uint32_t link_type;
	uint32_t interface;   /* of a pcapng file */
	const uint8_t *bytes; /* valid until the next frame is read */
	size_t captured;
	size_t on_wire; /* at least `captured` */
};

/* How reading ended. */
enum capture_end {
	CAPTURE_GOES_ON,
	CAPTURE_WHOLE,
	CAPTURE_CUT,     /* in the middle of a packet, or of a compressed stream */
	CAPTURE_DAMAGED, /* what follows the last frame is no record */
	CAPTURE_EMPTY,   /* record after record without a byte: a sparse file, or zeros */
	CAPTURE_LONG,    /* more frames than are looked at */
};

struct capture_file;

/* NULL when the bytes do not begin as a pcap or pcapng file does. Memory is never short: it ends
 * the program. */
struct capture_file *capture_file_open(struct byte_source source);
void capture_file_close(struct capture_file *capture);

/* The next frame; false at the end, for which capture_file_end() has the reason. */
bool capture_file_next(struct capture_file *capture, struct frame *frame);
enum capture_end capture_file_end(const struct capture_file *capture);

#endif

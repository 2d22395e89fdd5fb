/* Frames made by hand, byte by byte: the kernel's structs are what the code under test uses. */
#ifndef FRAMES_H
#define FRAMES_H

#include "record/packet.h"

#include <assert.h>
#include <string.h>

struct frame {
	uint8_t bytes[256];
	size_t count;
};

static inline void put(struct frame *frame, const void *bytes, size_t count)
{
	assert(frame->count + count <= sizeof(frame->bytes));
	memcpy(frame->bytes + frame->count, bytes, count);
	frame->count += count;
}

/* The number's low `bytes` bytes, in network order. */
static inline void put_number(struct frame *frame, uint64_t number, size_t bytes)
{
	while (bytes-- > 0)
		put(frame, &(uint8_t){ (uint8_t)(number >> bytes * 8) }, 1);
}

static inline void put_filling(struct frame *frame, uint8_t filling, size_t bytes)
{
	while (bytes-- > 0)
		put(frame, &filling, 1);
}

static inline void put_ethernet(struct frame *frame, uint16_t type)
{
	put(frame, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01", 12);
	put_number(frame, type, 2);
}

/* A TCP segment from the client (192.0.2.1 or 2001:db8::1) to the server (...2), or back. */
struct tcp_of {
	int family; /* 0: AF_INET */
	enum host from;
	uint16_t client_port; /* the server's is 9877 */
	uint32_t seq, ack;
	unsigned int flags;
	uint16_t window;
	size_t option_bytes, ip_option_bytes;
	const char *options; /* option_bytes of them; NULL: each does nothing */
	const char *payload;
	size_t padding_bytes; /* behind the datagram */
	uint16_t fragment;    /* flags and offset of IPv4 */
};

static inline void put_ip(struct frame *frame, const struct tcp_of *of, size_t bytes)
{
	const uint8_t from = of->from == SERVER ? 2 : 1, to = of->from == SERVER ? 1 : 2;

	if (of->family == AF_INET6) {
		put_ethernet(frame, 0x86dd);
		put_number(frame, 0x60000000, 4);
		put_number(frame, bytes, 2);
		put_number(frame, 6 << 8 | 64, 2); /* next header, hop limit */
		put(frame, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0", 15);
		put_number(frame, from, 1);
		put(frame, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0", 15);
		put_number(frame, to, 1);
		return;
	}
	put_ethernet(frame, 0x0800);
	put_number(frame, (0x45 + of->ip_option_bytes / 4) << 8, 2);
	put_number(frame, 20 + of->ip_option_bytes + bytes, 2);
	put_number(frame, 0x1234, 2); /* identification */
	put_number(frame, of->fragment, 2);
	put_number(frame, 64 << 8 | 6, 2);
	put_number(frame, 0, 2); /* the checksum is not looked at */
	put_number(frame, 0xc0000200 + from, 4);
	put_number(frame, 0xc0000200 + to, 4);
	put_filling(frame, 1, of->ip_option_bytes);
}

static inline struct frame tcp_frame(struct tcp_of of)
{
	const uint16_t port = of.client_port ? of.client_port : 40000;
	const size_t payload_bytes = of.payload ? strlen(of.payload) : 0;
	struct frame frame = { .count = 0 };

	put_ip(&frame, &of, 20 + of.option_bytes + payload_bytes);
	put_number(&frame, of.from == SERVER ? 9877 : port, 2);
	put_number(&frame, of.from == SERVER ? port : 9877, 2);
	put_number(&frame, of.seq, 4);
	put_number(&frame, of.ack, 4);
	put_number(&frame, (5 + of.option_bytes / 4) << 12 | of.flags, 2);
	put_number(&frame, of.window, 2);
	put_number(&frame, 0, 4); /* checksum, urgent pointer */
	if (of.options)
		put(&frame, of.options, of.option_bytes);
	else
		put_filling(&frame, 1, of.option_bytes);
	put(&frame, of.payload ? of.payload : "", payload_bytes);
	put_filling(&frame, 0xee, of.padding_bytes);
	return frame;
}

#endif

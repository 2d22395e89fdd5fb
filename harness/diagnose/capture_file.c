#include "diagnose/capture_file.h"

#include "base/fail.h"
#include "diagnose/bytes.h"

#include <stdlib.h>
#include <string.h>

enum {
	RECORD_MOST = 262144,   /* what tcpdump and Wireshark keep of a frame at most */
	BLOCK_MOST = 16 << 20,  /* a block of pcapng that is larger is no block */
	INTERFACES_MOST = 4096, /* of one section */
	EMPTY_MOST = 1000,      /* frames in a row of which nothing was captured */
	FRAMES_MOST = 20000000, /* some gigabytes of memory */
	NS_PER_S = 1000000000,
};

/* The year 2116: differences of times never overflow. pcap's own times end in 2106. */
static const int64_t TIME_MOST_NS = INT64_C(1) << 62;

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, OLD_PACKET = 2, SIMPLE_PACKET = 3, PACKET_BLOCK = 6 };
enum { OPTION_RESOLUTION = 9, OPTION_OFFSET = 14 };

struct interface {
	uint32_t link_type;
	uint8_t resolution; /* if_tsresol */
	int64_t offset_s;   /* if_tsoffset */
	uint32_t snaplen;
};

struct capture_file {
	struct byte_source source;
	enum capture_end end;
	uint32_t frames, empty;
	int64_t time_ns; /* of the last frame */
	bool big_endian; /* how the numbers of the file are written */
	uint8_t *buffer;
	size_t buffer_bytes;

	/* pcap */
	uint32_t link_type;
	size_t record_header; /* 16 bytes, or 24 in a variant of the nineties */
	uint32_t fraction_ns; /* of a time stamp's second half: 1000 or 1 */

	/* pcapng */
	bool has_blocks;
	struct interface *interfaces;
	uint32_t interface_count;
};

static uint32_t swap32(uint32_t n)
{
	return n >> 24 | (n >> 8 & 0xff00) | (n << 8 & 0xff0000) | n << 24;
}

/* A number in the byte order of whoever wrote the file. */
static uint32_t number32(const struct capture_file *capture, const uint8_t *at)
{
	return capture->big_endian ? big32(at) : little32(at);
}

static uint16_t number16(const struct capture_file *capture, const uint8_t *at)
{
	return capture->big_endian ? big16(at) : (uint16_t)(at[1] << 8 | at[0]);
}

/* How many bytes there were, up to `bytes`. */
static size_t take(struct capture_file *capture, uint8_t *to, size_t bytes)
{
	size_t taken = 0;

	while (taken < bytes) {
		ssize_t n =
			capture->source.read(capture->source.context, to + taken, bytes - taken);
		if (n <= 0)
			break;
		taken += (size_t)n;
	}
	return taken;
}

static bool ends(struct capture_file *capture, enum capture_end end)
{
	capture->end = end;
	return false;
}

/* All of them, into the buffer at this place; else the file is cut off, or ends here. */
static bool need(struct capture_file *capture, size_t at, size_t bytes)
{
	size_t taken;

	if (at + bytes > capture->buffer_bytes) {
		uint8_t *buffer = realloc(capture->buffer, at + bytes);
		if (!buffer)
			broken("allocate", "a packet");
		capture->buffer = buffer;
		capture->buffer_bytes = at + bytes;
	}
	taken = take(capture, capture->buffer + at, bytes);
	if (taken == bytes)
		return true;
	return ends(capture, at == 0 && taken == 0 ? CAPTURE_WHOLE : CAPTURE_CUT);
}

/* Fills in what all formats have in common. */
static bool deliver(struct capture_file *capture, struct frame *frame, const uint8_t *bytes,
		    size_t captured, size_t on_wire)
{
	capture->empty = captured > 0 ? 0 : capture->empty + 1;
	if (capture->empty > EMPTY_MOST)
		return ends(capture, CAPTURE_EMPTY);
	if (capture->frames == FRAMES_MOST)
		return ends(capture, CAPTURE_LONG);
	frame->number = ++capture->frames;
	frame->time_ns = capture->time_ns;
	frame->bytes = bytes;
	frame->captured = captured;
	frame->on_wire = on_wire > captured ? on_wire : captured;
	return true;
}

static bool next_record(struct capture_file *capture, struct frame *frame)
{
	const size_t header = capture->record_header;
	uint32_t seconds, captured, on_wire;

	if (!need(capture, 0, header))
		return false;
	seconds = number32(capture, capture->buffer);
	captured = number32(capture, capture->buffer + 8);
	on_wire = number32(capture, capture->buffer + 12);
	capture->time_ns = (int64_t)seconds * NS_PER_S +
			   (int64_t)number32(capture, capture->buffer + 4) * capture->fraction_ns;
	if (captured > RECORD_MOST)
		return ends(capture, CAPTURE_DAMAGED);
	if (!need(capture, header, captured))
		return false;
	frame->link_type = capture->link_type;
	frame->interface = 0;
	return deliver(capture, frame, capture->buffer + header, captured, on_wire);
}

/* A time of a pcapng interface, in nanoseconds; its resolution is a power of ten or of two. */
static int64_t block_time(const struct interface *interface, uint64_t ticks)
{
	const unsigned int exponent = interface->resolution & 0x7f;
	__int128 ns = (__int128)ticks * NS_PER_S;

	if (interface->resolution & 0x80)
		ns = exponent < 100 ? ns >> exponent : 0;
	else
		for (unsigned int i = 0; i < exponent && ns; i++)
			ns /= 10;
	ns += (__int128)interface->offset_s * NS_PER_S;
	return ns < 0 || ns > TIME_MOST_NS ? 0 : (int64_t)ns;
}

static void interface_options(const struct capture_file *capture, struct interface *interface,
			      const uint8_t *at, size_t bytes)
{
	while (bytes >= 4) {
		const uint16_t code = number16(capture, at), length = number16(capture, at + 2);
		const size_t padded = 4 + (length + 3u) / 4 * 4;

		if (code == 0 || padded > bytes)
			return;
		if (code == OPTION_RESOLUTION && length >= 1)
			interface->resolution = at[4];
		if (code == OPTION_OFFSET && length >= 8) {
			uint64_t low = number32(capture, at + 4), high = number32(capture, at + 8);
			interface->offset_s = (int64_t)(capture->big_endian ? low << 32 | high
									    : high << 32 | low);
		}
		at += padded;
		bytes -= padded;
	}
}

static bool add_interface(struct capture_file *capture, const uint8_t *body, size_t bytes)
{
	struct interface *interfaces;
	struct interface *interface;

	if (bytes < 8 || capture->interface_count == INTERFACES_MOST)
		return ends(capture, CAPTURE_DAMAGED);
	interfaces =
		realloc(capture->interfaces, (capture->interface_count + 1) * sizeof(*interfaces));
	if (!interfaces)
		broken("allocate", "an interface");
	capture->interfaces = interfaces;
	interface = &interfaces[capture->interface_count++];
	*interface = (struct interface){ .link_type = number16(capture, body),
					 .snaplen = number32(capture, body + 4),
					 .resolution = 6 };
	interface_options(capture, interface, body + 8, bytes - 8);
	return true;
}

/* The packet in a block; false where there is none that can be told. */
static bool packet_in(struct capture_file *capture, uint32_t kind, const uint8_t *body,
		      size_t bytes, struct frame *frame)
{
	const size_t header = kind == SIMPLE_PACKET ? 4 : 20;
	const struct interface *interface;
	uint32_t captured, on_wire;

	if (bytes < header)
		return false;
	frame->interface = kind == PACKET_BLOCK ? number32(capture, body)
			   : kind == OLD_PACKET ? number16(capture, body)
						: 0;
	if (frame->interface >= capture->interface_count)
		return false;
	interface = &capture->interfaces[frame->interface];
	frame->link_type = interface->link_type;
	if (kind == SIMPLE_PACKET) {
		captured = on_wire = number32(capture, body);
		if (interface->snaplen && captured > interface->snaplen)
			captured = interface->snaplen;
	} else {
		capture->time_ns =
			block_time(interface, (uint64_t)number32(capture, body + 4) << 32 |
						      number32(capture, body + 8));
		captured = number32(capture, body + 12);
		on_wire = number32(capture, body + 16);
	}
	if (captured > bytes - header)
		captured = (uint32_t)(bytes - header);
	return deliver(capture, frame, body + header, captured, on_wire);
}

/* A section says in which byte order it is written, and has interfaces of its own. */
static bool begin_section(struct capture_file *capture, const uint8_t *at)
{
	const uint32_t magic = big32(at);

	if (magic != 0x1a2b3c4d && magic != 0x4d3c2b1a)
		return ends(capture, CAPTURE_DAMAGED);
	capture->big_endian = magic == 0x1a2b3c4d;
	capture->interface_count = 0;
	return true;
}

/* Those that Wireshark numbers as frames: the journal's entries, events of sysdig. */
static bool is_numbered(uint32_t kind)
{
	return kind == 9 || kind == 0x204 || kind == 0x216 || kind == 0x221;
}

/* Reads a block into the buffer. Its kind, and how long its body is, which begins at byte 8. */
static bool next_block(struct capture_file *capture, uint32_t *kind, size_t *bytes)
{
	uint32_t length;

	if (!need(capture, 0, 12))
		return false;
	*kind = number32(capture, capture->buffer);
	if (*kind == SECTION && !begin_section(capture, capture->buffer + 8))
		return false;
	length = number32(capture, capture->buffer + 4);
	if (length < 12 || length > BLOCK_MOST)
		return ends(capture, CAPTURE_DAMAGED);
	if (!need(capture, 12, (length + 3) / 4 * 4 - 12))
		return false;
	*bytes = length - 12;
	return true;
}

static bool next_packet(struct capture_file *capture, struct frame *frame)
{
	uint32_t kind;
	size_t bytes;

	while (next_block(capture, &kind, &bytes)) {
		if (kind == INTERFACE && !add_interface(capture, capture->buffer + 8, bytes))
			return false;
		if (is_numbered(kind))
			capture->frames++;
		if (kind != PACKET_BLOCK && kind != SIMPLE_PACKET && kind != OLD_PACKET)
			continue;
		if (packet_in(capture, kind, capture->buffer + 8, bytes, frame))
			return true;
		if (capture->end != CAPTURE_GOES_ON)
			return false;
		capture->frames++; /* damaged, but a frame */
	}
	return false;
}

bool capture_file_next(struct capture_file *capture, struct frame *frame)
{
	if (capture->end != CAPTURE_GOES_ON)
		return false;
	return capture->has_blocks ? next_packet(capture, frame) : next_record(capture, frame);
}

enum capture_end capture_file_end(const struct capture_file *capture)
{
	return capture->end;
}

/* Whether the file begins as a capture does; and if so, how it is written. */
static bool begin(struct capture_file *capture)
{
	uint8_t magic[4], rest[20];
	uint32_t number;

	if (take(capture, magic, sizeof(magic)) < sizeof(magic))
		return false;
	number = little32(magic);
	if (number == SECTION) {
		capture->has_blocks = true;
		return true;
	}
	if (number != 0xa1b2c3d4 && number != 0xa1b23c4d && number != 0xa1b2cd34) {
		capture->big_endian = true;
		number = swap32(number);
	}
	if (number != 0xa1b2c3d4 && number != 0xa1b23c4d && number != 0xa1b2cd34)
		return false;
	capture->fraction_ns = number == 0xa1b23c4d ? 1 : 1000;
	capture->record_header = number == 0xa1b2cd34 ? 24 : 16;
	if (take(capture, rest, sizeof(rest)) < sizeof(rest))
		return false;
	/* the upper half says whether frames end with a checksum (FCS), which IP's length leaves
	 * out anyway */
	capture->link_type = number32(capture, rest + 16) & 0xffff;
	return true;
}

/* The first block was begun by begin(): its kind is read, its length and byte order are not. */
static bool first_section(struct capture_file *capture)
{
	uint32_t length;

	if (!need(capture, 0, 8) || !begin_section(capture, capture->buffer + 4))
		return false;
	length = number32(capture, capture->buffer);
	return length >= 12 && length <= BLOCK_MOST && need(capture, 8, (length + 3) / 4 * 4 - 12);
}

struct capture_file *capture_file_open(struct byte_source source)
{
	struct capture_file *capture = calloc(1, sizeof(*capture));

	if (!capture)
		broken("allocate", "the capture");
	capture->source = source;
	if (begin(capture) && (!capture->has_blocks || first_section(capture)))
		return capture;
	capture_file_close(capture);
	return NULL;
}

void capture_file_close(struct capture_file *capture)
{
	free(capture->interfaces);
	free(capture->buffer);
	free(capture);
}

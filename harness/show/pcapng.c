#include "show/pcapng.h"

#include "base/fail.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum {
	SECTION = 0x0a0d0d0a,
	INTERFACE = 1,
	NAMES = 4,
	PACKET = 6,
	JOURNAL = 9,
};

enum { OPTION_END, OPTION_COMMENT, SECTION_APPLICATION = 4, INTERFACE_NAME = 2 };
enum { INTERFACE_DESCRIPTION = 3, INTERFACE_RESOLUTION = 9 };
enum { NAME_END, NAME_V4, NAME_V6 };

/* A block while its length is not known: a stream of its own for each would take too long. */
struct block {
	uint8_t *bytes;
	size_t count, room;
};

static void put(struct block *block, const void *bytes, size_t count)
{
	if (block->count + count > block->room) {
		block->room = 2 * block->room + count + 512;
		block->bytes = realloc(block->bytes, block->room);
		if (!block->bytes)
			broken("write", "the annotated capture");
	}
	memcpy(block->bytes + block->count, bytes, count);
	block->count += count;
}

/* Numbers are in the order of this machine: the section tells which that is. */
static void put_16(struct block *block, uint16_t number)
{
	put(block, &number, sizeof(number));
}

static void put_32(struct block *block, uint32_t number)
{
	put(block, &number, sizeof(number));
}

/* Everything in a block ends on a boundary of four bytes. */
static void put_padding(struct block *block)
{
	put(block, "\0\0\0", -block->count & 3);
}

static void put_option(struct block *block, uint16_t code, const void *value, size_t bytes)
{
	bytes = bytes < UINT16_MAX ? bytes : UINT16_MAX;
	put_16(block, code);
	put_16(block, (uint16_t)bytes);
	put(block, value, bytes);
	put_padding(block);
}

static void put_text(struct block *block, uint16_t code, const char *text)
{
	if (*text)
		put_option(block, code, text, strlen(text));
}

static void put_last_option(struct block *block)
{
	put_option(block, OPTION_END, "", 0);
}

static void end_block(FILE *file, uint32_t type, struct block *block)
{
	uint32_t ends[2] = { type };

	put_padding(block);
	ends[1] = (uint32_t)(block->count + sizeof(ends) + sizeof(ends[1]));
	fwrite(ends, sizeof(ends), 1, file);
	fwrite(block->bytes, 1, block->count, file);
	fwrite(&ends[1], sizeof(ends[1]), 1, file);
	free(block->bytes);
}

void pcapng_section(FILE *file, const char *comment)
{
	struct block block = { 0 };

	put_32(&block, 0x1a2b3c4d);
	put_16(&block, 1); /* version 1.0 */
	put_16(&block, 0);
	put_32(&block, UINT32_MAX); /* the length of the section is not told */
	put_32(&block, UINT32_MAX);
	put_text(&block, OPTION_COMMENT, comment);
	put_text(&block, SECTION_APPLICATION, "brokenpipe");
	put_last_option(&block);
	end_block(file, SECTION, &block);
}

void pcapng_interface(FILE *file, const char *name, const char *description)
{
	static const uint8_t microseconds = 6; /* 10^-6 */
	struct block block = { 0 };

	put_16(&block, 1); /* LINKTYPE_ETHERNET */
	put_16(&block, 0);
	put_32(&block, 65535); /* the most that is captured of a packet */
	put_text(&block, INTERFACE_NAME, name);
	put_text(&block, INTERFACE_DESCRIPTION, description);
	put_option(&block, INTERFACE_RESOLUTION, &microseconds, 1);
	put_last_option(&block);
	end_block(file, INTERFACE, &block);
}

static void put_name(struct block *block, const struct pcapng_name *name)
{
	const bool is_v6 = name->address.family == AF_INET6;
	const size_t address_bytes = is_v6 ? sizeof(name->address.v6) : sizeof(name->address.v4);
	const size_t name_bytes = strlen(name->name) + 1;

	put_16(block, is_v6 ? NAME_V6 : NAME_V4);
	put_16(block, (uint16_t)(address_bytes + name_bytes));
	put(block, &name->address.v4, address_bytes); /* a union: v6 begins there, too */
	put(block, name->name, name_bytes);
	put_padding(block);
}

void pcapng_names(FILE *file, const struct pcapng_name *names, size_t count)
{
	struct block block = { 0 };

	for (size_t i = 0; i < count; i++)
		if (names[i].address.family)
			put_name(&block, &names[i]);
	put_16(&block, NAME_END);
	put_16(&block, 0);
	end_block(file, NAMES, &block);
}

void pcapng_packet(FILE *file, const struct pcapng_packet *packet)
{
	struct block block = { 0 };

	put_32(&block, 0); /* the interface */
	put_32(&block, (uint32_t)(packet->time_us >> 32));
	put_32(&block, (uint32_t)packet->time_us);
	put_32(&block, (uint32_t)packet->frame_bytes);
	put_32(&block, (uint32_t)packet->wire_bytes);
	put(&block, packet->frame, packet->frame_bytes);
	put_padding(&block);
	if (*packet->comment) {
		put_text(&block, OPTION_COMMENT, packet->comment);
		put_last_option(&block);
	}
	end_block(file, PACKET, &block);
}

static void put_string(struct block *block, const char *string)
{
	put(block, string, strlen(string));
}

/* A value of several lines, or with other controls, is preceded by its length (little-endian). */
static void put_field(struct block *block, const char *name, const char *value)
{
	const uint64_t bytes = htole64(strlen(value));
	bool is_line = true;

	for (const char *at = value; *at; at++)
		is_line = is_line && ((unsigned char)*at >= ' ' || *at == '\t');
	put_string(block, name);
	put_string(block, is_line ? "=" : "\n");
	if (!is_line)
		put(block, &bytes, sizeof(bytes));
	put_string(block, value);
	put_string(block, "\n");
}

void pcapng_journal(FILE *file, int64_t time_us, const struct pcapng_field *fields, size_t count)
{
	struct block block = { 0 };
	char stamp[24];

	snprintf(stamp, sizeof(stamp), "%lld", (long long)time_us);
	put_field(&block, "__REALTIME_TIMESTAMP", stamp);
	for (size_t i = 0; i < count; i++)
		put_field(&block, fields[i].name, fields[i].value);
	end_block(file, JOURNAL, &block);
}

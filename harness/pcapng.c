#include "pcapng.h"

#include "fail.h"

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

/* A block while its length is not known. */
struct block {
	FILE *body;
	char *bytes;
	size_t count;
};

static void begin_block(struct block *block)
{
	*block = (struct block){ 0 };
	block->body = open_memstream(&block->bytes, &block->count);
	if (!block->body)
		broken("write", "the annotated capture");
}

/* Numbers are in the order of this machine: the section tells which that is. */
static void put_16(FILE *body, uint16_t number)
{
	fwrite(&number, sizeof(number), 1, body);
}

static void put_32(FILE *body, uint32_t number)
{
	fwrite(&number, sizeof(number), 1, body);
}

/* Everything in a block ends on a boundary of four bytes. */
static void put_padding(FILE *body, size_t behind_bytes)
{
	static const char zeros[3];

	fwrite(zeros, 1, -behind_bytes & 3, body);
}

static void put_option(FILE *body, uint16_t code, const void *value, size_t bytes)
{
	bytes = bytes < UINT16_MAX ? bytes : UINT16_MAX;
	put_16(body, code);
	put_16(body, (uint16_t)bytes);
	fwrite(value, 1, bytes, body);
	put_padding(body, bytes);
}

static void put_text(FILE *body, uint16_t code, const char *text)
{
	if (*text)
		put_option(body, code, text, strlen(text));
}

static void put_last_option(FILE *body)
{
	put_option(body, OPTION_END, "", 0);
}

static void end_block(FILE *file, uint32_t type, struct block *block)
{
	uint32_t total;

	if (fclose(block->body) != 0)
		broken("write", "the annotated capture");
	total = (uint32_t)(block->count + (-block->count & 3)) + 3 * sizeof(uint32_t);
	put_32(file, type);
	put_32(file, total);
	fwrite(block->bytes, 1, block->count, file);
	put_padding(file, block->count);
	put_32(file, total);
	free(block->bytes);
}

void pcapng_section(FILE *file, const char *comment)
{
	struct block block;

	begin_block(&block);
	put_32(block.body, 0x1a2b3c4d);
	put_16(block.body, 1); /* version 1.0 */
	put_16(block.body, 0);
	put_32(block.body, UINT32_MAX); /* the length of the section is not told */
	put_32(block.body, UINT32_MAX);
	put_text(block.body, OPTION_COMMENT, comment);
	put_text(block.body, SECTION_APPLICATION, "brokenpipe");
	put_last_option(block.body);
	end_block(file, SECTION, &block);
}

void pcapng_interface(FILE *file, const char *name, const char *description)
{
	static const uint8_t microseconds = 6; /* 10^-6 */
	struct block block;

	begin_block(&block);
	put_16(block.body, 1); /* LINKTYPE_ETHERNET */
	put_16(block.body, 0);
	put_32(block.body, 65535); /* the most that is captured of a packet */
	put_text(block.body, INTERFACE_NAME, name);
	put_text(block.body, INTERFACE_DESCRIPTION, description);
	put_option(block.body, INTERFACE_RESOLUTION, &microseconds, 1);
	put_last_option(block.body);
	end_block(file, INTERFACE, &block);
}

static void put_name(FILE *body, const struct pcapng_name *name)
{
	const bool is_v6 = name->address.family == AF_INET6;
	const size_t address_bytes = is_v6 ? sizeof(name->address.v6) : sizeof(name->address.v4);
	const size_t name_bytes = strlen(name->name) + 1;

	put_16(body, is_v6 ? NAME_V6 : NAME_V4);
	put_16(body, (uint16_t)(address_bytes + name_bytes));
	fwrite(&name->address.v4, 1, address_bytes, body); /* a union: v6 begins there, too */
	fwrite(name->name, 1, name_bytes, body);
	put_padding(body, address_bytes + name_bytes);
}

void pcapng_names(FILE *file, const struct pcapng_name *names, size_t count)
{
	struct block block;

	begin_block(&block);
	for (size_t i = 0; i < count; i++)
		if (names[i].address.family)
			put_name(block.body, &names[i]);
	put_16(block.body, NAME_END);
	put_16(block.body, 0);
	end_block(file, NAMES, &block);
}

void pcapng_packet(FILE *file, const struct pcapng_packet *packet)
{
	struct block block;

	begin_block(&block);
	put_32(block.body, 0); /* the interface */
	put_32(block.body, (uint32_t)(packet->time_us >> 32));
	put_32(block.body, (uint32_t)packet->time_us);
	put_32(block.body, (uint32_t)packet->frame_bytes);
	put_32(block.body, (uint32_t)packet->wire_bytes);
	fwrite(packet->frame, 1, packet->frame_bytes, block.body);
	put_padding(block.body, packet->frame_bytes);
	if (*packet->comment) {
		put_text(block.body, OPTION_COMMENT, packet->comment);
		put_last_option(block.body);
	}
	end_block(file, PACKET, &block);
}

/* A value of several lines, or with other controls, is preceded by its length (always
 * little-endian).
 */
static void put_field(FILE *body, const char *name, const char *value)
{
	const uint64_t bytes = htole64(strlen(value));
	bool is_line = true;

	for (const char *at = value; *at; at++)
		is_line = is_line && ((unsigned char)*at >= ' ' || *at == '\t');
	fputs(name, body);
	fputc(is_line ? '=' : '\n', body);
	if (!is_line)
		fwrite(&bytes, sizeof(bytes), 1, body);
	fputs(value, body);
	fputc('\n', body);
}

void pcapng_journal(FILE *file, int64_t time_us, const struct pcapng_field *fields, size_t count)
{
	struct block block;

	begin_block(&block);
	fprintf(block.body, "__REALTIME_TIMESTAMP=%lld\n", (long long)time_us);
	for (size_t i = 0; i < count; i++)
		put_field(block.body, fields[i].name, fields[i].value);
	end_block(file, JOURNAL, &block);
}

/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng), as far as the lab writes them, among them
 * systemd's Journal Export Block: a moment without a packet, which Wireshark shows as a row of its
 * own. Stamps are microseconds since 1970, for a journal entry has no finer ones. Pure, but for
 * writing to the given file, whose error indicator says what became of it.
 */
#ifndef PCAPNG_H
#define PCAPNG_H

#include "record/packet.h"

#include <stdio.h>

/* The beginning of a file; the comment is shown with its properties. */
void pcapng_section(FILE *file, const char *comment);

/* The (one, Ethernet) interface of all packets that follow. */
void pcapng_interface(FILE *file, const char *name, const char *description);

struct pcapng_name {
	struct address address;
	const char *name;
};

/* What to show in place of addresses. */
void pcapng_names(FILE *file, const struct pcapng_name *names, size_t count);

struct pcapng_packet {
	int64_t time_us;
	const uint8_t *frame;
	size_t frame_bytes, wire_bytes; /* captured, and on the wire */
	const char *comment;            /* or "" */
};

void pcapng_packet(FILE *file, const struct pcapng_packet *packet);

struct pcapng_field {
	const char *name, *value; /* of any bytes but 0; systemd.journal-fields(7) */
};

void pcapng_journal(FILE *file, int64_t time_us, const struct pcapng_field *fields, size_t count);

#endif

/* Opens what a person has named as a capture file; gzip is unpacked on the way. */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include "diagnose/capture_file.h"

struct capture_source;

/*
 * NULL when it cannot be opened, or is nothing that a capture can be read from (a directory, a
 * FIFO, a device); `why` then says so in one sentence.
 */
struct capture_source *capture_source_open(const char *path, char *why, size_t why_bytes);
void capture_source_close(struct capture_source *source);

struct byte_source capture_source_bytes(struct capture_source *source);

/* "compressed with xz", "a snoop file": what the beginning of the file looks like; or NULL. */
const char *capture_source_looks_like(struct capture_source *source);

#endif

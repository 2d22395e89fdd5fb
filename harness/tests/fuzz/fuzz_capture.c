/* make fuzz: a whole capture file, from its first byte to the last sentence of the diagnosis. */
#include "diagnose/report.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct memory {
	const uint8_t *at;
	size_t left;
};

static ssize_t read_memory(void *context, void *to, size_t bytes)
{
	struct memory *memory = context;

	if (bytes > memory->left)
		bytes = memory->left;
	memcpy(to, memory->at, bytes);
	memory->at += bytes;
	memory->left -= bytes;
	return (ssize_t)bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static FILE *nowhere;
	struct memory memory = { data, bytes };
	struct capture_file *capture =
		capture_file_open((struct byte_source){ read_memory, &memory });
	struct wire wire = { .frames = 0 };
	struct report report = { .path = "fuzz", .wire = &wire, .all = true };
	struct frame frame;

	if (!nowhere && !(nowhere = fopen("/dev/null", "w")))
		abort();
	if (!capture)
		return 0;
	while (capture_file_next(capture, &frame))
		wire_add(&wire, &frame);
	report.end = capture_file_end(capture);
	capture_file_close(capture);
	wire_find_conversations(&wire);
	report_count(&report);
	report.language = bytes & 1 ? KOREAN : ENGLISH;
	report_text(&report, nowhere);
	report_json(&report, nowhere);
	wire_free(&wire);
	return 0;
}

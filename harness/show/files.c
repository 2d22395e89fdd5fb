#include "show/files.h"

#include "base/fail.h"
#include "lab/parts.h"

#include "base/clock.h"
#include "show/json.h"

struct run_of {
	const struct lab *lab;
	const char *capture_file;
	size_t begins;
};

struct annotated evidence_annotated(const struct lab *lab)
{
	return (struct annotated){ .timeline = &lab->timeline,
				   .title = lab->options->variant->claim,
				   .expectations = lab->expectations,
				   .expectation_count = lab->expectation_count };
}

static int write_capture(FILE *file, const void *run)
{
	return capture_write(file, &((const struct run_of *)run)->lab->timeline);
}

static int write_annotated(FILE *file, const void *run)
{
	const struct run_of *of = run;
	const struct annotated annotated = evidence_annotated(of->lab);

	return annotated_write(file, &annotated, of->begins);
}

static int write_json(FILE *file, const void *run)
{
	const struct run_of *of = run;

	return json_write(file, of->lab, of->capture_file);
}

/* A capture with holes proves nothing: it does not replace the one of the run before. */
void evidence_save(const struct publication *publication, struct lab *lab, const char *name,
		   size_t begins)
{
	char capture_file[128], annotated_file[128], json_file[128];
	const struct run_of run = { lab, capture_file, begins };
	const struct published_file files[] = { { capture_file, write_capture, &run },
						{ annotated_file, write_annotated, &run },
						{ json_file, write_json, &run } };
	int64_t began = monotonic_ns();

	if (lab->dropped)
		give_up(ENDING_BROKEN,
			"the capture has lost %u frames: it is no evidence, and was not saved.\n"
			"  Run it again; if it stays so, with a larger ring: --ring %d",
			lab->dropped, lab->options->ring_bytes * 8);
	snprintf(capture_file, sizeof(capture_file), "%s.pcap", name);
	snprintf(annotated_file, sizeof(annotated_file), "%s.pcapng", name);
	snprintf(json_file, sizeof(json_file), "%s.json", name);
	publish_files(publication, files, sizeof(files) / sizeof(files[0]));
	lab->cost.phase_ns[PHASE_FILES] = monotonic_ns() - began;
}

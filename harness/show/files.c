#include "show/files.h"

#include "show/annotated_capture.h"
#include "show/json.h"
#include "show/pcap.h"

static int write_capture(FILE *file, const void *run)
{
	return pcap_file_write(file, ((const struct run *)run)->timeline);
}

static int write_annotated(FILE *file, const void *run)
{
	return annotated_capture_write(file, run);
}

static int write_json(FILE *file, const void *run)
{
	return json_write(file, run);
}

void files_save(const struct publication *publication, const struct run *run)
{
	char capture_file[128], annotated_file[128], json_file[128];
	const struct published_file files[] = { { capture_file, write_capture, run },
						{ annotated_file, write_annotated, run },
						{ json_file, write_json, run } };

	snprintf(capture_file, sizeof(capture_file), "%s.pcap", run->name);
	snprintf(annotated_file, sizeof(annotated_file), "%s.pcapng", run->name);
	snprintf(json_file, sizeof(json_file), "%s.json", run->name);
	publish_files(publication, files, sizeof(files) / sizeof(files[0]));
}

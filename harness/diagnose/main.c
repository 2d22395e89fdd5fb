/* make diagnose PCAP=FILE: which failure is this? */
#include "base/fail.h"
#include "base/text.h"
#include "diagnose/capture_source.h"
#include "diagnose/report.h"
#include "diagnose/words.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SHOWN_BYTES = 256 };

struct options {
	enum language language;
	bool json, all;
	const char *path;
};

static const char help[] =
	"usage: diagnose [--json] [--all] [--lang en|ko] FILE\n"
	"Which failure does a capture show? FILE is pcap or pcapng, perhaps with gzip; it may be from\n"
	"anywhere. Root is not needed.\n\n"
	"  --all      each connection, however many there are\n"
	"  --json     for programs\n"
	"  --lang     en or ko (default: LESSON_LANG, LC_ALL, LANG)\n\n"
	"exit status: 0 something was recognised, 1 nothing was (no TCP, no end, or an end that this lab\n"
	"has no scenario for), 99 the file cannot be read\n";

static struct options parse(int argc, char **argv)
{
	static const struct option known[] = { { "json", no_argument, NULL, 'j' },
					       { "all", no_argument, NULL, 'a' },
					       { "lang", required_argument, NULL, 'l' },
					       { "help", no_argument, NULL, 'h' },
					       { 0 } };
	const char *said = getenv("LESSON_LANG");
	struct options options = { .path = NULL };
	int c;

	if (!said || !*said)
		said = getenv("LC_ALL");
	if (!said || !*said)
		said = getenv("LANG");
	options.language = language_of(said);
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'j':
			options.json = true;
			break;
		case 'a':
			options.all = true;
			break;
		case 'l':
			options.language = language_of(optarg);
			break;
		case 'h':
			fputs(help, stdout);
			exit(0);
		default:
			exit(ENDING_BROKEN); /* getopt has said what is wrong */
		}
	}
	if (optind + 1 != argc || !*argv[optind])
		give_up(ENDING_BROKEN, "give one capture file: make diagnose PCAP=FILE");
	options.path = argv[optind];
	return options;
}

/* Reads all there is; the file is closed again. */
static enum capture_end read_wire(struct wire *wire, const char *path, const char *shown)
{
	char why[256];
	struct capture_source *source = capture_source_open(path, why, sizeof(why));
	struct capture_file *capture;
	enum capture_end end;
	struct frame frame;

	if (!source)
		give_up(ENDING_BROKEN, "%s %s", shown, why);
	capture = capture_file_open(capture_source_bytes(source));
	if (!capture) {
		const char *looks_like = capture_source_looks_like(source);
		give_up(ENDING_BROKEN, "%s is %s", shown,
			looks_like ? looks_like
				   : "no capture: give a pcap or pcapng file, as tcpdump -w or "
				     "Wireshark write it");
	}
	while (capture_file_next(capture, &frame))
		wire_add(wire, &frame);
	end = capture_file_end(capture);
	capture_file_close(capture);
	capture_source_close(source);
	if (end == CAPTURE_EMPTY && wire->tcp_frames == 0)
		give_up(ENDING_BROKEN, "%s holds nothing but empty records", shown);
	if (wire->frames > 0 && wire->unknown_links == wire->frames)
		give_up(ENDING_BROKEN,
			"%s has link type %u, which is not read here: capture Ethernet, Linux "
			"cooked, raw IP, loopback, PPP or 802.11",
			shown, wire->unknown_link);
	return end;
}

int main(int argc, char **argv)
{
	const struct options options = parse(argc, argv);
	char shown[PATH_SHOWN_BYTES];
	struct wire wire = { .frames = 0 };
	struct report report = {
		.path = shown, .wire = &wire, .language = options.language, .all = options.all
	};

	snprintf(shown, sizeof(shown), "%s", options.path);
	replace_controls(shown);
	report.end = read_wire(&wire, options.path, shown);
	wire_find_conversations(&wire);
	report_count(&report);
	if (options.json)
		report_json(&report, stdout);
	else
		report_text(&report, stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		broken("write", "the diagnosis");
	wire_free(&wire);
	return report.recognised > 0 ? ENDING_MET : ENDING_UNMET;
}

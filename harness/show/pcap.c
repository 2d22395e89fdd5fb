#include "show/pcap.h"

#include <errno.h>
#include <pcap/pcap.h>

enum { SNAPLEN = 65535 }; /* what the header says: no frame of the lab is longer */

int pcap_file_write(FILE *file, const struct timeline *timeline)
{
	pcap_t *dead = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAPLEN,
							    PCAP_TSTAMP_PRECISION_NANO);
	pcap_dumper_t *dumper = dead ? pcap_dump_fopen(dead, file) : NULL;

	if (!dumper) {
		errno = errno ? errno : ENOMEM;
		return -1;
	}
	for (size_t i = 0; i < timeline->count; i++) {
		const struct event *event = &timeline->events[i];
		struct pcap_pkthdr header = {
			.ts = { .tv_sec = event->time_ns / 1000000000,
				.tv_usec = event->time_ns % 1000000000 },
			.caplen = (bpf_u_int32)event->wire.frame_bytes,
			.len = (bpf_u_int32)event->wire.wire_bytes,
		};

		if (event->kind == EVENT_PACKET)
			pcap_dump((u_char *)dumper, &header, event->wire.frame);
	}
	pcap_close(dead);
	return fflush(file) == 0 && !ferror(file) ? 0 : -1; /* the dumper is the file itself */
}

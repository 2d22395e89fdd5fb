/* The plain capture of a run: its frames as a pcap file. */
#ifndef SHOW_PCAP_H
#define SHOW_PCAP_H

#include "record/timeline.h"

#include <stdio.h>

/*
 * Writes the frames of a timeline (nanosecond stamps, Ethernet). -1 and errno when the file does
 * not take them; `file` stays the caller's.
 */
int pcap_file_write(FILE *file, const struct timeline *timeline);

#endif

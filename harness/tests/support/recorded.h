/* A run that was written down, NAME.json and NAME.pcap, as the timeline that it was. */
#ifndef RECORDED_H
#define RECORDED_H

#include "record/timeline.h"

/* -1 when the files are not such a run; a message is printed. timeline_close() frees it. */
int recorded_open(struct timeline *timeline, const char *json_path);

#endif

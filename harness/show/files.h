/* What a run leaves: NAME.pcap (the wire), NAME.pcapng (annotated), NAME.json (the record). */
#ifndef SHOW_FILES_H
#define SHOW_FILES_H

#include "show/publish.h"
#include "show/run.h"

/* Writes the three. Ends the program when they cannot be written. */
void files_save(const struct publication *publication, const struct run *run);

#endif

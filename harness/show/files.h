/* What a run leaves: its wire, its timeline and verdicts, and both as one annotated capture. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "show/annotated_capture.h"
#include "lab/lab.h"
#include "show/publish.h"

/* The run as annotated.h wants it. */
struct annotated evidence_annotated(const struct lab *lab);

/*
 * Writes NAME.pcap, NAME.pcapng and NAME.json. The events before `begins` are the set-up. Ends the
 * program when they cannot be written, or when the capture has lost frames.
 */
void evidence_save(const struct publication *publication, struct lab *lab, const char *name,
		   size_t begins);

#endif

/* What a segment is to those before it: sent again, or only there to be answered. Pure. */
#ifndef RETRANSMISSION_H
#define RETRANSMISSION_H

#include "record/timeline.h"

/*
 * Whether a segment (an EVENT_PACKET of the timeline) takes sequence numbers (data, SYN or FIN) and
 * begins with one that was sent before (RFC 9293 3.8.1).
 */
bool is_retransmission(const struct timeline *timeline, const struct event *event);

/*
 * Whether a segment is a probe of an idle connection or of a closed window: it is empty, and its
 * sequence number is one below the next one of its sender (tcp_xmit_probe_skb()), so that the other
 * side must answer it with an ACK. Sequence numbers wrap around; a SYN begins anew.
 */
bool is_probe(const struct timeline *timeline, const struct event *event);

#endif

/*
 * Faults of hosts and of the network, and shorter timeouts for what follows from them. Every step
 * is noted as the command a person would type. All functions end the run when the kernel refuses.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "hosts/hosts.h"

/*
 * TCP on `from` gives up sending to `to` within a second, not after a quarter of an hour: with a
 * short minimum retransmission timeout, and tcp_retries2=1 (tcp_model_timeout()). The last host on
 * the way to `to` gives up asking for its link-layer address sooner, too.
 */
void faults_hasten(struct hosts *hosts, enum host from, enum host to);

/*
 * Drops all packets to and from the host in its own firewall: from the wire it looks like a crash.
 * Ends the run with ENDING_CANNOT_RUN where iptables is missing or fails.
 */
void faults_crash(struct hosts *hosts, enum host host);

/*
 * Takes the host off its link: it does not answer for its address any more, and its neighbour on
 * the link has no link-layer address for it.
 */
void faults_detach(struct hosts *hosts, enum host host);

/* Removes the route of a host to `to`, or makes it one that says "prohibited". */
void faults_remove_route(struct hosts *hosts, enum host host, enum host to);
void faults_prohibit_route(struct hosts *hosts, enum host host, enum host to);

#endif

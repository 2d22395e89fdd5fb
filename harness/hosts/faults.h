/*
 * What is made to go wrong with the hosts and between them, and the shorter waits for what follows.
 * Every step is noted as the command a person would type. All end the program when the kernel
 * refuses.
 */
#ifndef FAULTS_H
#define FAULTS_H

#include "hosts/hosts.h"

/*
 * TCP on `from` gives up sending to `to` in less than a second instead of a quarter of an hour: a
 * short least retransmission timeout, and tcp_retries2 of 1 (tcp_model_timeout()). Whoever is the
 * last on the way to `to` gives up asking for its link-layer address sooner, too.
 */
void faults_hasten(struct hosts *hosts, enum host from, enum host to);

/*
 * Drops all packets to and from the host in its own firewall: a crash, as seen from the wire.
 * Ends the run with ENDING_CANNOT_RUN where iptables is missing or refused.
 */
void faults_crash(struct hosts *hosts, enum host host);

/*
 * The host is taken off its link: nobody answers for its address any more, and who is on the same
 * link has forgotten where it was.
 */
void faults_detach(struct hosts *hosts, enum host host);

/* The host has no route to `to` any more; or one that says that going there is prohibited. */
void faults_remove_route(struct hosts *hosts, enum host host, enum host to);
void faults_prohibit_route(struct hosts *hosts, enum host host, enum host to);

#endif

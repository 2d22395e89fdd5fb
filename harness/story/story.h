/*
 * All that a scenario needs: verbs. A story is told in actions, expectations and scenes; read it
 * aloud. docs/ADDING_A_SCENARIO.md shows how to write one.
 *
 * Every expectation waits, with a deadline, until what it describes has been seen, and consumes the
 * events of its observer (the wire, a process, a socket, an output) in order: the next expectation
 * of the same observer looks after the match. In a description a field left out means "any". An
 * expectation that is not met ends the story; what was wanted and what was seen is printed.
 *
 * A verb that takes a description, or notes where in the scenario it stands, is a macro. The
 * function under the macro has the same name with _at.
 */
#ifndef STORY_H
#define STORY_H

#include "expect/description.h"
#include "lab/scenario.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>

struct actor; /* a started program with all its processes, or one process; owned by the lab */

#define HERE ((struct here){ __FILE__, __LINE__ })

/* Scenes and actions -------------------------------------------------------------------- */

/* A heading: what happens next, and why. */
void scene(struct lab *lab, const char *text);

/*
 * Starts a program of core/ on a host, or what the user gave in its place (CLIENT=, SERVER=). The
 * arguments are strings. start(lab, SERVER, "tcpserv04")
 */
#define start(lab, host, ...) start_at(lab, HERE, host, (const char *const[]){ __VA_ARGS__, NULL })
struct actor *start_at(struct lab *lab, struct here here, enum host host, const char *const *words);

/* "192.0.2.2" */
const char *address_of(struct lab *lab, enum host host);

/* The errno by which a program learns of this ICMP error: IPv4 and IPv6 differ. */
int errno_of(struct lab *lab, enum unreachable reason);

/*
 * Types a line, or ^D at the start of a line, at the program's terminal. What the process did
 * before cannot be an answer to it: the next expectation of a call or signal looks after this.
 */
void type_line(struct actor *actor, const char *line);
void type_eof(struct actor *actor);

/*
 * With SEED=n runs differ, though their lesson is the same: a line that is typed, or expected as
 * output, is replaced by another one of the same meaning if the lab has one (seed.c), and the
 * client uses other ports.
 *
 * small_talk: none to three more lines that an echo server answers; none without a seed. To be used
 * before the story's own first line.
 */
void small_talk(struct lab *lab, struct actor *client);

/* One of several (0 ... count - 1); without a seed `otherwise`. */
int choose(struct lab *lab, int count, int otherwise);

/*
 * The number of bytes of the typed line, with its newline, between two texts: "read: 6" of "read:
 * ", "hello", "".
 */
const char *counted(struct lab *lab, const char *before, const char *line, const char *after);

void send_signal(struct actor *actor, int number);

/*
 * Stops the process at the entry of its nth call of this name from now on (on a socket, if the call
 * is on a descriptor), or at a sleep before it, until release(). This makes a race certain.
 */
void hold(struct actor *actor, const char *name, int nth);

/* Waits until the process is stopped by hold(), then lets it go on; a sleep ends. */
#define release(actor) release_at(actor, HERE)
void release_at(struct actor *actor, struct here here);

/* From now on the program's sleeps end at once (but at a hold they last until the release). */
void skip_sleeps(struct actor *actor);

/*
 * The next call of this name is not run, and returns -1 with this errno: what other kernels do and
 * this one does not.
 */
void answer_call(struct actor *actor, const char *name, int error);

/*
 * The same two for the program that is started next: it may reach the call before start() returns.
 */
void hold_next(struct lab *lab, const char *name, int nth);
void answer_next(struct lab *lab, const char *name, int error);

/* Sends a signal to every process of a host, as a shutdown does. */
void signal_all(struct lab *lab, enum host host, int number);

/*
 * Shortens what would take minutes, and shows what the default is. hasten: TCP on `from` gives up
 * sending to `to` within a second. hasten_parameter: a kernel parameter of a host (path below
 * /proc/sys) gets this value. With PACE=real neither does anything.
 */
void hasten(struct lab *lab, enum host from, enum host to);
void hasten_parameter(struct lab *lab, enum host host, const char *name, const char *value);

/* PACE=real: nothing is shortened, and more of what takes long can be expected. */
bool is_pace_real(struct lab *lab);

/*
 * For how many milliseconds at least TCP on this host retransmits before it gives up: what the
 * host's tcp_retries2 amounts to, for .persisted_ms of expect_call (tcp_model_timeout()).
 */
int persistence_ms(struct lab *lab, enum host host);

/* A kernel parameter that the story is about, whatever the pace. */
void set_parameter(struct lab *lab, enum host host, const char *name, const char *value);

/* The host loses its power and starts again, with the same address and no memory. */
void reboot_host(struct lab *lab, enum host host);

/* All packets to and from the host are dropped, by iptables. */
void crash_host(struct lab *lab, enum host host);

/* The host is removed from its link: ARP and neighbour solicitations for it get no answer. */
void detach_host(struct lab *lab, enum host host);

/*
 * `host` loses its route to `to`, or gets one that prohibits it: a router answers with ICMP then, a
 * program's own call fails. hasten() from this host would give it the route again.
 */
void remove_route(struct lab *lab, enum host host, enum host to);
void prohibit_route(struct lab *lab, enum host host, enum host to);

/*
 * An outsider on the router, who has scapy and forges segments of the newest connection in the name
 * of one of its ends: with the sequence number that the other end waits for, or one that is
 * `offset` higher. Scapy takes a second to load: start the outsider first. Where it is missing the
 * run ends with ENDING_CANNOT_RUN.
 */
struct actor *start_outsider(struct lab *lab);

struct forgery {
	enum host from; /* CLIENT or SERVER */
	unsigned int flags;
	int offset;
};

/* forge_segment(outsider, .from = SERVER, .flags = RST, .offset = 100) */
#define forge_segment(outsider, ...) \
	forge_segment_at(outsider, HERE, (struct forgery){ __VA_ARGS__ })
void forge_segment_at(struct actor *outsider, struct here here, struct forgery forgery);

/* Other processes of a program ---------------------------------------------------------- */

/* The next child that the process forks. */
#define child_of(actor) child_of_at(actor, HERE)
struct actor *child_of_at(struct actor *actor, struct here here);

/*
 * The process that serves the newest connection: the only one that has the server's end of it open.
 * It is the child of a forking server, and the server itself where that does not fork.
 */
#define serving(actor) serving_at(actor, HERE)
struct actor *serving_at(struct actor *actor, struct here here);

/* Expectations -------------------------------------------------------------------------- */

/* expect_segment(lab, .from = SERVER, .flags = FIN | ACK) */
#define expect_segment(lab, ...) expect_segment_at(lab, HERE, (struct segment){ __VA_ARGS__ })
void expect_segment_at(struct lab *lab, struct here here, struct segment segment);

/* None from what was last expected on the wire to what is next, or to the end of the story. */
#define expect_no_segment(lab, ...) expect_no_segment_at(lab, HERE, (struct segment){ __VA_ARGS__ })
void expect_no_segment_at(struct lab *lab, struct here here, struct segment segment);

/* Why a datagram was not delivered: expect_icmp(lab, .from = ROUTER, .unreachable = PROHIBITED) */
#define expect_icmp(lab, ...) expect_icmp_at(lab, HERE, (struct icmp_error){ __VA_ARGS__ })
void expect_icmp_at(struct lab *lab, struct here here, struct icmp_error icmp);

/* A request for a host's link-layer address (ARP): expect_question(lab, .about = SERVER) */
#define expect_question(lab, ...) expect_question_at(lab, HERE, (struct question){ __VA_ARGS__ })
void expect_question_at(struct lab *lab, struct here here, struct question question);

/* expect_call(client, .name = "write", .error = EPIPE) */
#define expect_call(actor, ...) expect_call_at(actor, HERE, (struct returned){ __VA_ARGS__ })
void expect_call_at(struct actor *actor, struct here here, struct returned call);

/* A read that returns 0. */
#define expect_eof(actor) expect_call(actor, .name = "read", .eof = true)

/* The process sleeps in this call. */
#define expect_blocked(actor, call) expect_process(actor, .state = 'S', .in_call = call)

/* So many children of the process are zombies, and it has no other child. */
#define expect_zombies(actor, count) expect_zombies_at(actor, HERE, count)
void expect_zombies_at(struct actor *actor, struct here here, int count);

/* The process has so many threads, the first one included. */
#define expect_threads(actor, count) expect_threads_at(actor, HERE, count)
void expect_threads_at(struct actor *actor, struct here here, int count);

/* expect_process(child, .state = 'Z'): as ps shows it. */
#define expect_process(actor, ...) \
	expect_process_at(actor, HERE, (struct process_look){ __VA_ARGS__ })
void expect_process_at(struct actor *actor, struct here here, struct process_look look);

#define expect_signal(actor, number, disposition) \
	expect_signal_at(actor, HERE, (struct signalled){ number, disposition })
void expect_signal_at(struct actor *actor, struct here here, struct signalled signal);

/*
 * The process gets no such signal from what was last expected of its calls and signals to what is
 * next, or to the end of the story: expect_no_signal(client, SIGPIPE).
 */
#define expect_no_signal(actor, number) expect_no_signal_at(actor, HERE, number)
void expect_no_signal_at(struct actor *actor, struct here here, int number);

#define expect_exit(actor, code) \
	expect_end_at(actor, HERE, (struct end){ .exited = true, .status = code })
#define expect_killed_by(actor, number) expect_end_at(actor, HERE, (struct end){ .signal = number })
void expect_end_at(struct actor *actor, struct here here, struct end end);

/*
 * The kernel's state of the actor's socket: TCP_CLOSE_WAIT ... of <netinet/tcp.h>; TCP_CLOSE: the
 * connection is closed.
 */
#define expect_state(actor, state) expect_state_at(actor, HERE, state)
void expect_state_at(struct actor *actor, struct here here, int state);

/*
 * The kernel has doubled the retransmission timeout of the actor's socket so many times, or more
 * (RFC 6298 5.5; tcpi_backoff of TCP_INFO).
 */
#define expect_backoff(actor, times) expect_backoff_at(actor, HERE, times)
void expect_backoff_at(struct actor *actor, struct here here, int times);

/* A line that contains this text. */
#define expect_output(actor, text) expect_output_at(actor, HERE, text)
void expect_output_at(struct actor *actor, struct here here, const char *text);

#endif

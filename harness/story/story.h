/*
 * All that a scenario needs: verbs. A story is told in actions, expectations and scenes; read it
 * aloud. docs/ADDING_A_SCENARIO.md shows how to write one.
 *
 * Every expectation waits, with a deadline, until what it names has been seen, and consumes the
 * events of its observer (the wire, a process, a socket, an output) in order: the next expectation
 * of the same observer looks behind the match. In a description a field left out means "any". An
 * expectation that is not met ends the story: what was wanted and what was seen is reported.
 */
#ifndef STORY_H
#define STORY_H

#include "expect/expectation.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>

struct lab;
struct actor; /* a started program with all its processes, or one process; owned by the lab */

/* One way in which the failure can go: its own run, its own files. */
struct variant {
	const char *name;
	const char *claim; /* what it shows, in one sentence */
	void (*tell)(struct lab *lab);
	bool routed; /* with a router between the hosts, which answers with ICMP */
};

struct story {
	const char *name;    /* of the file, with '-' for '_' */
	const char *section; /* of UNP vol. 1, 3rd edition */
	const char *claim;
	const struct variant *variants; /* ends with a row of zeros; the first is the book's */
};

/* What each scenario defines. */
extern const struct story story;

/* The port of the book's servers (SERV_PORT). */
enum { ECHO_PORT = 9877 };

/* Where a verb stands in a scenario; filled in by the macros below. */
struct here {
	const char *file;
	int line;
};
#define HERE ((struct here){ __FILE__, __LINE__ })

/* Scenes and actions -------------------------------------------------------------------- */

/* A heading: what happens next, and why. */
void scene(struct lab *lab, const char *text);

/*
 * Starts a program of core/ on a host, or what the user gave in its place (CLIENT=, SERVER=). The
 * arguments are strings.
 */
#define start(lab, host, ...) (start)(lab, host, (const char *const[]){ __VA_ARGS__, NULL })
struct actor *(start)(struct lab *lab, enum host host, const char *const *words);

/* "192.0.2.2" */
const char *address_of(struct lab *lab, enum host host);

/* The errno that says so to a program: it is not the same in IPv4 and IPv6. */
int errno_of(struct lab *lab, enum unreachable reason);

/*
 * Types a line, or ^D at the start of a line, at the program's terminal. What the process did
 * before is no answer to it: the next expectation of a call or signal looks behind this.
 */
void type_line(struct actor *actor, const char *line);
void type_eof(struct actor *actor);

/*
 * With SEED=n runs differ, though their lesson is the same: a line typed, or expected as output, is
 * another one of the same meaning where the lab has one (seed.c); the client has other ports.
 *
 * None to three more lines that an echo server answers; none without a seed. For before the
 * story's own first line.
 */
void small_talk(struct lab *lab, struct actor *client);

/* Who of several (0 ... count - 1); without a seed `otherwise`. */
int choose(struct lab *lab, int count, int otherwise);

/* "read: 6" of "read: ", "hello", "": how many bytes the typed line has, with its end. */
const char *counted(struct lab *lab, const char *before, const char *line, const char *behind);

void send_signal(struct actor *actor, int number);

/*
 * Stops the process at the entry of its nth call of this name from now on (on a socket, if the call
 * is on a descriptor), or at a sleep before it, until release(). This makes a race certain.
 */
#define hold(actor, name, nth) (hold)(actor, name, nth)
void(hold)(struct actor *actor, const char *name, int nth);

/* Waits until the process has come to where it is held, then lets it go on; its sleep is over. */
#define release(actor) (release)(actor, HERE)
void(release)(struct actor *actor, struct here here);

/* From now on the program's sleeps end at once (but at a hold they last until the release). */
void skip_sleeps(struct actor *actor);

/*
 * The next call of this name returns -1 with this errno, without being run: what other kernels do,
 * and this one does not.
 */
void answer_call(struct actor *actor, const char *name, int error);

/* The same two for the program that is started next: it may come to the call before start returns.
 */
void hold_next(struct lab *lab, const char *name, int nth);
void answer_next(struct lab *lab, const char *name, int error);

/* Sends a signal to every process of a host, as a shutdown does. */
void signal_all(struct lab *lab, enum host host, int number);

/*
 * Shortens what would take minutes, and shows what the default is: TCP on `from` gives up sending
 * to `to` within a second; a kernel parameter of a host (path below /proc/sys) has this value. With
 * PACE=real neither is done.
 */
void hasten(struct lab *lab, enum host from, enum host to);
void hasten_parameter(struct lab *lab, enum host host, const char *name, const char *value);

/* PACE=real: nothing is shortened, and more of what takes long can be expected. */
bool is_pace_real(struct lab *lab);

/*
 * How many milliseconds TCP on this host retransmits before it gives up, at the least: what the
 * host's tcp_retries2 comes to, for .persisted_ms of expect_call (tcp_model_timeout()).
 */
int persistence_ms(struct lab *lab, enum host host);

/* A kernel parameter that the story is about, whatever the pace. */
void set_parameter(struct lab *lab, enum host host, const char *name, const char *value);

/* The host loses its power and starts again, with the same address and no memory. */
void reboot_host(struct lab *lab, enum host host);

/* All packets to and from the host are dropped, by iptables. */
void crash_host(struct lab *lab, enum host host);

/* The host is taken off its link: nobody answers any more when its neighbours ask for it. */
void detach_host(struct lab *lab, enum host host);

/*
 * `host` has no route to `to` any more, or one by which going there is prohibited: a router says so
 * with ICMP, a program's own call fails. hasten() from this host would give it the route again.
 */
void remove_route(struct lab *lab, enum host host, enum host to);
void prohibit_route(struct lab *lab, enum host host, enum host to);

/*
 * An outsider on the router, who has scapy and forges segments of the newest connection in the name
 * of one of its ends: with the sequence number that the other end waits for, or one `offset` behind
 * it. Scapy takes a second to load: start the outsider first. Where it is missing the run ends with
 * ENDING_CANNOT_RUN.
 */
struct actor *start_outsider(struct lab *lab);

struct forgery {
	enum host from; /* CLIENT or SERVER */
	unsigned int flags;
	int offset;
};

/* forge_segment(outsider, .from = SERVER, .flags = RST, .offset = 100) */
#define forge_segment(outsider, ...) (forge_segment)(outsider, (struct forgery){ __VA_ARGS__ })
void(forge_segment)(struct actor *outsider, struct forgery forgery);

/* Other processes of a program ---------------------------------------------------------- */

/* The next child the process forks. */
#define child_of(actor) (child_of)(actor, HERE)
struct actor *(child_of)(struct actor *actor, struct here here);

/*
 * The process that serves the newest connection: the only one that holds the server's end of it. It
 * is the child of a forking server and the server itself where that does not fork.
 */
#define serving(actor) (serving)(actor, HERE)
struct actor *(serving)(struct actor *actor, struct here here);

/* Expectations -------------------------------------------------------------------------- */

/* expect_segment(lab, .from = SERVER, .flags = FIN | ACK) */
#define expect_segment(lab, ...) (expect_segment)(lab, HERE, (struct segment){ __VA_ARGS__ })
void(expect_segment)(struct lab *lab, struct here here, struct segment segment);

/* None from what was last expected on the wire to what is next, or to the end of the story. */
#define expect_no_segment(lab, ...) (expect_no_segment)(lab, HERE, (struct segment){ __VA_ARGS__ })
void(expect_no_segment)(struct lab *lab, struct here here, struct segment segment);

/* Why somebody did not deliver: expect_icmp(lab, .from = ROUTER, .unreachable = PROHIBITED) */
#define expect_icmp(lab, ...) (expect_icmp)(lab, HERE, (struct icmp_error){ __VA_ARGS__ })
void(expect_icmp)(struct lab *lab, struct here here, struct icmp_error icmp);

/* Somebody asks its link who has an address (ARP): expect_question(lab, .about = SERVER) */
#define expect_question(lab, ...) (expect_question)(lab, HERE, (struct question){ __VA_ARGS__ })
void(expect_question)(struct lab *lab, struct here here, struct question question);

/* expect_call(client, .name = "write", .error = EPIPE) */
#define expect_call(actor, ...) (expect_call)(actor, HERE, (struct returned){ __VA_ARGS__ })
void(expect_call)(struct actor *actor, struct here here, struct returned call);

/* A read that returns 0. */
#define expect_eof(actor) expect_call(actor, .name = "read", .eof = true)

/* The process sleeps in this call. */
#define expect_blocked(actor, call) expect_process(actor, .state = 'S', .in_call = call)

/* So many children of the process are zombies, and no other child is left. */
#define expect_zombies(actor, count) (expect_zombies)(actor, HERE, count)
void(expect_zombies)(struct actor *actor, struct here here, int count);

/* The process has so many threads, the first one included. */
#define expect_threads(actor, count) (expect_threads)(actor, HERE, count)
void(expect_threads)(struct actor *actor, struct here here, int count);

/* expect_process(child, .state = 'Z'): as ps shows it. */
#define expect_process(actor, ...) \
	(expect_process)(actor, HERE, (struct process_look){ __VA_ARGS__ })
void(expect_process)(struct actor *actor, struct here here, struct process_look look);

#define expect_signal(actor, number, disposition) \
	(expect_signal)(actor, HERE, (struct signalled){ number, disposition })
void(expect_signal)(struct actor *actor, struct here here, struct signalled signal);

#define expect_exit(actor, code) \
	(expect_end)(actor, HERE, (struct end){ .exited = true, .status = code })
#define expect_killed_by(actor, number) (expect_end)(actor, HERE, (struct end){ .signal = number })
void(expect_end)(struct actor *actor, struct here here, struct end end);

/* The kernel's state of the actor's socket: TCP_CLOSE_WAIT ... <netinet/tcp.h>; TCP_CLOSE: gone. */
#define expect_state(actor, state) (expect_state)(actor, HERE, state)
void(expect_state)(struct actor *actor, struct here here, int state);

/*
 * The kernel has doubled the retransmission timeout of the actor's socket so many times, or more
 * (RFC 6298 5.5; tcpi_backoff of TCP_INFO).
 */
#define expect_backoff(actor, times) (expect_backoff)(actor, HERE, times)
void(expect_backoff)(struct actor *actor, struct here here, int times);

/* A line that contains this text. */
#define expect_output(actor, text) (expect_output)(actor, HERE, text)
void(expect_output)(struct actor *actor, struct here here, const char *text);

#endif

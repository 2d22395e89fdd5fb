/*
 * The small library under the book's echo clients and servers (W. R. Stevens, UNIX Network
 * Programming vol. 1, "UNP"; section numbers are the third edition's). The functions have the
 * book's names and do the book's work; the code is our own.
 *
 * A name with a capital is the call of the same name, checked: it returns only on success, and
 * otherwise ends the process with one line on stderr, "PROGRAM: WHAT error: REASON", and exit
 * status 1 (UNP 1.4). So main can be read from top to bottom.
 */
#ifndef UNP_H
#define UNP_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* program_invocation_short_name */
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERV_PORT 9877 /* TCP; neither well known nor ephemeral (UNP 2.9) */
#define MAXLINE   4096 /* bytes in a line buffer, the closing NUL included */
#define LISTENQ   1024 /* asked of listen(); Linux cuts it to net.core.somaxconn */

/* What a server listens at unless it is told otherwise: INADDR_ANY, every IPv4 address it has. */
#define ANY_ADDRESS "0.0.0.0"

/*
 * How many clients a server has at once that serves all of them in one process; more wait in the
 * queue. Below FD_SETSIZE and the usual limit of descriptors (ulimit -n), which are both 1024.
 */
#define CLIENTS_MOST 1000

typedef struct sockaddr SA;
typedef void Sigfunc(int signo);

/* --- error.c: the ways to give up, and one to go on --- */

/* err_sys: a call failed. Prints "PROGRAM: MESSAGE: text of errno", exit status 1. */
_Noreturn void err_sys(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* err_ret: the one that does return: as err_sys, but the process goes on. */
void err_ret(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* err_quit: no errno to tell. Prints MESSAGE and nothing before it, exit status 1. */
_Noreturn void err_quit(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* --- sock_pton.c --- */

/*
 * Sock_pton: fills in addr from an address as it is written, "192.0.2.1" or "2001:db8::1", and a
 * port. Returns how many bytes of it bind() and connect() are to take; addr->ss_family is for
 * socket(). Text that is no address ends the process: "PROGRAM: not an IP address: TEXT".
 *
 * Every client takes the server's address as its last argument. Every server takes there, if it is
 * given, the address to listen at: ANY_ADDRESS is the default, "::" is every IPv6 address, and
 * unless net.ipv6.bindv6only is set every IPv4 address too (UNP 12.2).
 */
socklen_t Sock_pton(const char *text, int port, struct sockaddr_storage *addr);

/* --- wrapsock.c --- */

int Socket(int family, int type, int protocol);

/* Bind: the message names the port, and for a busy one how to see who has it. */
void Bind(int fd, const SA *addr, socklen_t addrlen);

void Listen(int fd, int backlog);

/*
 * Accept: a connection that died while it was queued (ECONNABORTED, from SVR4 EPROTO) is passed
 * over and the next one waited for (UNP 5.11). EINTR is an error here: see tcpserv04.c.
 */
int Accept(int fd, SA *addr, socklen_t *addrlen);

/*
 * accept_ready: for a non-blocking socket that has been readable: the next client, or -1 with
 * errno. EAGAIN: there is none any more, because it has given up since (UNP 16.6). Accept_ready
 * returns -1 for that reason only.
 */
int accept_ready(int fd);
int Accept_ready(int fd);

void Connect(int fd, const SA *addr, socklen_t addrlen);
void Setsockopt(int fd, int level, int option, const void *value, socklen_t bytes);
void Shutdown(int fd, int how);

/* --- wrapunix.c --- */

pid_t Fork(void);
pid_t Wait(int *status);
pid_t Waitpid(pid_t pid, int *status, int options);
ssize_t Read(int fd, void *buf, size_t n);
void Close(int fd);
void *Malloc(size_t bytes);

/* Set_nonblock: from now on a call on fd that would have to wait fails with EAGAIN instead. */
void Set_nonblock(int fd);

/*
 * --- wrapmultiplex.c: the calls that wait for many descriptors ---
 *
 * They begin anew after EINTR: who uses them here has no handler to hear of, and Linux says EINTR
 * even after the process was only stopped and continued (signal(7)).
 */

int Select(int maxfdp1, fd_set *readable, fd_set *writable, fd_set *except, struct timeval *limit);
int Poll(struct pollfd *fds, nfds_t count, int limit_ms);
int Epoll_create(void);
void Epoll_ctl(int epollfd, int operation, int fd, struct epoll_event *event);
int Epoll_wait(int epollfd, struct epoll_event *events, int most, int limit_ms);

/* --- signal.c --- */

/*
 * Signal: from now on, func handles signo (or SIG_IGN, SIG_DFL). It stays installed after the
 * first signal, and interrupted calls are restarted except by SIGALRM. Returns the handler
 * before.
 */
Sigfunc *Signal(int signo, Sigfunc *func);

/* Signal_intr: the same without the restart: an interrupted call fails with EINTR (UNP 5.9). */
Sigfunc *Signal_intr(int signo, Sigfunc *func);

void Sigprocmask(int how, const sigset_t *set, sigset_t *before);

/* --- sig_chld_wait.c, sig_chld_waitpid.c, report_child.c --- */

/* sig_chld_wait: handler for SIGCHLD. Reaps one child, whatever the number that has ended. */
void sig_chld_wait(int signo);

/* sig_chld: handler for SIGCHLD. Reaps every child that has ended, one line on stdout for each. */
void sig_chld(int signo);

/* report_child: the line, "child PID terminated". May be called in a signal handler. */
void report_child(pid_t pid);

/* --- readline.c, writen.c: a socket is a stream of bytes (UNP 3.9) --- */

/*
 * readline: the next bytes of fd up to and including a newline, at most maxlen - 1 of them, then a
 * NUL that is not counted. Waits for that many; fewer without a newline means that the peer has
 * ended the connection. Returns the count, 0 when nothing was left to read, -1 with errno (what
 * had come of the line is then lost). One descriptor per process only: the bytes read ahead are
 * kept in a static buffer.
 */
ssize_t readline(int fd, void *line, size_t maxlen);
ssize_t Readline(int fd, void *line, size_t maxlen);

/* ends_line: is the last of these n bytes a newline? Not when n is 0. */
bool ends_line(const char *line, ssize_t n);

/*
 * writen: writes all n bytes, however many calls that takes. Returns 0, or -1 with errno: how
 * many bytes went out before is then unknown.
 */
int writen(int fd, const void *buf, size_t n);
void Writen(int fd, const void *buf, size_t n);

/* --- wrapstdio.c: the book's Fgets and Fputs, but a NUL byte is a byte like any other --- */

/*
 * Fgetline: like fgets: bytes up to and including a newline, at most size - 1 of them, then a
 * NUL that is not counted. Returns the count, 0 at the end of the file.
 */
ssize_t Fgetline(char *line, size_t size, FILE *fp);

/* Fputline: writes n bytes and flushes them. */
void Fputline(const char *line, size_t n, FILE *fp);

/* --- say.c: lines on stdout for the person who watches --- */

/* Say: prints a line (without its newline) and flushes it. */
void Say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Say_result: what a call returned: "WHAT: 6", or if that is -1, errno too:
 * "WHAT: -1 ECONNRESET (Connection reset by peer)".
 */
void Say_result(const char *what, ssize_t result);

/* Say_status: how a child ended: "WHAT: exited, status 7" or "WHAT: killed by SIGKILL". */
void Say_status(const char *what, int status);

/* --- until_asleep.c --- */

/* until_asleep: returns when another process (of one thread) sleeps in a call: state S of ps. */
void until_asleep(pid_t pid);

/* --- echo.c: one of the clients of a process that must not block on any of them (UNP 16.2) --- */

/* The bytes that have been read and not yet sent back are buf[gone] to buf[bytes - 1]. */
struct echo {
	int fd;
	size_t gone, bytes;
	char buf[MAXLINE];
};

/* echo_start: a new client. Makes its socket non-blocking; to close it is for the caller. */
void echo_start(struct echo *client, int fd);

/* echo_unsent: are there bytes it has not taken yet? Then wait for its socket to be writable. */
bool echo_unsent(const struct echo *client);

/*
 * echo_step: reads, sends, as far as can be done now. Returns false if that was the end: the client
 * has closed, or an error, which is then reported.
 */
bool echo_step(struct echo *client);

/* --- talk.c: what a client does that waits for stdin and for the server at once (UNP 6.4) --- */

struct talk {
	int sockfd;
	bool typing;        /* stdin has not ended */
	char line[MAXLINE]; /* what was last read from it; ... */
	const char *next;   /* ... from here on ... */
	size_t unsent;      /* ... so many bytes are still to be sent; then more is read */
	size_t unanswered;  /* bytes sent that have not come back */
};

/*
 * talk_receive: the server has sent something: prints it. Returns false if it was its FIN; unless
 * all is said and answered, that is an error.
 */
bool talk_receive(struct talk *talk);

/* talk_type: there is something on stdin: reads it. At its end, closes our half. */
void talk_type(struct talk *talk);

/* talk_send: sends of it as much as there is room for. */
void talk_send(struct talk *talk);

/* --- str_cli*.c, str_echo.c: what the two sides do with a connection --- */

/*
 * str_cli: sends each line of fp and prints the answer, until fp ends. Should the server end the
 * connection before a whole answer, prints what came of it, says so, and exits with status 1.
 */
void str_cli(FILE *fp, int sockfd);

/* str_cli11: str_cli with two writes per line, one second apart. */
void str_cli11(FILE *fp, int sockfd);

/*
 * str_cli_select, str_cli_poll: str_cli for stdin, but the server's end is noticed at once, and
 * when stdin has ended, what is still under way is waited for.
 */
void str_cli_select(int sockfd);
void str_cli_poll(int sockfd);

/* str_echo: sends back what it reads, until the client closes. */
void str_echo(int sockfd);

#endif

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
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERV_PORT 9877 /* TCP; neither well known nor ephemeral (UNP 2.9) */
#define MAXLINE	  4096 /* bytes in a line buffer, the closing NUL included */
#define LISTENQ	  1024 /* asked of listen(); Linux cuts it to net.core.somaxconn */

typedef struct sockaddr SA;
typedef void Sigfunc(int signo);

/* --- error.c: the ways to give up; neither returns --- */

/* err_sys: a call failed. Prints "PROGRAM: MESSAGE: text of errno", exit status 1. */
_Noreturn void err_sys(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* err_quit: no errno to tell. Prints MESSAGE and nothing before it, exit status 1. */
_Noreturn void err_quit(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* --- wrapsock.c --- */

int Socket(int family, int type, int protocol);

/* Bind: IPv4 only; the message names the port, and for a busy one how to see who has it. */
void Bind(int fd, const SA *addr, socklen_t addrlen);

void Listen(int fd, int backlog);

/*
 * Accept: a connection that died while it was queued (ECONNABORTED, from SVR4 EPROTO) is passed
 * over and the next one waited for (UNP 5.11). EINTR is an error here: see tcpserv04.c.
 */
int Accept(int fd, SA *addr, socklen_t *addrlen);

void Connect(int fd, const SA *addr, socklen_t addrlen);

/* Inet_pton: family is AF_INET. Text that is no address is reported as such. */
void Inet_pton(int family, const char *text, void *addr);

/* --- wrapunix.c --- */

pid_t Fork(void);
void Close(int fd);

/* --- signal.c --- */

/*
 * Signal: from now on, func handles signo (or SIG_IGN, SIG_DFL). It stays installed after the
 * first signal, and interrupted calls are restarted except by SIGALRM. Returns the handler
 * before.
 */
Sigfunc *Signal(int signo, Sigfunc *func);

/* --- sig_chld_waitpid.c --- */

/* sig_chld: handler for SIGCHLD. Reaps every child that has ended, one line on stdout for each. */
void sig_chld(int signo);

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

/* --- str_cli.c, str_cli11.c, str_echo.c: what the two sides do with a connection --- */

/*
 * str_cli: sends each line of fp and prints the answer, until fp ends. Should the server end the
 * connection before a whole answer, prints what came of it, says so, and exits with status 1.
 */
void str_cli(FILE *fp, int sockfd);

/* str_cli11: str_cli with two writes per line, one second apart. */
void str_cli11(FILE *fp, int sockfd);

/* str_echo: sends back what it reads, until the client closes. */
void str_echo(int sockfd);

#endif

/*
 * The arguments of a system call as text, like strace's. What they point to is read from the memory
 * of the traced thread; what cannot be read is left out, or its address is shown.
 */
#ifndef CALL_ARGUMENTS_H
#define CALL_ARGUMENTS_H

#include "observe/call_table.h"

/*
 * Printers for the rows of the call table. Each writes at most out_bytes, always terminated. Those
 * of calls with CALL_FILLS show what the kernel has filled in once call->returned is set.
 */
void print_number(char *out, size_t out_bytes, const struct syscall *call);      /* "3" */
void print_two_numbers(char *out, size_t out_bytes, const struct syscall *call); /* "3, 1024" */
void print_socket(char *out, size_t out_bytes, const struct syscall *call);  /* "AF_INET, ..." */
void print_address(char *out, size_t out_bytes, const struct syscall *call); /* fd, address given */
void print_peer(char *out, size_t out_bytes,
		const struct syscall *call); /* fd, address filled in */
void print_read(char *out, size_t out_bytes, const struct syscall *call); /* fd, buffer filled in */
void print_readv(char *out, size_t out_bytes, const struct syscall *call);   /* ... struct iovec */
void print_recvmsg(char *out, size_t out_bytes, const struct syscall *call); /* ... struct msghdr */
void print_write(char *out, size_t out_bytes, const struct syscall *call);   /* fd, buffer, bytes */
void print_writev(char *out, size_t out_bytes, const struct syscall *call);
void print_sendmsg(char *out, size_t out_bytes, const struct syscall *call);
void print_shutdown(char *out, size_t out_bytes, const struct syscall *call);  /* "3, SHUT_WR" */
void print_option(char *out, size_t out_bytes, const struct syscall *call);    /* "3, SO_LINGER" */
void print_path(char *out, size_t out_bytes, const struct syscall *call);      /* of execve */
void print_wait(char *out, size_t out_bytes, const struct syscall *call);      /* of wait4 */
void print_kill(char *out, size_t out_bytes, const struct syscall *call);      /* "7, SIGTERM" */
void print_sigaction(char *out, size_t out_bytes, const struct syscall *call); /* "SIGPIPE, ..." */
void print_sleep(char *out, size_t out_bytes, const struct syscall *call); /* of nanosleep: "1 s" */
void print_clock_sleep(char *out, size_t out_bytes, const struct syscall *call);

#endif

/* IP addresses of both families. Pure. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>

/* An IP address of either family; family 0 is none. */
struct address {
	int family; /* AF_INET, AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/* Never true of two that are none. */
bool address_equal(const struct address *a, const struct address *b);

/* The address with all but its first bits 0: the name of its network. */
struct address address_prefix(const struct address *address, int bits);

/* "192.0.2.1"; buf is returned. */
const char *address_text(const struct address *address, char buf[static INET6_ADDRSTRLEN]);

/* -1 when text is not a numeric address. */
int address_parse(struct address *address, const char *text);

#endif

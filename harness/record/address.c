#include "record/address.h"

#include <arpa/inet.h>
#include <stdio.h>

bool address_equal(const struct address *a, const struct address *b)
{
	if (a->family != b->family)
		return false;
	if (a->family == AF_INET)
		return a->v4.s_addr == b->v4.s_addr;
	return a->family == AF_INET6 && IN6_ARE_ADDR_EQUAL(&a->v6, &b->v6);
}

struct address address_prefix(const struct address *address, int bits)
{
	const int all = address->family == AF_INET6 ? 128 : 32;
	struct address prefix = *address;
	uint8_t *bytes = prefix.v6.s6_addr; /* where those of v4 begin, too */

	for (int i = bits; i < all; i++)
		bytes[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
	return prefix;
}

const char *address_text(const struct address *address, char buf[static INET6_ADDRSTRLEN])
{
	if (address->family == 0 ||
	    !inet_ntop(address->family, &address->v4, buf, INET6_ADDRSTRLEN))
		snprintf(buf, INET6_ADDRSTRLEN, "?");
	return buf;
}

int address_parse(struct address *address, const char *text)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		address->family = families[i];
		if (inet_pton(families[i], text, &address->v4) == 1)
			return 0;
	}
	address->family = 0;
	return -1;
}

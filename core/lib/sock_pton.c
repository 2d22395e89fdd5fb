#include "unp.h"

socklen_t Sock_pton(const char *text, int port, struct sockaddr_storage *addr)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (inet_pton(AF_INET, text, &ipv4.sin_addr) == 1) {
		memcpy(addr, &ipv4, sizeof(ipv4));
		return sizeof(ipv4);
	}
	if (inet_pton(AF_INET6, text, &ipv6.sin6_addr) == 1) {
		memcpy(addr, &ipv6, sizeof(ipv6));
		return sizeof(ipv6);
	}
	err_quit("%s: not an IP address: %s", program_invocation_short_name, text);
}

/*
 * connect-unreachable: the server's host cannot be reached (UNP 4.3, 5.14).
 *
 * A host without a route reports that itself, before anything is sent. A router reports it with an
 * ICMP error. While a connection is being opened, Linux treats the error as final and connect
 * fails, although RFC 1122 4.2.3.9 says that TCP should go on sending the SYN (tcp_v4_err() in
 * SYN_SENT). The same happens when nobody on the link answers ARP for the server's address
 * (arp_error_report()).
 *
 * An ICMP error that arrives before connect sleeps is ignored, because the call still owns the
 * socket (sock_owned_by_user()). The lab's router can answer as fast as that; then the answer to
 * the second SYN counts, a second later (RFC 6298 2.1).
 */
#include "story/story.h"

static struct actor *start_client(struct lab *lab)
{
	return start(lab, CLIENT, "tcpcli01", address_of(lab, SERVER));
}

static void fail(struct lab *lab, struct actor *client, enum unreachable reason)
{
	expect_call(client, .name = "connect", .error = errno_of(lab, reason));
	expect_exit(client, 1);
}

static void refuse(struct lab *lab, enum unreachable reason)
{
	struct actor *client = start_client(lab);
	expect_segment(lab, .from = CLIENT, .flags = SYN);
	expect_no_segment(lab, .from = SERVER);
	expect_icmp(lab, .from = ROUTER, .unreachable = reason);
	expect_no_segment(lab, .from = SERVER);
	fail(lab, client, reason);
}

static void tell_local(struct lab *lab)
{
	scene(lab, "the client's host has no route to the server's network");
	remove_route(lab, CLIENT, SERVER);
	struct actor *client = start_client(lab);
	expect_no_segment(lab);
	fail(lab, client, NET_UNREACHABLE);
}

static void tell_net(struct lab *lab)
{
	scene(lab, "a router on the path has no route");
	remove_route(lab, ROUTER, SERVER);
	refuse(lab, NET_UNREACHABLE);
}

static void tell_host(struct lab *lab)
{
	scene(lab,
	      "the last router on the path asks for the server's link-layer address and gets no answer");
	hasten(lab, CLIENT, SERVER);
	detach_host(lab, SERVER);
	refuse(lab, HOST_UNREACHABLE);
}

static void tell_prohibited(struct lab *lab)
{
	scene(lab, "a router on the path prohibits the traffic");
	prohibit_route(lab, ROUTER, SERVER);
	refuse(lab, PROHIBITED);
}

static void tell_arp(struct lab *lab)
{
	scene(lab, "nobody on the link answers ARP for the server's address");
	hasten(lab, CLIENT, SERVER);
	detach_host(lab, SERVER);
	struct actor *client = start_client(lab);
	expect_no_segment(lab);
	expect_question(lab, .from = CLIENT, .about = SERVER);
	expect_question(lab, .from = CLIENT, .about = SERVER);
	expect_question(lab, .from = CLIENT, .about = SERVER);
	fail(lab, client, HOST_UNREACHABLE);
}

static const struct variant variants[] = {
	{ "default", "the last router gets no ARP reply: ICMP host unreachable, EHOSTUNREACH",
	  tell_host, .routed = true },
	{ "net", "a router has no route: ICMP net unreachable, ENETUNREACH", tell_net,
	  .routed = true },
	{ "prohibited", "a router prohibits it: ICMP prohibited, EHOSTUNREACH (IPv6: EACCES)",
	  tell_prohibited, .routed = true },
	{ "arp", "on the same link nobody answers ARP: EHOSTUNREACH", tell_arp },
	{ "local", "the client's host has no route: ENETUNREACH at once, nothing is sent",
	  tell_local },
	{ 0 },
};

const struct story story = {
	.name = "connect-unreachable",
	.section = "4.3",
	.claim = "the server cannot be reached: connect returns ENETUNREACH or EHOSTUNREACH",
	.variants = variants,
};

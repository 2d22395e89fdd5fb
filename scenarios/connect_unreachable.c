/*
 * connect-unreachable: there is no way to the server's host (UNP 4.3, 5.14).
 *
 * A host that has no route says so itself, before anything is sent. A router says so with ICMP.
 * While a connection is being made Linux takes that as final and connect fails, where RFC 1122
 * 4.2.3.9 would have it go on with the SYN (tcp_v4_err() in SYN_SENT). The same when nobody on the
 * link answers for the server's address (arp_error_report()).
 *
 * An ICMP that comes while connect has not yet gone to sleep is passed over: the socket is still in
 * the hands of the call (sock_owned_by_user()). A router as near as the lab's answers as fast as
 * that; then it is the answer to the second SYN that counts, a second later (RFC 6298 2.1).
 */
#include "story/story.h"

static struct actor *connect_in_vain(struct lab *lab)
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
	struct actor *client = connect_in_vain(lab);
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
	struct actor *client = connect_in_vain(lab);
	expect_no_segment(lab);
	fail(lab, client, NET_UNREACHABLE);
}

static void tell_net(struct lab *lab)
{
	scene(lab, "a router on the way has none");
	remove_route(lab, ROUTER, SERVER);
	refuse(lab, NET_UNREACHABLE);
}

static void tell_host(struct lab *lab)
{
	scene(lab, "the last router on the way asks its link for the server in vain");
	hasten(lab, CLIENT, SERVER);
	detach_host(lab, SERVER);
	refuse(lab, HOST_UNREACHABLE);
}

static void tell_prohibited(struct lab *lab)
{
	scene(lab, "a router on the way may not let it through");
	prohibit_route(lab, ROUTER, SERVER);
	refuse(lab, PROHIBITED);
}

static void tell_arp(struct lab *lab)
{
	scene(lab, "nobody on the link has the server's address");
	hasten(lab, CLIENT, SERVER);
	detach_host(lab, SERVER);
	struct actor *client = connect_in_vain(lab);
	expect_no_segment(lab);
	expect_question(lab, .from = CLIENT, .about = SERVER);
	expect_question(lab, .from = CLIENT, .about = SERVER);
	expect_question(lab, .from = CLIENT, .about = SERVER);
	fail(lab, client, HOST_UNREACHABLE);
}

static const struct variant variants[] = {
	{ "default", "the last router finds nobody: ICMP host unreachable, EHOSTUNREACH", tell_host,
	  .routed = true },
	{ "net", "a router has no route: ICMP net unreachable, ENETUNREACH", tell_net,
	  .routed = true },
	{ "prohibited", "a router may not pass it on: ICMP prohibited, EHOSTUNREACH (IPv6: EACCES)",
	  tell_prohibited, .routed = true },
	{ "arp", "on the same link nobody answers ARP: EHOSTUNREACH", tell_arp },
	{ "local", "the client's host has no route: ENETUNREACH at once, nothing is sent",
	  tell_local },
	{ 0 },
};

const struct story story = {
	.name = "connect-unreachable",
	.section = "4.3",
	.claim = "there is no way to the server: connect returns ENETUNREACH or EHOSTUNREACH",
	.variants = variants,
};

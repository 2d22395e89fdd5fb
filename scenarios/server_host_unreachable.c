/*
 * server-host-unreachable: an error reports that the server's host cannot be reached (UNP 5.14).
 *
 * In an established connection that is a soft error (RFC 1122 4.2.3.9): it may be temporary, so TCP
 * only stores it and goes on retransmitting (tcp_v4_err()). When TCP gives up, the read fails with
 * the stored error instead of ETIMEDOUT (tcp_write_err()). Until then each "host unreachable" or
 * "net unreachable" reverts the last doubling of the timeout, because the path is broken and not
 * congested (RFC 6069).
 *
 *	client                      router                     server
 *	   |  -------- data --------->  |                         .
 *	   |  <-- ICMP unreachable ---  |                         .
 *	   |  -------- data --------->  |                         .
 *	   |  <-- ICMP unreachable ---  |                         .
 *	   ...
 *	read: EHOSTUNREACH
 *
 * Without a router the client's own kernel reports the error, when nobody on the link answers ARP
 * for the server's address (arp_error_report()).
 */
#include "story/story.h"

static struct actor *talk(struct lab *lab)
{
	struct actor *server = start(lab, SERVER, "tcpserv04");
	expect_state(server, TCP_LISTEN);
	hasten(lab, CLIENT, SERVER);
	struct actor *client = start(lab, CLIENT, "tcpcli_stubborn", address_of(lab, SERVER));
	type_line(client, "hello");
	expect_segment(lab, .from = SERVER, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_output(client, counted(lab, "read: ", "hello", ""));
	return client;
}

static void write_and_give_up(struct lab *lab, struct actor *client, enum unreachable reason)
{
	expect_no_segment(lab, .from = SERVER);
	type_line(client, "are you there?");
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_segment(lab, .from = CLIENT, .flags = ACK, .payload_bytes = SOME_DATA);
	expect_no_segment(lab, .from = SERVER);
	expect_icmp(lab, .from = ROUTER, .unreachable = reason);

	scene(lab, "TCP does not give up: the data is sent again, and the router reports it again");
	expect_no_segment(lab, .from = SERVER);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_no_segment(lab, .from = SERVER);
	expect_icmp(lab, .from = ROUTER, .unreachable = reason);
	expect_no_segment(lab, .from = SERVER);
	expect_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA, .again = true);
	expect_no_segment(lab, .from = SERVER);

	scene(lab, "when TCP gives up, the read fails with the router's error");
	expect_call(client, .name = "read", .error = errno_of(lab, reason));
	expect_state(client, TCP_CLOSE);
	type_line(client, "and now?");
	expect_call(client, .name = "write", .error = EPIPE);
}

static void tell_host(struct lab *lab)
{
	struct actor *client = talk(lab);
	scene(lab,
	      "the server's host leaves its link: the router gets no ARP reply and sends an ICMP error");
	detach_host(lab, SERVER);
	write_and_give_up(lab, client, HOST_UNREACHABLE);
}

static void tell_net(struct lab *lab)
{
	struct actor *client = talk(lab);
	scene(lab, "the router loses its route to the server's network");
	remove_route(lab, ROUTER, SERVER);
	write_and_give_up(lab, client, NET_UNREACHABLE);
}

static void tell_prohibited(struct lab *lab)
{
	struct actor *client = talk(lab);
	scene(lab, "from now on the router prohibits traffic to the server");
	prohibit_route(lab, ROUTER, SERVER);
	write_and_give_up(lab, client, PROHIBITED);
}

static void tell_arp(struct lab *lab)
{
	struct actor *client = talk(lab);
	scene(lab, "the server's host leaves the link; the client's kernel gets no ARP reply");
	detach_host(lab, SERVER);
	expect_no_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA);
	type_line(client, "are you there?");
	expect_call(client, .name = "write", .error = NO_ERROR);
	expect_question(lab, .from = CLIENT, .about = SERVER);
	expect_question(lab, .from = CLIENT, .about = SERVER);
	expect_question(lab, .from = CLIENT, .about = SERVER);

	scene(lab, "retransmissions never leave the host: the link-layer address is unknown");
	expect_no_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA);
	expect_question(lab, .from = CLIENT, .about = SERVER);
	expect_no_segment(lab, .from = CLIENT, .payload_bytes = SOME_DATA);
	expect_call(client, .name = "read", .error = errno_of(lab, HOST_UNREACHABLE));
	expect_state(client, TCP_CLOSE);
	type_line(client, "and now?");
	expect_call(client, .name = "write", .error = EPIPE);
}

static const struct variant variants[] = {
	{ "default", "the last router gets no ARP reply, ICMP host unreachable: read EHOSTUNREACH",
	  tell_host, .routed = true },
	{ "net", "a router has no route, ICMP net unreachable: read ENETUNREACH", tell_net,
	  .routed = true },
	{ "prohibited", "a router prohibits it, ICMP prohibited: read EHOSTUNREACH (IPv6: EACCES)",
	  tell_prohibited, .routed = true },
	{ "arp", "on the same link nobody answers ARP, and there is no ICMP: read EHOSTUNREACH",
	  tell_arp },
	{ 0 },
};

const struct story story = {
	.name = "server-host-unreachable",
	.section = "5.14",
	.claim = "the server's host cannot be reached, and an error reports it: EHOSTUNREACH",
	.variants = variants,
};

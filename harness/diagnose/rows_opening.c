/* Conversations that never came to be: what a client's connect would have returned. */
#include "diagnose/row.h"

#include <string.h>

static const struct side *client(const struct facts *facts)
{
	return &facts->side[CLIENT_SIDE];
}

static const struct side *server(const struct facts *facts)
{
	return &facts->side[SERVER_SIDE];
}

/* SYNs of the client, and nothing of the server but RSTs. */
static bool is_syn_alone(const struct facts *facts)
{
	return client(facts)->syn.count > 0 &&
	       client(facts)->sent.count == client(facts)->syn.count &&
	       !(client(facts)->syn.first->flags & ACK) && server(facts)->sent.count == 0 &&
	       !server(facts)->stale;
}

static bool note_syns(const struct facts *facts, struct finding *finding)
{
	const struct times *syn = &client(facts)->syn;

	finding->n = syn->count;
	finding->lasted_ns = syn->last->time_ns - syn->first->time_ns;
	add_frames(finding, facts, syn);
	return true;
}

/* An RST counts when it acknowledges the SYN (RFC 9293 3.10.7.3). */
static bool shows_refused(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = &facts->reset;

	if (!is_syn_alone(facts) || !reset->segment || reset->by != SERVER_SIDE ||
	    !(reset->segment->flags & ACK) ||
	    reset->segment->ack - client(facts)->start - 1 > client(facts)->bytes)
		return false;
	for (const struct segment *s = client(facts)->syn.first; s <= facts->last; s++)
		if (s->flags & (SYN | RST))
			add_frame(finding, s);
	finding->n = client(facts)->syn.count;
	finding->x = SERVER_SIDE;
	return true;
}

static bool is_trouble(const struct facts *facts, struct finding *finding, enum trouble trouble)
{
	const struct times *times = &client(facts)->trouble;

	if (!is_syn_alone(facts) || times->count == 0 || times->last->trouble != trouble)
		return false;
	note_syns(facts, finding);
	add_frames(finding, facts, times);
	finding->x = CLIENT_SIDE;
	return true;
}

static bool shows_port(const struct facts *facts, struct finding *finding)
{
	return is_trouble(facts, finding, TROUBLE_PORT);
}

static bool shows_host(const struct facts *facts, struct finding *finding)
{
	return is_trouble(facts, finding, TROUBLE_HOST);
}

static bool shows_net(const struct facts *facts, struct finding *finding)
{
	return is_trouble(facts, finding, TROUBLE_NET);
}

static bool shows_prohibited(const struct facts *facts, struct finding *finding)
{
	return is_trouble(facts, finding, TROUBLE_PROHIBITED);
}

static bool shows_loop(const struct facts *facts, struct finding *finding)
{
	return is_trouble(facts, finding, TROUBLE_TTL);
}

static bool shows_backlog(const struct facts *facts, struct finding *finding)
{
	return is_syn_alone(facts) && client(facts)->syn.count >= 2 && facts->server_accepts > 0 &&
	       note_syns(facts, finding);
}

/* The server has sent its SYN,ACK, and sends it again though the client has acknowledged it. */
static bool shows_overflow(const struct facts *facts, struct finding *finding)
{
	const struct side *from = client(facts), *to = server(facts);

	if (to->syn.count < 3 || to->sent.count != to->syn.count ||
	    from->sent.count == from->syn.count || facts->reset.segment)
		return false;
	add_frames(finding, facts, &to->syn);
	add_frames(finding, facts, &from->data);
	finding->x = SERVER_SIDE;
	finding->n = to->syn.count;
	return true;
}

static bool shows_timeout(const struct facts *facts, struct finding *finding)
{
	return is_syn_alone(facts) && client(facts)->syn.count >= 2 && note_syns(facts, finding);
}

static bool shows_one_syn(const struct facts *facts, struct finding *finding)
{
	if (!is_syn_alone(facts))
		return false;
	note_syns(facts, finding);
	finding->lasted_ns = facts->silence_ns;
	return true;
}

static bool shows_stale(const struct facts *facts, struct finding *finding)
{
	if (!server(facts)->stale || facts->is_open)
		return false;
	note_syns(facts, finding);
	add_frame(finding, server(facts)->stale);
	add_frame(finding, client(facts)->rst.first);
	return true;
}

/* The client answers a SYN,ACK with an RST. */
static bool shows_scan(const struct facts *facts, struct finding *finding)
{
	const struct reset *reset = &facts->reset;

	if (server(facts)->syn.count == 0 || !reset->segment || reset->is_open ||
	    reset->by != CLIENT_SIDE)
		return false;
	add_frame(finding, client(facts)->syn.first);
	add_frame(finding, server(facts)->syn.first);
	add_frame(finding, reset->segment);
	return true;
}

static bool is_half(const struct facts *facts)
{
	return server(facts)->syn.count > 0 && !facts->is_open && !facts->reset.segment &&
	       server(facts)->syn.first->flags & ACK;
}

static bool shows_deaf_client(const struct facts *facts, struct finding *finding)
{
	if (!is_half(facts) || client(facts)->syn.count < 2 || server(facts)->syn.count < 2)
		return false;
	add_frames(finding, facts, &client(facts)->syn);
	add_frames(finding, facts, &server(facts)->syn);
	return true;
}

static bool shows_half(const struct facts *facts, struct finding *finding)
{
	if (!is_half(facts))
		return false;
	add_frame(finding, client(facts)->syn.first);
	add_frames(finding, facts, &server(facts)->syn);
	finding->n = server(facts)->syn.count;
	return true;
}

/* All that one side has sent but SYN and RST: nmap, and crafted packets. */
static bool shows_odd(const struct facts *facts, struct finding *finding)
{
	const struct side *client = &facts->side[CLIENT_SIDE], *server = &facts->side[SERVER_SIDE];

	if (facts->odd == 0 || client->bytes + server->bytes > 0 ||
	    facts->odd < client->sent.count + server->sent.count - server->syn.count)
		return false;
	add_frames(finding, facts, &client->sent);
	add_frames(finding, facts, &client->rst);
	add_frames(finding, facts, &server->sent);
	add_frames(finding, facts, &server->rst);
	return true;
}

const struct row rows_opening[] = {
	{ .id = "odd-flags",
	  .kind = ROW_UNKNOWN,
	  .nearest = "connect-refused",
	  .shows = shows_odd,
	  .says = { { "flags that no stack sends: a scan (nmap), or crafted packets.",
		      "어느 스택도 보내지 않는 플래그입니다. 스캔(nmap)이거나 만들어 낸 패킷입니다." } } },
	{ .id = "connect-refused",
	  .kind = ROW_FAILURE,
	  .shows = shows_refused,
	  .says = { { "{X} answers the SYN with RST,ACK: nobody listens on that port.",
		      "{X}가 SYN에 RST,ACK로 답합니다. 그 포트에서 기다리는 프로세스가 없습니다." } },
	  .cannot = { { "whether the host itself has answered, or a firewall in its name (REJECT with "
			"tcp-reset).",
			"서버 호스트가 직접 답했는지, 방화벽이 대신 답했는지(REJECT, tcp-reset)." } },
	  .decides = { { "connect returns ECONNREFUSED either way; on the server's host: ss -ltn.",
			 "connect는 어느 쪽이든 ECONNREFUSED입니다. 서버 호스트에서 ss -ltn으로 "
			 "확인하세요." } } },
	{ .id = "connect-refused-icmp",
	  .kind = ROW_FAILURE,
	  .nearest = "connect-refused",
	  .shows = shows_port,
	  .says = { { "each SYN is answered by ICMP port unreachable, as a firewall's REJECT does.",
		      "SYN마다 ICMP port unreachable이 돌아옵니다. 방화벽의 REJECT가 하는 "
		      "일입니다." } },
	  .decides = { { "connect returns ECONNREFUSED on Linux; other systems try on until "
			 "ETIMEDOUT.",
			 "Linux의 connect는 ECONNREFUSED를 리턴합니다. 다른 시스템은 ETIMEDOUT까지 "
			 "계속 시도하기도 합니다." } } },
	{ .id = "connect-unreachable",
	  .kind = ROW_FAILURE,
	  .shows = shows_host,
	  .says = { { "the SYN is answered by ICMP host unreachable: the last router finds nobody.",
		      "SYN에 ICMP host unreachable이 돌아옵니다. 마지막 라우터가 서버 호스트를 찾지 "
		      "못합니다." } },
	  .cannot = { { "when {X}'s connect gives up: Linux does at once, others send the SYN again.",
			"{X}의 connect가 언제 포기하는지. Linux는 곧 포기하고, 다른 시스템은 SYN을 다시 "
			"보내기도 합니다." } },
	  .decides = { { "connect: EHOSTUNREACH.", "connect: EHOSTUNREACH." } } },
	{ .id = "connect-unreachable-net",
	  .kind = ROW_FAILURE,
	  .shows = shows_net,
	  .says = { { "the SYN is answered by ICMP net unreachable (IPv6: no route): a router has no "
		      "route.",
		      "SYN에 ICMP net unreachable(IPv6: no route)이 돌아옵니다. 라우터에 경로가 "
		      "없습니다." } },
	  .cannot = { { "when {X}'s connect gives up: Linux does at once, others send the SYN again.",
			"{X}의 connect가 언제 포기하는지. Linux는 곧 포기하고, 다른 시스템은 SYN을 다시 "
			"보내기도 합니다." } },
	  .decides = { { "connect: ENETUNREACH.", "connect: ENETUNREACH." } } },
	{ .id = "connect-unreachable-prohibited",
	  .kind = ROW_FAILURE,
	  .shows = shows_prohibited,
	  .says = { { "the SYN is answered by ICMP administratively prohibited: a router may not "
		      "pass it on.",
		      "SYN에 ICMP administratively prohibited가 돌아옵니다. 라우터가 전달하지 못하게 "
		      "되어 있습니다." } },
	  .decides = { { "connect: EHOSTUNREACH, over IPv6 EACCES.",
			 "connect: EHOSTUNREACH, IPv6에서는 EACCES." } } },
	{ .id = "connect-loop",
	  .kind = ROW_UNKNOWN,
	  .nearest = "connect-unreachable",
	  .shows = shows_loop,
	  .says = { { "the SYN is answered by ICMP time exceeded: routers pass it round in a loop, or "
		      "it is a traceroute.",
		      "SYN에 ICMP time exceeded가 돌아옵니다. 라우터들 사이를 맴돌거나, "
		      "traceroute입니다." } },
	  .decides = { { "connect: EHOSTUNREACH; traceroute shows the loop.",
			 "connect: EHOSTUNREACH. traceroute로 맴도는 곳을 볼 수 있습니다." } } },
	{ .id = "backlog-full",
	  .kind = ROW_FAILURE,
	  .also = "connect-timeout",
	  .shows = shows_backlog,
	  .says = { { "{n} SYNs in {t} without an answer, though the same port has accepted others: "
		      "its accept queue is full.",
		      "{t} 동안 SYN {n}개에 답이 없습니다. 같은 포트가 다른 연결은 받았으므로, accept "
		      "큐가 가득 찼습니다." } },
	  .cannot = { { "whether it is the queue, or the host or the way to it that failed since.",
			"큐 때문인지, 그 사이에 호스트나 경로가 끊긴 것인지." } },
	  .decides = { { "on the server's host: ss -ltn (Recv-Q above Send-Q), nstat "
			 "TcpExtListenOverflows; connect returns ETIMEDOUT either way.",
			 "서버 호스트에서 ss -ltn (Recv-Q가 Send-Q보다 큼), nstat "
			 "TcpExtListenOverflows. connect는 어느 쪽이든 ETIMEDOUT입니다." } } },
	{ .id = "backlog-full-overflow",
	  .kind = ROW_FAILURE,
	  .nearest = "backlog-full",
	  .shows = shows_overflow,
	  .says = { { "{X} sends its SYN,ACK {n} times although the client has acknowledged it: the "
		      "accept queue is full, and the ACK is dropped.",
		      "클라이언트가 ACK를 보냈는데도 {X}가 SYN,ACK를 {n}번 보냅니다. accept 큐가 가득 "
		      "차서 ACK를 버립니다." } },
	  .cannot = { { "whether {X} drops the ACK, or the way to it does.",
			"{X}가 ACK를 버리는지, 도중에 없어지는지." } },
	  .decides = { { "on the server's host: ss -ltn, nstat TcpExtListenOverflows. The client's "
			 "connect has returned 0.",
			 "서버 호스트에서 ss -ltn, nstat TcpExtListenOverflows. 클라이언트의 connect는 "
			 "0을 리턴했습니다." } } },
	{ .id = "connect-timeout",
	  .kind = ROW_FAILURE,
	  .also = "backlog-full",
	  .shows = shows_timeout,
	  .says = { { "{n} SYNs in {t}, and no answer to any.",
		      "{t} 동안 SYN {n}개에 아무 답도 없습니다." } },
	  .cannot = { { "whether the host is down, a firewall drops (the SYN or its answer), or the "
			"accept queue is full.",
			"호스트가 꺼졌는지, 방화벽이 SYN이나 답을 버리는지, accept 큐가 가득 "
			"찼는지." } },
	  .decides = { { "connect returns ETIMEDOUT in all cases; a capture at the server's host shows "
			 "whether the SYN arrives.",
			 "connect는 모두 ETIMEDOUT입니다. 서버 호스트에서 캡처하면 SYN이 도착하는지 알 "
			 "수 있습니다." } } },
	{ .id = "one-syn",
	  .kind = ROW_UNKNOWN,
	  .nearest = "connect-timeout",
	  .shows = shows_one_syn,
	  .says = { { "one SYN, never answered and never repeated; the capture goes on for {t}.",
		      "SYN 하나에 답도 재전송도 없습니다. 캡처는 그 뒤 {t} 동안 이어집니다." } },
	  .cannot = { { "whether it is a scan or a flood, a program that gave up, or the beginning of "
			"connect-timeout.",
			"스캔이나 플러드인지, 프로그램이 포기했는지, connect-timeout의 시작인지." } },
	  .decides = { { "a longer capture; connect's errno.", "더 긴 캡처, connect의 errno." } } },
	{ .id = "stale-connection",
	  .kind = ROW_UNKNOWN,
	  .nearest = "server-host-reboot",
	  .shows = shows_stale,
	  .says = { { "the SYN is answered by an ACK with other numbers: the server still has an old "
		      "connection on these ports (RFC 9293 3.5.1).",
		      "SYN에 다른 번호의 ACK가 돌아옵니다. 서버에는 같은 포트의 옛 연결이 남아 "
		      "있습니다(RFC 9293 3.5.1)." } },
	  .decides = { { "on the server's host: ss -tan before the client answers with RST.",
			 "클라이언트가 RST로 답하기 전에 서버 호스트에서 ss -tan." } } },
	{ .id = "handshake-reset",
	  .kind = ROW_UNKNOWN,
	  .nearest = "accept-abort",
	  .shows = shows_scan,
	  .says = { { "the client answers the SYN,ACK with RST: a port scan, or a host that has not "
		      "sent the SYN.",
		      "클라이언트가 SYN,ACK에 RST로 답합니다. 포트 스캔이거나, 그 호스트는 SYN을 "
		      "보내지 않았습니다." } },
	  .decides = { { "the server's accept never returns it; the client's host knows who sent the "
			 "SYN.",
			 "서버의 accept는 이 연결을 리턴하지 않습니다. SYN을 누가 보냈는지는 클라이언트 "
			 "호스트가 압니다." } } },
	{ .id = "syn-ack-lost",
	  .kind = ROW_UNKNOWN,
	  .nearest = "connect-timeout",
	  .shows = shows_deaf_client,
	  .says = { { "SYN and SYN,ACK are both repeated: the SYN,ACK does not reach the client.",
		      "SYN도 SYN,ACK도 재전송됩니다. SYN,ACK가 클라이언트에 도착하지 않습니다." } },
	  .decides = { { "connect returns ETIMEDOUT; a capture at the client's host.",
			 "connect는 ETIMEDOUT. 클라이언트 호스트에서 캡처하면 알 수 있습니다." } } },
	{ .id = "handshake-unfinished",
	  .kind = ROW_UNKNOWN,
	  .nearest = "client-host-crash",
	  .shows = shows_half,
	  .says = { { "the SYN,ACK (sent {n} times) is never acknowledged: a flood, a client that "
		      "is gone, or the end of the capture.",
		      "SYN,ACK({n}번 보냄)에 ACK가 오지 않습니다. 플러드이거나, 클라이언트가 "
		      "사라졌거나, 캡처가 끝났습니다." } },
	  .decides = { { "on the server's host: ss -tan state syn-recv.",
			 "서버 호스트에서 ss -tan state syn-recv." } } },
	{ .id = NULL },
};

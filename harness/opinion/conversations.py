"""Conversations: which segments of a capture are of one connection, each of them once.

A capture on all interfaces shows a packet twice, and one from anywhere has many connections.
"""

from dataclasses import dataclass, replace
from functools import partial

from opinion.messages import Message
from opinion.wire import ACK, SYN

NEAR_NS = 100_000_000  # sightings of one packet are microseconds apart, on a busy machine some ms
# What LINUX_SLL says of every port of a bridge alike: packet type 3, "to another host".
SOME_PORT = b"\x00\x03"


@dataclass
class Conversation:
    client: tuple
    server: tuple
    segments: list

    def __str__(self):
        client, server = ("{}:{}".format(f"[{a}]" if ":" in a else a, port or "*")
                          for a, port in (self.client, self.server))
        return f"{client} → {server}"


def seen_once(segments):
    """Leave out second sightings: a capture on all interfaces shows a packet wherever it passes.

    A second sighting is the same in all but what the way changes (link layer, TTL, a checksum that
    was left to the device), is near in time, and has an IP id, which no retransmission has in
    common with the first. Without one (0 with DF, as in Linux' RST; IPv6) it must have been seen at
    another place: sent, received, interface.
    """
    before, now, since_ns = {}, {}, 0  # by what makes them the same: when seen, and where
    for segment in segments:
        if isinstance(segment, Message):
            yield segment  # no story counts them
            continue
        if abs(segment.time_ns - since_ns) > NEAR_NS:  # what is older is not near any more
            before, now, since_ns = now, {}, segment.time_ns
        tcp = segment.datagram[segment.tcp_at:]
        key = (segment.source, segment.target, segment.ip_id, tcp[:16] + tcp[18:])
        sightings = now.get(key) or before.get(key) or ()
        near = [sighting for sighting in sightings
                if abs(segment.time_ns - sighting[0]) <= NEAR_NS]
        known = next((places for _, places in near if segment.ip_id or
                      segment.place not in places or segment.place[1] == SOME_PORT), None)
        if known is None:
            yield segment
            near.append((segment.time_ns, known := []))
        if segment.place not in known:
            known.append(segment.place)
        now[key] = near


def conversations(segments):
    """Sort segments into connections, each from its SYN on; the client is who sent that.

    A SYN with another sequence number is a new connection on used ports; with the same, it is the
    old one's SYN again. An ICMP error is of the connection that it quotes; ARP is of every one
    between hosts of these addresses. Who is neither client nor server is the router.
    """
    found, current = [], {}
    for segment in segments:
        if isinstance(segment, Message):
            for conversation in filter(partial(is_about, segment), current.values()):
                names = {segment.source[0]: "router", segment.asked: "router",
                         conversation.client[0]: "client", conversation.server[0]: "server"}
                conversation.segments.append(replace(segment).named(names))
            continue
        ends = frozenset((segment.source, segment.target))
        conversation = current.get(ends)
        is_syn = segment.flags & (SYN | ACK) == SYN
        if is_syn and (not conversation or conversation.segments[0].seq != segment.seq):
            conversation = current[ends] = Conversation(segment.source, segment.target, [])
            found.append(conversation)
        if conversation:
            segment.sender = "client" if segment.source == conversation.client else "server"
            conversation.segments.append(segment)
    return found


def is_about(message, conversation):
    if message.ends:
        return message.ends == {conversation.client, conversation.server}
    return message.source[0] in (conversation.client[0], conversation.server[0])


def together(separate):
    """Join the conversations of one client's host with one server, for stories of several."""
    joined = {}
    for conversation in separate:
        joined.setdefault((conversation.client[0], conversation.server), []).append(conversation)
    return [Conversation((address, None), server, sorted(
                {segment.frame: segment for one in group for segment in one.segments}.values(),
                key=lambda segment: segment.frame))
            for (address, server), group in joined.items() if len(group) > 1]

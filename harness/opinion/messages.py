"""What else a capture tells of a connection: ICMP errors, and questions for a neighbour's address.

ICMP (RFC 792) and ICMPv6 (RFC 4443) say the same with other numbers; ARP (RFC 826) and neighbour
discovery (RFC 4861) ask the same in other packets.
"""

import socket
from dataclasses import dataclass

from scapy.layers.inet import IP
from scapy.layers.inet6 import ICMPv6ND_NA, ICMPv6ND_NS, IPv6
from scapy.layers.l2 import ARP

# By version of IP: the type of "destination unreachable", and what its codes mean.
UNREACHABLE = {
    4: (3, {0: "net unreachable", 1: "host unreachable", 3: "port unreachable", 13: "prohibited"}),
    6: (1, {0: "net unreachable", 3: "host unreachable", 4: "port unreachable", 1: "prohibited"}),
}
PROTOCOLS = {4: 1, 6: 58}  # ICMP, ICMPv6
PROTOCOL_TCP = 6
ARP_REQUEST = 1


@dataclass
class Message:
    frame: int  # as of a Segment
    time_ns: int
    source: tuple  # address, and no port
    text: str  # "ICMP host unreachable (3/1)", as in the timeline
    fields: dict  # as the timeline has them
    unreachable: str = ""  # of an ICMP error: why
    ends: frozenset = frozenset()  # ... and of which connection it speaks
    asked: str = ""  # of a question: for which address
    sender: str = "lab"  # "client", "server" or "router", once that is known
    about: str = "lab"  # who has the address asked for, likewise
    again: bool = False  # of a Segment only

    def named(self, names):
        """Say who sent it, and whom it asks for."""
        self.sender = names.get(self.source[0], self.sender)
        self.about = names.get(self.asked, self.about)
        return self


def decode_arp(frame, data):
    """Return the ARP packet, or None when that is no ARP of IPv4."""
    try:
        arp = ARP(data)
        addresses = arp.psrc, arp.pdst
    except Exception:  # scapy's ways to say that this is none are many
        return None
    if len(data) < 28 or arp.ptype != 0x0800:
        return None
    sender, target = addresses
    if arp.op == ARP_REQUEST:
        return Message(frame.number, frame.time_ns, (sender, None), f"ARP who has {target}?",
                       neighbour(True, target), asked=target)
    return Message(frame.number, frame.time_ns, (sender, None), f"ARP reply to {target}",
                   neighbour(False, sender))


def neighbour(question, about):
    return {"protocol": "neighbour", "neighbour": {"question": question, "about": about}}


def is_icmp(version, datagram):
    return datagram[9 if version == 4 else 6] == PROTOCOLS[version]


def decode_icmp(frame, version, datagram):
    """Return the ICMP or ICMPv6 message of a datagram, or None when it is cut short."""
    try:
        ip = (IP if version == 4 else IPv6)(datagram)
        icmp = bytes(ip.payload)
        kind, code = icmp[0], icmp[1]
        is_fragment = version == 4 and (ip.frag or ip.flags.MF)
    except Exception:
        return None
    if is_fragment:
        return None
    message = Message(frame.number, frame.time_ns, (ip.src, None), "",
                      {"protocol": "icmp", "icmp": {"type": kind, "code": code}})
    if version == 6 and ICMPv6ND_NS in ip:
        message.asked = ip[ICMPv6ND_NS].tgt
        message.text = f"ND who has {message.asked}?"
        message.fields = neighbour(True, message.asked)
        return message
    if version == 6 and ICMPv6ND_NA in ip:
        message.text = f"ND reply to {ip.dst}"
        message.fields = neighbour(False, ip.src)
        return message
    unreachable, reasons = UNREACHABLE[version]
    name = "ICMP" if version == 4 else "ICMPv6"
    message.text = f"{name} type={kind} code={code}"
    if kind == unreachable and code in reasons:
        message.unreachable = message.fields["icmp"]["unreachable"] = reasons[code]
        message.ends = quoted_ends(icmp[8:])
        message.text = f"{name} {message.unreachable} ({kind}/{code})"
    return message


def quoted_ends(datagram):
    """The two ends of the connection whose segment the error quotes, of which eight bytes do."""
    version = datagram[0] >> 4 if datagram else None
    if version == 4 and len(datagram) >= 20:
        family, source, protocol, at = socket.AF_INET, 12, datagram[9], (datagram[0] & 15) * 4
    elif version == 6 and len(datagram) >= 40:
        family, source, protocol, at = socket.AF_INET6, 8, datagram[6], 40
    else:
        return frozenset()
    if protocol != PROTOCOL_TCP or len(datagram) < at + 4:
        return frozenset()
    size = 4 if family == socket.AF_INET else 16
    addresses = (datagram[source:source + size], datagram[source + size:source + 2 * size])
    ports = datagram[at:at + 2], datagram[at + 2:at + 4]
    return frozenset((socket.inet_ntop(family, address), int.from_bytes(port, "big"))
                     for address, port in zip(addresses, ports))


# What the expectations ask of them ---------------------------------------------------------------

def icmp_matches(wanted, event):
    return (isinstance(event, Message) and event.unreachable != "" and
            wanted.get("from", event.sender) == event.sender and
            wanted.get("unreachable", event.unreachable) == event.unreachable)


def question_matches(wanted, event):
    return (isinstance(event, Message) and event.asked != "" and
            wanted.get("from", event.sender) == event.sender and
            wanted.get("about", event.about) == event.about)

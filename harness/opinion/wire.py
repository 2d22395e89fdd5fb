"""Captures, read without the lab: frames, TCP segments and what else speaks of them, conversations.

scapy opens the file and takes IP and TCP apart. Here is what it leaves to its user: the link layers
of a capture from anywhere, packets that a capture on all interfaces shows twice, and which segments
are of one connection.
"""

import io
import logging
import struct
import sys
from dataclasses import dataclass, replace
from functools import partial

from opinion.expectation import Broken

# scapy warns of routes and manufacturers, which a reader has no use for; and of its start-up time a
# third goes into an optional part that decrypts
logging.getLogger("scapy").setLevel(logging.CRITICAL)
sys.modules.setdefault("cryptography", None)

from scapy.error import Scapy_Exception  # noqa: E402
from scapy.layers.inet import IP, TCP  # noqa: E402
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.utils import RawPcapReader, checksum  # noqa: E402

from opinion.messages import Message, decode_arp, decode_icmp, is_icmp  # noqa: E402

# The control bits of RFC 9293 3.1, in the order Wireshark shows them.
FLAGS = {"SYN": 0x02, "FIN": 0x01, "RST": 0x04, "PSH": 0x08, "ACK": 0x10, "URG": 0x20}
SYN, FIN, RST, ACK = (FLAGS[name] for name in ("SYN", "FIN", "RST", "ACK"))

# Link types (https://www.tcpdump.org/linktypes.html) that name what they carry by an EtherType:
# where that is, how long the header is, and which bytes tell where the packet was seen.
# LINUX_SLL keeps the packet type (0 to this host ... 4 sent by it) in bytes 0-1; LINUX_SLL2 the
# interface in bytes 4-7 and the packet type in byte 10, with the kind of device between them.
ETHERNET, LINUX_SLL, LINUX_SLL2 = 1, 113, 276
LINKS = {
    ETHERNET: (12, 14, slice(0)),
    LINUX_SLL: (14, 16, slice(0, 2)),
    LINUX_SLL2: (0, 20, slice(4, 11)),
}
# Those that carry IP and nothing else worth reading, and how many bytes stand before it: NULL and
# LOOP (an address family, in some machine's byte order), RAW with its older numbers, IPV4, IPV6.
BARE = {0: 4, 108: 4, 12: 0, 14: 0, 101: 0, 228: 0, 229: 0}
VLAN_TAGS = (0x8100, 0x88A8)  # IEEE 802.1Q and 802.1ad: four bytes more, then the next EtherType
IP_ETHER_TYPES, ARP_ETHER_TYPE = (0x0800, 0x86DD), 0x0806
PROTOCOL_TCP = 6

NEAR_NS = 100_000_000  # sightings of one packet are microseconds apart, on a busy machine some ms
# What LINUX_SLL says of every port of a bridge alike: packet type 3, "to another host".
SOME_PORT = b"\x00\x03"


@dataclass
class Frame:
    number: int  # as Wireshark counts, from 1
    time_ns: int
    link_type: int
    data: bytes  # what was captured of it
    wire_bytes: int
    interface: bytes  # its number in a pcapng file, which may have several


@dataclass
class Segment:
    frame: int
    time_ns: int
    source: tuple  # address, port
    target: tuple
    seq: int
    flags: int
    payload_bytes: int  # on the wire, however little of it was captured
    ip_id: int  # 0: the sender does not number its packets (DF is set, or IPv6)
    place: tuple  # where it was seen, as far as the link layer tells
    datagram: bytes  # without the link layer's padding; zeros where the capture has less
    tcp_at: int
    sender: str = "lab"  # "client" or "server", once that is known
    no_window: bool = False  # its sender has no room
    again: bool = False  # a retransmission: its first byte was sent before
    probe: bool = False  # empty, and one before what its sender would send next


@dataclass
class Conversation:
    client: tuple
    server: tuple
    segments: list

    def __str__(self):
        client, server = ("{}:{}".format(f"[{a}]" if ":" in a else a, port or "*")
                          for a, port in (self.client, self.server))
        return f"{client} → {server}"


# Files -------------------------------------------------------------------------------------------

def read_capture(path):
    """Return the frames of a pcap or pcapng file, and whether it ends in the middle of one."""
    try:
        file = io.BytesIO(path.read_bytes())
    except OSError as error:
        raise Broken(f"cannot read {path}: {error.strerror}") from None
    try:
        reader = RawPcapReader(file)
    except (Scapy_Exception, EOFError, struct.error):
        raise Broken(f"{path} is no capture: give a pcap or pcapng file, as tcpdump -w or "
                     "Wireshark write it") from None
    frames, is_cut = read_frames(reader)
    unknown = {frame.link_type for frame in frames} - LINKS.keys() - BARE.keys()
    if unknown and all(frame.link_type in unknown for frame in frames):
        raise Broken(f"{path} has link type {min(unknown)}, which is not read here: capture "
                     "Ethernet, Linux cooked, loopback or raw IP")
    return frames, is_cut


def read_frames(reader):
    """Read to the end. A whole file ends between two records, with nothing of the next one."""
    is_pcapng = hasattr(reader, "interfaces")
    read = partial(read_block if is_pcapng else read_record, reader)
    frames = []
    while True:
        begins = reader.f.tell()
        try:
            record = read(0xFFFFFFFF)  # any size: scapy cuts at 65535 otherwise
        except (EOFError, Scapy_Exception, struct.error):
            return frames, reader.f.tell() != begins
        if record:  # a block of pcapng may be no packet
            data, meta, interface = record
            link_type = meta.linktype if is_pcapng else reader.linktype
            frames.append(Frame(len(frames) + 1, time_ns(reader, meta), link_type, data,
                                meta.wirelen, interface))


def read_record(reader, size):
    data, meta = reader._read_packet(size)
    if len(data) < meta.caplen:
        raise EOFError
    return data, meta, b""


def read_block(reader, size):
    """An enhanced packet block (type 6) has its interface in bytes 8-11; scapy does not tell it."""
    block = reader.f.getbuffer()[reader.f.tell():][:12]
    record = reader._read_block(size)
    return record and (*record, bytes(block[8:]))


def time_ns(reader, meta):
    """A pcapng interface has a resolution of its own; its simple packets have no time at all."""
    if not hasattr(meta, "tsresol"):
        return meta.sec * 10**9 + meta.usec * (1 if reader.nano else 1000)
    return (((meta.tshigh or 0) << 32) + (meta.tslow or 0)) * 10**9 // meta.tsresol


# Segments ----------------------------------------------------------------------------------------

def strip_link(frame):
    """Return where the packet was seen, its datagram (b"" when that is not IP), and its ARP."""
    if frame.link_type in BARE:
        return (frame.interface, b""), frame.data[BARE[frame.link_type]:], b""
    if frame.link_type not in LINKS:
        return None, b"", b""
    type_at, header_bytes, place = LINKS[frame.link_type]
    ether_type = number_at(frame.data, type_at)
    while ether_type in VLAN_TAGS:
        ether_type = number_at(frame.data, header_bytes + 2)
        header_bytes += 4
    datagram = frame.data[header_bytes:] if ether_type in IP_ETHER_TYPES else b""
    arp = frame.data[header_bytes:] if ether_type == ARP_ETHER_TYPE else b""
    return (frame.interface, frame.data[place]), datagram, arp


def number_at(data, at):
    return int.from_bytes(data[at:at + 2], "big")


def whole_datagram(frame, captured):
    """Return the datagram at its length on the wire: no padding, zeros for what was not captured.

    A length of 0 is what segmentation offload leaves in a packet captured before it is cut up: then
    the frame's length counts.
    """
    length_at, header_bytes = {4: (2, 0), 6: (4, 40)}[captured[0] >> 4]
    length = number_at(captured, length_at) + header_bytes
    if length == header_bytes:
        length = min(frame.wire_bytes - (len(frame.data) - len(captured)), 0xFFFF)
        stated = struct.pack("!H", length - header_bytes)
        captured = captured[:length_at] + stated + captured[length_at + 2:]
    return captured[:length].ljust(length, b"\0")


def decode(frame):
    """Return the frame's TCP segment or message, or None when it has none that can be read."""
    place, captured, arp = strip_link(frame)
    if arp:
        return decode_arp(frame, arp)
    version = captured[0] >> 4 if len(captured) >= 20 else None
    if version in (4, 6) and is_icmp(version, captured):
        return decode_icmp(frame, version, captured)
    if version not in (4, 6) or (version == 4 and captured[9] != PROTOCOL_TCP):
        return None  # most of the frames in a capture from anywhere; scapy takes 0.1 ms for one
    try:
        datagram = whole_datagram(frame, captured)
        ip = (IP if version == 4 else IPv6)(datagram)
        tcp = ip.getlayer(TCP)
    except Exception:  # scapy's ways to say that this is no IP are many
        return None
    if tcp is None or tcp.dataofs < 5:
        return None
    tcp_at = len(datagram) - len(tcp.original)
    payload_bytes = len(tcp.original) - tcp.dataofs * 4
    if payload_bytes < 0 or len(captured) < tcp_at + 20:
        return None
    flags = int(tcp.flags) & sum(FLAGS.values())
    return Segment(frame.number, frame.time_ns, (ip.src, tcp.sport), (ip.dst, tcp.dport), tcp.seq,
                   flags, payload_bytes, getattr(ip, "id", 0), place, datagram, tcp_at,
                   no_window=tcp.window == 0 and not flags & RST)


def segment_text(segment):
    """The segment, or message, in the notation of harness/expect_text.c."""
    if isinstance(segment, Message):
        return f"{segment.text} from {segment.sender}"
    flags = ",".join(name for name, bit in FLAGS.items() if segment.flags & bit) or "none"
    length = f" len={segment.payload_bytes}" if segment.payload_bytes else ""
    window = " win=0" if segment.no_window else ""
    return f"{flags}{length}{window} from {segment.sender}"


def wrong_checksum(segment):
    """Name the checksum that is not true, or None (RFC 791 3.1, RFC 9293 3.1, RFC 8200 8.1)."""
    header, tcp = segment.datagram[:segment.tcp_at], segment.datagram[segment.tcp_at:]
    is_ipv4 = header[0] >> 4 == 4
    # the pseudo-headers of IPv4 and IPv6 differ in layout, not in their sum
    addresses = header[12:20] if is_ipv4 else header[8:40]
    pseudo_header = addresses + struct.pack("!II", len(tcp), PROTOCOL_TCP)
    if is_ipv4 and checksum(header):
        return "IP"
    return "TCP" if checksum(pseudo_header + tcp) else None


def without_messages(segments):
    return (segment for segment in segments if isinstance(segment, Segment))


def mark_retransmissions(segments):
    """A segment that takes sequence numbers (data, SYN, FIN) and begins with one sent before."""
    sent = set()
    for segment in without_messages(segments):
        if segment.payload_bytes or segment.flags & (SYN | FIN):
            key = (segment.source, segment.target, segment.seq)
            segment.again = key in sent
            sent.add(key)


def mark_probes(segments):
    """An empty segment one before what its sender has come to: there only to be answered.

    Sequence numbers wrap around at 2**32; a SYN begins anew.
    """
    come_to = {}
    for segment in without_messages(segments):
        ways = segment.source, segment.target
        end = segment.seq + segment.payload_bytes + bool(segment.flags & SYN) + \
            bool(segment.flags & FIN)
        is_empty = end == segment.seq
        if segment.flags & RST:
            continue
        before = come_to.get(ways)
        segment.probe = is_empty and before is not None and (segment.seq + 1 - before) % 2**32 == 0
        if before is None or segment.flags & SYN or 0 < (end - before) % 2**32 < 2**31:
            come_to[ways] = end


# Conversations -----------------------------------------------------------------------------------

def seen_once(segments):
    """Leave out second sightings: a capture on all interfaces shows a packet wherever it passes.

    A second sighting is the same in all but what the way changes (link layer, TTL, a checksum that
    was left to the device), is near in time, and has an IP id, which no retransmission has in
    common with the first. Without one (0 with DF, as in Linux' RST; IPv6) it must have been seen at
    another place: sent, received, interface.
    """
    packets = {}  # by what makes them the same: when first seen, and where
    for segment in segments:
        if isinstance(segment, Message):
            yield segment  # no story counts them
            continue
        tcp = segment.datagram[segment.tcp_at:]
        key = (segment.source, segment.target, segment.ip_id, tcp[:16] + tcp[18:])
        near = [packet for packet in packets.get(key, ())
                if abs(segment.time_ns - packet[0]) <= NEAR_NS]
        known = next((places for _, places in near if segment.ip_id or
                      segment.place not in places or segment.place[1] == SOME_PORT), None)
        if known is None:
            yield segment
            near.append((segment.time_ns, known := set()))
        known.add(segment.place)
        packets[key] = near


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

"""TCP segments, read without the lab, and what else a capture tells of them.

The headers are read here, which is quick; scapy dissects what is not plain, and has the last word
on the segments that decide.
"""

import functools
import socket
import struct
from dataclasses import dataclass

from opinion.capture import number_at, strip_link

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.utils import checksum

from opinion.messages import Message, decode_arp, decode_icmp, is_icmp

# The control bits of RFC 9293 3.1, in the order Wireshark shows them.
FLAGS = {"SYN": 0x02, "FIN": 0x01, "RST": 0x04, "PSH": 0x08, "ACK": 0x10, "URG": 0x20}
SYN, FIN, RST, ACK = (FLAGS[name] for name in ("SYN", "FIN", "RST", "ACK"))
ALL_FLAGS = sum(FLAGS.values())
TCP_HEADER = struct.Struct("!HHIIBBH")  # ports, numbers, data offset, flags, window
PROTOCOL_TCP = 6
EXTENSION_HEADERS = (0, 43, 44, 51, 60, 135)  # of IPv6 (RFC 8200 4.1)


@dataclass(slots=True)
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


def whole_datagram(frame, captured):
    """Return the datagram at its length on the wire: no padding, zeros for what was not captured.

    A length of 0 is what segmentation offload leaves in a packet captured before it is cut up: then
    the frame's length counts.
    """
    length_at, header_bytes = (2, 0) if captured[0] >> 4 == 4 else (4, 40)
    length = number_at(captured, length_at) + header_bytes
    if length == header_bytes:
        length = min(frame.wire_bytes - (len(frame.data) - len(captured)), 0xFFFF)
        stated = struct.pack("!H", length - header_bytes)
        captured = captured[:length_at] + stated + captured[length_at + 2:]
    return captured[:length].ljust(length, b"\0")


def tcp_offset(datagram):
    """Return where the TCP header begins, or None. Plain headers are read here: scapy needs 0.1 ms
    for a datagram, and a capture from anywhere has 100,000. What is not plain is scapy's.
    """
    if datagram[0] >> 4 == 4:
        if datagram[9] != PROTOCOL_TCP or number_at(datagram, 6) & 0x1FFF:
            return None  # not TCP, or not the first fragment
        at = (datagram[0] & 15) * 4
        return at if at >= 20 else None
    if datagram[6] == PROTOCOL_TCP:
        return 40
    if datagram[6] not in EXTENSION_HEADERS:
        return None
    try:
        tcp = IPv6(datagram).getlayer(TCP)
    except Exception:  # scapy's ways to say that this is no IP are many
        return None
    return len(datagram) - len(tcp.original) if tcp else None


@functools.lru_cache(maxsize=65536)
def end_of(family, address, port):
    return socket.inet_ntop(family, address), port


def decode(frame):
    """Return the frame's TCP segment or message, or None when it has none that can be read."""
    place, captured, arp = strip_link(frame)
    if arp:
        return decode_arp(frame, arp)
    version = captured[0] >> 4 if len(captured) >= 20 else None
    if version not in (4, 6) or (version == 6 and len(captured) < 40):
        return None
    if is_icmp(version, captured):
        return decode_icmp(frame, version, captured)
    datagram = whole_datagram(frame, captured)
    at = tcp_offset(datagram) if len(datagram) >= 20 else None
    if at is None or len(datagram) < at + 20 or len(captured) < at + 20:
        return None
    source_port, target_port, seq, _, offset, flags, window = TCP_HEADER.unpack_from(datagram, at)
    payload_bytes = len(datagram) - at - (offset >> 4) * 4
    if offset >> 4 < 5 or payload_bytes < 0:
        return None
    family, source, target = (socket.AF_INET, datagram[12:16], datagram[16:20]) if version == 4 \
        else (socket.AF_INET6, datagram[8:24], datagram[24:40])
    flags &= ALL_FLAGS
    return Segment(frame.number, frame.time_ns, end_of(family, source, source_port),
                   end_of(family, target, target_port), seq, flags, payload_bytes,
                   number_at(datagram, 4) if version == 4 else 0, place, datagram, at,
                   no_window=window == 0 and not flags & RST)


def fields_of(segment):
    """The segment's or message's fields, as the timeline has them."""
    if isinstance(segment, Message):
        return {"from": segment.source[0], **segment.fields}
    _, _, _, ack, _, _, window = TCP_HEADER.unpack_from(segment.datagram, segment.tcp_at)
    fields = {"protocol": "tcp", "from": segment.source[0], "to": segment.target[0],
              "from_port": segment.source[1], "to_port": segment.target[1],
              "flags": flags_text(segment.flags), "raw_seq": segment.seq,
              "len": segment.payload_bytes, "window": window}
    return fields | ({"raw_ack": ack} if segment.flags & ACK else {})


def flags_text(flags):
    return ",".join(name for name, bit in FLAGS.items() if flags & bit) or "none"


def is_as_scapy_reads_it(segment):
    """Whether scapy's dissection says the same. It is asked about the segments that decide."""
    ip = (IP if segment.datagram[0] >> 4 == 4 else IPv6)(segment.datagram)
    tcp = ip.getlayer(TCP)
    return tcp is not None and (ip.src, tcp.sport, ip.dst, tcp.dport, tcp.seq) == (
        *segment.source, *segment.target, segment.seq) and \
        int(tcp.flags) & ALL_FLAGS == segment.flags and \
        len(tcp.original) - tcp.dataofs * 4 == segment.payload_bytes


def segment_text(segment):
    """The segment, or message, in the notation of harness/expect/."""
    if isinstance(segment, Message):
        return f"{segment.text} from {segment.sender}"
    length = f" len={segment.payload_bytes}" if segment.payload_bytes else ""
    window = " win=0" if segment.no_window else ""
    return f"{flags_text(segment.flags)}{length}{window} from {segment.sender}"


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

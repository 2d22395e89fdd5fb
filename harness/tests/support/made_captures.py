"""Captures made by hand: conversations from scapy, put into files byte by byte.

A conversation is written as a script of (sender, flags, payload); any link layer and any file
format can be around it, as from another machine or another program.
"""

import struct

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6

CLIENT, SERVER = ("192.0.2.1", 40000), ("192.0.2.2", 9877)
CLIENT_IPV6, SERVER_IPV6 = ("2001:db8::1", 40000), ("2001:db8::2", 9877)
BOTH_VERSIONS = [(CLIENT, SERVER), (CLIENT_IPV6, SERVER_IPV6)]
STARTED_NS = 1_790_000_000_123_456_789
MS = 1_000_000

HANDSHAKE = [("client", "S"), ("server", "SA"), ("client", "A")]
ECHO = [("client", "PA", b"hi there\n"), ("server", "A"), ("server", "PA", b"hi there\n"),
        ("client", "A")]
SERVER_DIES = [("server", "FA"), ("client", "A")]
FIRST_WRITE, RESET = ("client", "PA", b"b"), ("server", "R")
SIGPIPE = HANDSHAKE + ECHO + SERVER_DIES + [FIRST_WRITE, RESET]
NORMAL = HANDSHAKE + ECHO + [("client", "FA"), ("server", "A"), ("server", "FA"), ("client", "A")]
REFUSED_CONNECTION = [("client", "S"), ("server", "RA")]


def talk(script, client=CLIENT, server=SERVER, begins_ns=STARTED_NS, first_seq=1000):
    """Give a script addresses, numbers and times: [(time_ns, packet)]."""
    ends = {"client": (client, server), "server": (server, client)}
    at = {"client": first_seq, "server": 5 * first_seq}
    packets = []
    for i, (sender, flags, *payload) in enumerate(script):
        payload, other = b"".join(payload), "server" if sender == "client" else "client"
        (source, sport), (target, dport) = ends[sender]
        ip = (IPv6(src=source, dst=target) if ":" in source else
              IP(src=source, dst=target, id=0 if flags == "R" else 100 + i, flags="DF"))
        options = [] if "R" in flags else [("Timestamp", (i, i)), ("NOP", None), ("NOP", None)]
        tcp = TCP(sport=sport, dport=dport, flags=flags, seq=at[sender], options=options,
                  ack=at[other] if "A" in flags else 0)
        packets.append((begins_ns + i * MS, ip / tcp / payload if payload else ip / tcp))
        at[sender] += len(payload) + ("S" in flags) + ("F" in flags)
    return packets


def changed(script, where, row):
    """The script with the row at this index replaced, or left out (None)."""
    return script[:where] + ([row] if row else []) + script[where + 1:]


def again(packets, which, later_ns, **fields):
    """One packet of the list once more, later, with other fields of IP."""
    time_ns, packet = packets[which]
    packet = packet.copy()
    for name, value in fields.items():
        setattr(packet, name, value)
    if packet.version == 4:
        del packet.chksum
    return (time_ns + later_ns, packet)


# --- captures ---

def ether_type(packet):
    return b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"


def ethernet(packet, tags=b""):
    frame = b"\x02" * 12 + tags + ether_type(packet) + packet
    return frame.ljust(60, b"\x55")  # the least that Ethernet sends; scapy must not read it as data


def linux_sll(packet, packet_type=0):
    return struct.pack("!HHH8s", packet_type, 772, 6, b"") + ether_type(packet) + packet


def linux_sll2(packet, packet_type=0, interface=1):
    return (ether_type(packet) + struct.pack("!HIHBB8s", 0, interface, 772, packet_type, 6, b"") +
            packet)


LINKS = {
    "Ethernet": (1, ethernet),
    "Ethernet with a VLAN tag": (1, lambda packet: ethernet(packet, b"\x81\x00\x00\x07")),
    "Ethernet with two VLAN tags":
        (1, lambda packet: ethernet(packet, b"\x88\xa8\x00\x01\x81\x00\x00\x07")),
    "Linux cooked v1": (113, linux_sll),
    "Linux cooked v2": (276, linux_sll2),
    "raw IP": (101, bytes),
    "raw IP, as BSD numbers it": (12, bytes),
    "raw IP, as OpenBSD numbers it": (14, bytes),
    "raw IP of one version": (228, bytes),
    "loopback": (0, lambda packet: b"\x02\x00\x00\x00" + packet),
    "loopback of a big-endian machine": (0, lambda packet: b"\x00\x00\x00\x02" + packet),
    "OpenBSD loopback": (108, lambda packet: b"\x00\x00\x00\x18" + packet),
}


def pcap(frames, link_type=1, order="<", nanoseconds=False, snaplen=65535):
    """frames: [(time_ns, bytes)], or with the length on the wire as a third."""
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snaplen, link_type)
    for time_ns, frame, *wire_bytes in frames:
        fraction = time_ns % 10**9 // (1 if nanoseconds else 1000)
        kept = frame[:snaplen]
        out += struct.pack(order + "IIII", time_ns // 10**9, fraction, len(kept),
                           *(wire_bytes or [len(frame)])) + kept
    return out


def block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(
        order + "I", len(body) + 12)


def pcapng(frames, link_type=1, order="<", resolution=None, interfaces=1):
    """Frames go to the interfaces in turn; blocks that are no packets stand before and behind."""
    option = b"" if resolution is None else struct.pack(order + "HHBxxxI", 9, 1, resolution, 0)
    out = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(order, 1, struct.pack(order + "HHI", link_type, 0, 0) + option) * interfaces
    out += block(order, 4, b"")  # name resolution
    for i, (time_ns, frame) in enumerate(frames):
        ticks = time_ns * 10**(resolution or 6) // 10**9
        out += block(order, 6, struct.pack(order + "IIIII", i % interfaces, ticks >> 32,
                                           ticks & 0xFFFFFFFF, len(frame), len(frame)) + frame)
    return out + block(order, 5, struct.pack(order + "III", 0, 0, 0))  # interface statistics


def frames_of(packets, link="Ethernet"):
    return [(time_ns, LINKS[link][1](bytes(packet))) for time_ns, packet in packets]


def capture_of(packets, link="Ethernet", **how):
    return pcap(frames_of(packets, link), LINKS[link][0], **how)

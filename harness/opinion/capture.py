"""Capture files: the frames of a pcap or pcapng file, and the datagrams in them."""

import functools
import gzip
import io
import logging
import stat
import struct
import sys
import zlib
from dataclasses import dataclass

from opinion.expectation import Broken

# scapy warns of routes and manufacturers, which a reader has no use for; and of its start-up time a
# third goes into an optional part that decrypts
logging.getLogger("scapy").setLevel(logging.CRITICAL)
sys.modules.setdefault("cryptography", None)

from scapy.error import Scapy_Exception  # noqa: E402
from scapy.utils import RawPcapReader  # noqa: E402

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
# of a pcap file's link type; those above say how many bytes of a checksum end each frame (FCS)
LINK_TYPE_BITS = 0xFFFF
UNZIPPED_MOST = 1 << 28  # bytes


@dataclass(slots=True)
class Frame:
    number: int  # as Wireshark counts, from 1
    time_ns: int
    link_type: int
    data: bytes  # what was captured of it
    wire_bytes: int
    interface: bytes  # its number in a pcapng file, which may have several


class Capture:
    """The frames of a pcap or pcapng file, gzipped or not, one after the other."""

    def __init__(self, path):
        self.path = path
        self.is_cut = False  # ends in the middle of a packet; known when all have been read
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise Broken(f"{path} is no regular file: give a pcap or pcapng file")
            self.file = open(path, "rb")
            if self.file.peek(2)[:2] == b"\x1f\x8b":
                self.file = unzipped(self.file, path)
            self.reader = RawPcapReader(self.file)
        except OSError as error:
            raise Broken(f"cannot read {path}: {error.strerror or error}") from None
        except (Scapy_Exception, EOFError, struct.error):
            raise Broken(f"{path} is no capture: give a pcap or pcapng file, as tcpdump -w or "
                         "Wireshark write it") from None

    def __iter__(self):
        read = self.read_block if hasattr(self.reader, "interfaces") else self.read_record
        link_types, number = set(), 0
        while True:
            begins = self.file.tell()
            try:
                record = read(0xFFFFFFFF)  # any size: scapy cuts at 65535 otherwise
            except (EOFError, Scapy_Exception, struct.error):
                break
            if record:  # a block of pcapng may be no packet
                number += 1
                data, meta, interface, link_type = record
                link_types.add(link_type)
                yield Frame(number, time_ns(self.reader, meta), link_type, data, meta.wirelen,
                            interface)
        # a whole file ends between two records, with nothing of the next one
        self.is_cut = self.file.tell() != begins
        if link_types and not link_types & (LINKS.keys() | BARE.keys()):
            raise Broken(f"{self.path} has link type {min(link_types)}, which is not read here: "
                         "capture Ethernet, Linux cooked, loopback or raw IP")

    def read_record(self, size):
        data, meta = self.reader._read_packet(size)
        if len(data) < meta.caplen:
            raise EOFError
        return data, meta, b"", self.reader.linktype & LINK_TYPE_BITS

    def read_block(self, size):
        """An enhanced packet block (type 6) has its interface in bytes 8-11; scapy does not tell it."""
        head = self.file.read(12)
        self.file.seek(-len(head), io.SEEK_CUR)
        record = self.reader._read_block(size)
        return record and (*record, head[8:], record[1].linktype)


def unzipped(file, path):
    """A gzipped capture, in memory."""
    try:
        data = gzip.open(file).read(UNZIPPED_MOST + 1)
    except (EOFError, zlib.error) as error:
        raise Broken(f"cannot unzip {path}: {error}") from None
    if len(data) > UNZIPPED_MOST:
        raise Broken(f"{path} is too large to be read zipped: gunzip it first")
    return io.BytesIO(data)


def time_ns(reader, meta):
    """A pcapng interface has a resolution of its own; its simple packets have no time at all."""
    if not hasattr(meta, "tsresol"):
        return meta.sec * 10**9 + meta.usec * (1 if reader.nano else 1000)
    return (((meta.tshigh or 0) << 32) + (meta.tslow or 0)) * 10**9 // meta.tsresol


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
    return place_of(frame.interface, frame.data[place]), datagram, arp


@functools.lru_cache(maxsize=1024)
def place_of(interface, mark):
    """The same object for the same place: a capture has many frames and few places."""
    return interface, mark


def number_at(data, at):
    return int.from_bytes(data[at:at + 2], "big")

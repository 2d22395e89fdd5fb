"""Which files the second opinion reads as captures, and what it says of those it does not."""

import gzip
import os
import struct

import pytest
from scapy.layers.inet import IP, TCP

from tests.support.made_captures import CLIENT, SERVER, SIGPIPE, capture_of, talk
from tests.support.made_run import ACCEPTED, BROKEN, Run

LINK_TYPE_AT = 20  # in the header of a pcap file
FCS_OF_FOUR_BYTES = 0x24000000


@pytest.fixture
def run(tmp_path, capsys):
    return Run(tmp_path, capsys)


def test_a_gzipped_capture_is_read(run):
    code, _, err = run.judge(gzip.compress(capture_of(talk(SIGPIPE))))
    assert (code, err) == (ACCEPTED, "")


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08\x00" + b"\x00" * 30,
                                  gzip.compress(capture_of(talk(SIGPIPE)))[:-20]],
                         ids=["no data", "cut short"])
def test_a_broken_gzip_file_is_said_to_be_one(run, data):
    code, out, err = run.judge(data)
    assert (code, out) == (BROKEN, "") and "cannot unzip" in err


def test_a_link_type_that_counts_bytes_of_a_checksum_is_read(run):
    data = bytearray(capture_of(talk(SIGPIPE)))
    order = "<" if data[0] in (0xd4, 0x4d) else ">"
    link_type, = struct.unpack_from(order + "I", data, LINK_TYPE_AT)
    struct.pack_into(order + "I", data, LINK_TYPE_AT, link_type | FCS_OF_FOUR_BYTES)
    code, _, err = run.judge(bytes(data))
    assert (code, err) == (ACCEPTED, "")


FRAGMENTS = {
    "a first fragment without a whole TCP header": (IP(flags="MF"), 12),
    "a second fragment": (IP(frag=2), 28),
    "a header that says it is longer than the packet": (IP(), 28),
}


@pytest.mark.parametrize("name", FRAGMENTS)
def test_a_damaged_packet_spoils_that_packet_only(run, name):
    ip, kept = FRAGMENTS[name]
    packets = talk(SIGPIPE)
    ip = ip.copy()
    ip.src, ip.dst, ip.proto = CLIENT[0], SERVER[0], 6
    tcp = TCP(sport=CLIENT[1], dport=SERVER[1], flags="PA", dataofs=15)
    damaged = packets[5][0], IP(bytes(ip / bytes(tcp / b"hi there")[:kept]))
    code, _, err = run.judge(capture_of([*packets[:6], damaged, *packets[6:]]))
    assert (code, err) == (ACCEPTED, "")


def fifo(path):
    os.mkfifo(path)


def sparse(path):
    with open(path, "wb") as file:
        file.truncate(1 << 31)


SPECIAL = {"a FIFO": (fifo, "is no regular file"), "2 GiB of nothing": (sparse, "is no capture"),
           "/dev/zero": (lambda path: path.symlink_to("/dev/zero"), "is no regular file")}


@pytest.mark.parametrize("name", SPECIAL)
def test_special_files_are_refused_at_once(run, tmp_path, name):
    make, words = SPECIAL[name]
    story = run.write()
    make(tmp_path / "special.pcap")
    code, out, err = run.call(str(story), str(tmp_path / "special.pcap"))
    assert (code, out) == (BROKEN, "") and words in err and err.count("\n") == 1

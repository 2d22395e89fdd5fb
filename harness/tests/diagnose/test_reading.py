"""Files as they come: formats, link types, damage, things that are no files; and what is printed."""

import gzip
import json
import os
import re
import resource
import struct
import subprocess

import pytest
from scapy.layers.inet import IP, TCP

from tests.support import lab
from tests.support.made_captures import LINKS, block, capture_of, ethernet, frames_of, pcap, pcapng
from tests.support.make import make
from tests.support.talks import DIAGNOSE, STARTED_NS, Talk, diagnose, diagnose_file, run

BROKEN, NOTHING, RECOGNISED = 99, 1, 0


def aborted(**how):
    return Talk(**how).open().echo().send("client", "RA")


@pytest.fixture
def judge(tmp_path):
    def judged(content, name="mine.pcap"):
        path = tmp_path / name
        path.write_bytes(content)
        return diagnose_file(path)
    return judged


def assert_read(diagnosis, segments=8):
    assert (diagnosis.ids, diagnosis.status) == (["linger-abort"], RECOGNISED), str(diagnosis)
    assert diagnosis.data["conversations"][0]["segments"] == segments


# --- link types ---

def snap(packet):
    return b"\x02" * 12 + struct.pack("!H", len(packet) + 8) + b"\xaa\xaa\x03\0\0\0\x08\x00" + packet


def wireless(packet, control=b"\x08\x01"):
    return (control + b"\0\0" + b"\x02" * 18 + b"\0\0" +
            (b"\0\0" if control[0] & 0x80 else b"") + b"\xaa\xaa\x03\0\0\0\x08\x00" + packet)


MORE_LINKS = {
    "802.3 with SNAP": (1, snap),
    "PPPoE": (1, lambda p: b"\x02" * 12 + b"\x88\x64\x11\x00\x00\x07" +
              struct.pack("!H", len(p) + 2) + b"\x00\x21" + p),
    "MPLS, two labels": (1, lambda p: b"\x02" * 12 + b"\x88\x47\x00\x01\x00\x40\x00\x02\x01\x40" + p),
    "PPP": (9, lambda p: b"\xff\x03\x00\x21" + p),
    "PPP, protocol in one byte": (9, lambda p: b"\x21" + p),
    "Cisco HDLC": (104, lambda p: b"\x0f\x00\x08\x00" + p),
    "802.11": (105, wireless),
    "802.11 with quality of service": (105, lambda p: wireless(p, b"\x88\x01")),
    "radiotap": (127, lambda p: b"\0\0\x0a\0\0\0\0\0\0\0" + wireless(p)),
    "IP in IP": (101, lambda p: bytes(IP(src="10.0.0.1", dst="10.0.0.2", proto=4)) [:2] +
                 struct.pack("!H", len(p) + 20) + bytes(IP(src="10.0.0.1", dst="10.0.0.2", proto=4))[4:20] + p),
}


@pytest.mark.parametrize("link", [*LINKS, *MORE_LINKS])
def test_every_link_type_is_read(judge, link):
    link_type, put = {**LINKS, **MORE_LINKS}[link]
    ends = {"client": ("2001:db8::1", 40000), "server": ("2001:db8::2", 9877)} if "OpenBSD loop" in link else {}
    assert_read(judge(pcap([(t, put(bytes(p))) for t, p in aborted(**ends).packets], link_type)))


def test_fcs_bits_in_the_link_type_are_no_other_link_type(judge):
    frames = [(t, ethernet(bytes(p)) + b"FCS!") for t, p in aborted().packets]
    assert_read(judge(pcap(frames, 0x24000001)))


def test_encrypted_wireless_is_no_tcp(judge):
    frames = [(t, wireless(bytes(p), b"\x08\x41")) for t, p in aborted().packets]
    diagnosis = judge(pcap(frames, 105))
    assert (diagnosis.status, diagnosis.ids) == (NOTHING, [])


def test_a_link_type_that_is_not_read_is_named(judge):
    diagnosis = judge(pcap(frames_of(aborted().packets), 195))
    assert diagnosis.status == BROKEN and "has link type 195, which is not read here" in diagnosis.err


def test_ipv6_extension_headers_are_passed(judge):
    frames = []
    for t, p in aborted(client=("2001:db8::1", 1), server=("2001:db8::2", 2)).packets:
        raw = bytearray(bytes(p))
        raw[4:6] = struct.pack("!H", len(raw) - 40 + 8)
        extension, raw[6] = bytes([raw[6], 0, 1, 4, 0, 0, 0, 0]), 60
        frames.append((t, bytes(raw[:40]) + extension + bytes(raw[40:])))
    assert_read(judge(pcap(frames, 101)))


# --- formats ---

FORMATS = {
    "pcap": pcap,
    "pcap, big-endian": lambda frames: pcap(frames, order=">"),
    "pcap, nanoseconds": lambda frames: pcap(frames, nanoseconds=True),
    "pcap, nanoseconds, big-endian": lambda frames: pcap(frames, order=">", nanoseconds=True),
    "pcapng": pcapng,
    "pcapng, big-endian": lambda frames: pcapng(frames, order=">"),
    "pcapng, nanoseconds": lambda frames: pcapng(frames, resolution=9),
    "pcapng, two interfaces": lambda frames: pcapng(frames, interfaces=2),
}


@pytest.mark.parametrize("is_packed", [False, True], ids=["", "gzip"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read(judge, name, is_packed):
    content = FORMATS[name](frames_of(aborted().packets))
    assert_read(judge(gzip.compress(content) if is_packed else content))


def test_interfaces_may_have_different_link_types(judge):
    packets = aborted().packets
    out = block("<", 0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    for link_type in (101, 1):
        out += block("<", 1, struct.pack("<HHI", link_type, 0, 0))
    for i, (t, p) in enumerate(packets):
        frame = bytes(p) if i % 2 == 0 else ethernet(bytes(p))
        out += block("<", 6, struct.pack("<IIIII", i % 2, t // 1000 >> 32, t // 1000 & 0xFFFFFFFF,
                                         len(frame), len(frame)) + frame)
    assert_read(judge(out))


def test_simple_packets_without_times_keep_their_order(judge):
    out = block("<", 0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block("<", 1, struct.pack("<HHI", 101, 0, 0))
    for _, p in aborted().packets:
        out += block("<", 3, struct.pack("<I", len(bytes(p))) + bytes(p))
    assert_read(judge(out))


def test_frames_are_numbered_as_wireshark_numbers_them(tmp_path):
    """The annotated capture of a run has journal entries between its packets."""
    ended = lab.run(lab.SCENARIOS / "connect-refused", captures=tmp_path)
    if ended.status == lab.CANNOT_RUN:
        pytest.skip(ended.err)
    annotated = tmp_path / "connect-refused.pcapng"
    numbers = subprocess.run(["tshark", "-r", annotated, "-Y", "tcp", "-T", "fields", "-e", "frame.number"],
                             capture_output=True, text=True, check=True).stdout.split()
    assert diagnose_file(annotated).findings()[0]["frames"] == [int(n) for n in numbers]


@pytest.mark.parametrize("snaplen", [56, 60, 64, 80])
def test_packets_cut_short_keep_their_length(judge, snaplen):
    assert_read(judge(capture_of(aborted().packets, snaplen=snaplen)))


def test_a_length_of_0_from_offload_is_the_frames_length(tmp_path):
    packets = aborted().packets
    packets[3][1].len = 0
    assert_read(diagnose(tmp_path, *packets))


# --- damage spoils what it hits ---

@pytest.mark.parametrize("missing", [1, 30, 70])
def test_a_file_that_is_cut_off_is_read_as_far_as_it_goes(judge, missing):
    diagnosis = judge(capture_of(aborted().send("server", "R").packets)[:-missing])
    assert diagnosis.ids == ["linger-abort"] and diagnosis.data["reading"]["end"] == "cut"


def test_gzip_that_is_cut_off_is_read_as_far_as_it_goes(judge, tmp_path):
    talks = [aborted(client=("192.0.2.1", 1000 + i), begins_ms=i) for i in range(400)]
    content = gzip.compress(capture_of([row for talk in talks for row in talk.packets]))
    diagnosis = judge(content[:len(content) * 3 // 4], "mine.pcap.gz")
    assert diagnosis.status == RECOGNISED and diagnosis.data["reading"]["end"] == "cut"
    assert 100 < len(diagnosis.data["conversations"]) < 400


def damaged(tmp_path, frame):
    frames = frames_of(aborted().packets)
    frames.insert(4, (STARTED_NS + 3_500_000, frame))
    path = tmp_path / "mine.pcap"
    path.write_bytes(pcap(frames))
    return diagnose_file(path)


DAMAGE = {
    "nothing": b"", "three bytes": b"\x02" * 3,
    "IP of version 7": ethernet(b"\x75" + b"\0" * 30),
    "a header of 4 bytes": ethernet(b"\x41" + b"\0" * 30),
    "a length below the header": ethernet(b"\x45\0\0\x0a" + b"\x06" * 30),
    "a first fragment shorter than a TCP header":
        ethernet(b"\x45\0\0\x1c\0\1\x20\0\x40\x06\0\0\xc0\0\2\1\xc0\0\2\2" + b"\x9c\x40\x26\x95\0\0\0\0"),
    "a TCP header of 8 bytes": ethernet(bytes(IP(src="192.0.2.1", dst="192.0.2.2") / TCP(dataofs=2))),
    "a TCP header beyond the packet": ethernet(bytes(IP(src="192.0.2.1", dst="192.0.2.2") / TCP(dataofs=15))),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_packet_spoils_that_packet_only(tmp_path, name):
    diagnosis = damaged(tmp_path, DAMAGE[name])
    assert_read(diagnosis)
    assert diagnosis.data["reading"]["damaged"] == 1
    assert "damaged packets, passed over: 1" in run(tmp_path / "mine.pcap").out


def test_later_fragments_are_nothing_and_no_damage(tmp_path):
    rest = ethernet(b"\x45\0\0\x1c\0\1\0\xb9\x40\x06\0\0\xc0\0\2\1\xc0\0\2\2" + b"\x9c\x40\x26\x95\0\0\0\0")
    assert damaged(tmp_path, rest).data["reading"]["damaged"] == 0


def test_a_record_that_is_no_record_ends_the_reading(judge):
    content = capture_of(aborted().packets) + struct.pack("<IIII", 1, 2, 0x7FFFFFFF, 4) + b"x" * 4000
    diagnosis = judge(content)
    assert_read(diagnosis)
    assert diagnosis.data["reading"]["end"] == "damaged"


# --- what is no capture ends soon, with one sentence ---

def refused(path, message):
    diagnosis = run(path)
    assert diagnosis.status == BROKEN and diagnosis.out == "", str(diagnosis)
    assert diagnosis.err.count("\n") == 1 and message in diagnosis.err, diagnosis.err


def test_a_fifo_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "is a FIFO: give a file")


@pytest.mark.parametrize("path, message", [
    ("/dev/zero", "is a character device"), ("/dev/null", "is a character device"), ("/", "is a directory"),
    ("/there/is/none", "cannot be opened: No such file or directory")])
def test_what_is_no_file_is_named(path, message):
    refused(path, message)


def test_a_sparse_file_of_2_gib_is_no_capture(tmp_path):
    path = tmp_path / "sparse"
    path.touch()
    os.truncate(path, 2 << 30)
    refused(path, "is no capture")


def test_a_capture_that_is_zeros_but_for_its_header_ends_soon(tmp_path):
    path = tmp_path / "sparse.pcap"
    path.write_bytes(pcap([]))
    os.truncate(path, 2 << 30)
    refused(path, "holds nothing but empty records")


@pytest.mark.parametrize("begins, message", [
    (b"\xfd7zXZ\0", "is compressed with xz"), (b"\x28\xb5\x2f\xfd", "is compressed with zstd"),
    (b"BZh9", "is compressed with bzip2"), (b"snoop\0\0\0\0\0\0\2", "is a snoop file"),
    (b"", "is no capture"), (b"\xd4\xc3", "is no capture"), (b"#!/bin/sh\n", "is no capture")])
def test_another_kind_of_file_is_named(tmp_path, begins, message):
    (tmp_path / "mine.pcap").write_bytes(begins)
    refused(tmp_path / "mine.pcap", message)


def test_a_name_with_control_characters_does_not_reach_the_terminal(tmp_path):
    path = tmp_path / "red\x1b[31m\n.pcap"
    refused(path, "red?[31m?.pcap cannot be opened")
    path.write_bytes(capture_of(aborted().packets))
    assert "\x1b" not in run(path).out and "\x1b" not in run("--json", path).out


def test_without_a_file_it_says_what_to_give():
    assert "give one capture file: make diagnose PCAP=FILE" in run().err


# --- cost ---

def packets_of(count):
    """Raw frames of short conversations, made fast."""
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 1, 0x4000, 64, 6, 0, b"\x0a\0\0\1", b"\x0a\0\0\2")
    answer = header[:12] + header[16:] + header[12:16]
    out, time_ns = [], STARTED_NS
    for i in range(count // 8):
        port, seq = 1024 + i % 60000, 1000 + i * 77_777
        for is_client, s, a, flags in ((1, 0, 0, 2), (0, 0, 1, 18), (1, 1, 1, 16), (1, 1, 1, 16), (0, 1, 1, 16),
                                       (1, 1, 1, 17), (0, 1, 2, 17), (1, 2, 2, 16)):
            ports = (port, 80) if is_client else (80, port)
            time_ns += 10_000
            out.append((time_ns, (header if is_client else answer) + struct.pack(
                "!HHIIBBHHH", *ports, seq + s, (seq + a) if flags & 16 else 0, 0x50, flags, 8192, 0, 0)))
    return out


def test_100000_packets_take_at_most_3_s_and_100_mib(tmp_path):
    path = tmp_path / "many.pcap"
    records = [struct.pack("<IIII", t // 10**9, t % 10**9 // 1000, len(p), len(p)) + p
               for t, p in packets_of(100_000)]
    path.write_bytes(pcap([], 101) + b"".join(records))
    limit = 100 << 20

    def limited():
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (3, 3))

    limits = None if "sanitize" in str(lab.BUILD) else limited
    for words in ([], ["--json"]):
        ended = subprocess.run([DIAGNOSE, *words, path], capture_output=True, preexec_fn=limits, timeout=60)
        assert ended.returncode == RECOGNISED, ended.stderr
    assert json.loads(ended.stdout)["kinds"] == [{"id": "normal", "kind": "healthy", "count": 12500, "example": 1}]


# --- languages ---

def korean_of(text):
    return re.findall(r"[가-힣]+", text)


@pytest.mark.parametrize("how", [({"LESSON_LANG": "ko"}, []), ({"LC_ALL": "ko_KR.UTF-8"}, []),
                                 ({}, ["--lang", "ko"])])
def test_korean(tmp_path, how):
    env, words = how
    (tmp_path / "mine.pcap").write_bytes(capture_of(aborted().packets))
    said = run(*words, tmp_path / "mine.pcap", **env).out
    assert "클라이언트가 FIN 대신, 또는 FIN 다음에 RST,ACK로 연결을 끝냅니다." in said
    assert "와이어로는 알 수 없는 것:" in said and "make scenario-linger-abort" in said


def test_every_row_and_note_speaks_both_languages():
    """In pairs: wherever there are words, the second of them is Korean, and both have the same blanks."""
    words = re.compile(r"\{\s*\{((?:\s*\"(?:[^\"\\]|\\.)*\")+),((?:\s*\"(?:[^\"\\]|\\.)*\")+)\s*\}\s*\}")
    count = 0
    for path in (lab.REPO / "harness" / "diagnose").glob("*.c"):
        source = re.sub(r"\\\n", "\n", path.read_text(encoding="utf-8"))
        for english, korean in words.findall(source):
            english, korean = ("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text)) for text in (english, korean))
            assert not korean_of(english), english
            assert korean_of(korean) or korean == english, (english, korean)
            assert (set(re.findall(r"\{(\w)\}", english)) - {"Y", "X"} ==
                    set(re.findall(r"\{(\w)\}", korean)) - {"Y", "X"}), (english, korean)
            count += 1
    assert count > 120


def test_make_diagnose(tmp_path):
    (tmp_path / "mine.pcap").write_bytes(capture_of(aborted().packets))
    said = make("diagnose", f"PCAP={tmp_path / 'mine.pcap'}", "JSON=1")
    assert json.loads(said.out)["conversations"][0]["findings"][0]["id"] == "linger-abort"

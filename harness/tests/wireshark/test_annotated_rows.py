"""What tshark, scapy and a person see of an annotated capture: its rows and their order."""

import re
import struct

import pytest

from tests.support import lab
from tests.support.annotated import (ACK, FIN, RST, SYN, captures, needed, rows,  # noqa: F401
                                     tshark, unescaped)
from tests.support.lab import MET, NAMES, the_lab_can_run  # noqa: F401

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
from scapy.utils import rdpcap

needed()
RUNS = [name for name in NAMES if name in (
    "normal", "sigpipe", "server-child-killed", "server-host-reboot", "server-host-unreachable",
    "accept-eintr", "connect-refused")]


def journal_entries(capture):
    """The messages of the journal blocks, read without Wireshark."""
    data, at, messages = capture.read_bytes(), 0, []
    while at < len(data):
        kind, total = struct.unpack_from("<II", data, at)
        if kind == 9:
            messages += re.findall(rb"^MESSAGE=(.*)$", data[at + 8:at + total - 4], re.M)
        at += total
    return [message.decode() for message in messages]


def test_wireshark_shows_every_journal_entry(rows, captures):
    """If this fails with a new Wireshark alone: does it still have a dissector for them?"""
    for name in RUNS:
        shown = [row["message"] for row in rows(name) if row["protocols"] == "systemd_journal"]
        entries = journal_entries(captures / f"{name}.pcapng")
        assert len(entries) >= 5
        assert [unescaped(message) for message in shown] == entries


def test_the_rows_are_those_of_the_record(rows, captures):
    for name in RUNS:
        rows(name)
        run = lab.run_of(captures, name)
        ends = [row for row in run.rows if "ends" in row["details"] and not row.get("on_wire")]
        assert [message.removeprefix("── ") for message in journal_entries(captures / f"{name}.pcapng")] == \
            [": ".join(filter(None, [row.get("label"), row["text"]])) for row in ends]


def test_sigpipe_is_shown_in_rows(rows):
    shown = [(row["host"], row["kind"], row["message"]) for row in rows("sigpipe")
             if not row.is_packet]
    wanted = [("server", "action", "$ "), ("server", "syscall", "listen(3, "),
              ("server", "tcp-state", "CLOSED → LISTEN"), ("client", "action", "$ "),
              ("client", "syscall", "connect(3, 192.0.2.2:9877) …"),
              ("client", "syscall", "connect(3, 192.0.2.2:9877) = 0"),
              ("client", "action", 'types "hi there"'), ("client", "output", 'prints "hi there"'),
              ("lab", "scene", "── "), ("server", "action", "kill -TERM "),
              ("server", "signal", "child: SIGTERM (default action)"),
              ("server", "exit", "child: killed by SIGTERM"),
              ("lab", "scene", "── first write"), ("client", "syscall", 'write(3, "b", 1) …'),
              ("client", "syscall", 'write(3, "b", 1) = 1'), ("lab", "scene", "── second write"),
              ("client", "syscall", r'write(3, "ye\n", 3) …'),
              ("client", "syscall", r'write(3, "ye\n", 3) = -1 EPIPE'),
              ("client", "signal", "SIGPIPE (default action)"),
              ("client", "exit", "killed by SIGPIPE")]
    for host, kind, message in shown:
        if wanted and (host, kind) == wanted[0][:2] and \
                unescaped(message).startswith(wanted[0][2]):
            wanted.pop(0)
    assert not wanted, shown


def test_a_failed_call_has_its_fields(rows):
    failed, = (row for row in rows("sigpipe") if row["symbol"] == "EPIPE")
    assert (failed["host"], failed["kind"], failed["call"]) == ("client", "syscall", "write")
    assert (failed["errno"], failed["result"], failed["priority"]) == ("32", "-1", "3")
    assert failed["pid"].isdigit() and "write() = -1 EPIPE (sigpipe.c:" in failed["expected"]


def test_a_comment_says_what_the_segment_is_there_for(rows):
    reset, = (row for row in rows("sigpipe") if row.has(RST))
    assert re.fullmatch(r"✓ RST from server \(sigpipe\.c:\d+\); client → CLOSED; scene: first write.*",
                        reset["comment"])
    handshake = [row["comment"] for row in rows("normal") if row.is_packet and row["flags"]][:3]
    assert "client → ESTABLISHED" in handshake[1] and "server → ESTABLISHED" in handshake[2]


def test_hosts_have_names_and_the_interface_its_host_s(rows):
    for name in RUNS:
        packets = [row for row in rows(name) if row.is_packet]
        assert {row["interface"] for row in packets} == {"client"}
        assert {row["from"] for row in packets if row["from"]} <= {"client", "server", "router"}
        assert "client" in {row["from"] for row in packets}


# --- the order is causal ---

def test_no_stamp_is_before_the_one_above_it(rows):
    for name in RUNS:
        stamps = [row["time"] for row in rows(name)]
        assert stamps == sorted(stamps) and all(stamps)


CAUSE = {  # of a state: what must have come from the other host before
    "ESTABLISHED": ACK, "SYN_RECEIVED": SYN, "CLOSE_WAIT": FIN, "FIN_WAIT_2": ACK, "TIME_WAIT": FIN,
    "CLOSING": FIN,
}


def test_a_state_stands_after_the_segment_that_caused_it(rows):
    for name in RUNS:
        heard = {"client": 0, "server": 0}
        checked = 0
        for row in rows(name):
            if row["flags"]:
                heard["server" if row["from"] == "client" else "client"] |= int(row["flags"], 16)
            elif row["kind"] == "tcp-state":
                bit = CAUSE.get(row["message"].split()[-1], 0)
                assert heard[row["host"]] & bit == bit, row
                checked += bool(bit)
        assert checked or name == "connect-refused"


def test_a_call_stands_before_the_segments_that_it_causes(rows):
    for name in RUNS:
        entered = {"client": set(), "server": set()}
        for row in rows(name):
            if row["kind"] == "syscall" and re.search(r" (…|waits …)$", row["message"]):
                entered[row["host"]].add(row["call"])
            elif row["from"] == "client" and row.has(SYN):
                assert "connect" in entered["client"], row
            elif row["len"] not in ("", "0"):
                assert "write" in entered[row["from"]], row


def test_every_entry_is_followed_by_its_return_or_says_that_it_waits(rows):
    for name in RUNS:
        open_calls = []  # a handler's are made inside of the one that the signal interrupted
        for row in rows(name):
            call = (row["pid"], row["call"])
            if row["kind"] == "syscall" and row["message"].endswith(") …"):
                assert call not in open_calls, row
                open_calls.append(call)
            elif row["kind"] == "syscall" and call in open_calls:
                open_calls.remove(call)
        assert not open_calls


# --- the packets are the .pcap's ---

def test_tshark_takes_the_packets_out_as_they_are_in_the_pcap(rows, captures, tmp_path):
    """Byte for byte as its own copy of the .pcap: microseconds, for that is what pcap holds. Its
    header may differ, for it has room for the longest packet of any interface."""
    for name in ("sigpipe", "server-host-unreachable"):
        rows(name)
        tshark(captures / f"{name}.pcapng", "-Y", "eth", "-F", "pcap", "-w", tmp_path / "taken.pcap")
        tshark(captures / f"{name}.pcap", "-F", "pcap", "-w", tmp_path / "plain.pcap")
        taken, plain = ((tmp_path / f"{kind}.pcap").read_bytes() for kind in ("taken", "plain"))
        assert taken[24:] == plain[24:] and taken[:16] + taken[20:24] == plain[:16] + plain[20:24]


def test_scapy_reads_the_packets_alone(rows, captures):
    for name in RUNS:
        rows(name)
        annotated, plain = (rdpcap(str(captures / f"{name}.{kind}")) for kind in ("pcapng", "pcap"))
        assert [bytes(packet) for packet in annotated] == [bytes(packet) for packet in plain]
        assert [int(packet.time * 10**6) for packet in annotated] == \
            [int(packet.time * 10**6) for packet in plain]


def test_the_second_opinion_accepts_the_annotated_capture(rows, captures):
    for name in RUNS:
        rows(name)
        lab.verify(captures / f"{name}.json", captures / f"{name}.pcapng").ends(0, "ACCEPTED")

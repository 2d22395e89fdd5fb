"""What a run leaves: the capture is the wire's, and the JSON tells of the same."""

import functools
import struct

import pytest

from tests.support import lab
from tests.support.lab import NAMES, PROGRAMS, UNMET, the_lab_can_run  # noqa: F401

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
from scapy.layers.inet import IP, TCP
from scapy.utils import rdpcap


@functools.cache
def packets_in(path):
    return rdpcap(str(path))


def packets_of(ran, name):
    return packets_in(ran(name).captures / f"{name}.pcap")


def stamps_of(packets):
    return [int(packet.time * 10**9) for packet in packets]


def frames_of(story):
    return [row for row in story["timeline"] if row["kind"] == "packet"]


# --- the capture; its checksums are the second opinion's to judge ---

def test_captures_are_ethernet_with_nanosecond_stamps(ran):
    def is_so(name):
        raw = (ran(name).captures / f"{name}.pcap").read_bytes()
        magic, link = struct.unpack_from("I16xI", raw)
        assert (magic, link) == (0xA1B23C4D, 1)  # pcap-savefile(5); LINKTYPE_ETHERNET
        stamps = stamps_of(packets_of(ran, name))
        # a frame is stamped when it is queued for the tap: another may overtake it in its softirq
        assert all(b - a > -1_000_000 for a, b in zip(stamps, stamps[1:]))
        assert any(stamp % 1000 for stamp in stamps) or not stamps
    lab.each(NAMES, is_so)


def test_no_segment_is_larger_than_the_mss_however_much_is_written(tmp_path):
    def attempt(env):
        run = lab.scenario(lab.named("sigpipe"), "--client", f"{PROGRAMS}/flood burst 1",
                           captures=tmp_path, env=env)
        assert run.status == UNMET, run
        segments = [p for p in rdpcap(str(tmp_path / "sigpipe.pcap")) if TCP in p]
        mss = min(dict(p[TCP].options)["MSS"] for p in segments if "S" in p[TCP].flags)
        sizes = [p[IP].len - p[IP].ihl * 4 - p[TCP].dataofs * 4 for p in segments]
        assert mss == 1460
        assert 1000 < max(sizes) <= mss
    lab.in_time(attempt)


# --- the JSON ---

def test_every_frame_of_a_capture_is_in_the_timeline_at_its_time_with_its_ports(ran):
    def is_there(name):
        story, packets = ran.story(name), packets_of(ran, name)
        frames, stamps = frames_of(story), stamps_of(packets)
        assert [int(story["started_ns"]) + row["t_ns"] for row in frames] == stamps
        assert [row["frame"] for row in frames] == list(range(len(stamps)))
        assert (story["capture"]["frames"], story["capture"]["dropped"]) == (len(stamps), 0)
        assert story["capture"]["file"] == f"{name}.pcap"
        assert [(row.get("from_port"), row.get("to_port")) for row in frames] == [
            (packet[TCP].sport, packet[TCP].dport) if TCP in packet else (None, None)
            for packet in packets]
    lab.each(NAMES, is_there)


def test_the_json_names_its_run(ran):
    def names(name):
        story = ran.story(name)
        assert (story["scenario"], story["verdict"]) == (name.scenario, "met")
        assert {host["name"] for host in story["hosts"]} >= {"client", "server"}
    lab.each(NAMES, names)


KIND_OF_EVENT = {"segment": "packet", "icmp": "packet", "question": "packet", "call": "return",
                 "fork": "fork", "signal": "signal", "end": "end", "state": "state",
                 "backoff": "backoff", "process": "process", "output": "output"}


@functools.cache
def source_lines(source):
    return (lab.REPO / source).read_text(encoding="utf-8").splitlines()


def test_every_expectation_was_met_by_an_event_of_its_kind(ran):
    def check(story, row):
        source, line = row["at"].split(":")
        assert "expect_" in source_lines(source)[int(line) - 1] \
            or row["kind"] in ("condition", "fork"), row["at"]
        if row["kind"] in KIND_OF_EVENT:
            event = story["timeline"][row["event"]]
            assert event["kind"] == KIND_OF_EVENT[row["kind"]]
            assert event["host"] == row.get("host", event["host"])
            assert event["n"] >= row.get("since", 0) or row["kind"] == "process"
    lab.each(NAMES, lambda name: [check(ran.story(name), row)
                                  for row in ran.story(name)["expectations"]])


def test_calls_return_after_they_were_entered(ran):
    def check(name):
        timeline = ran.story(name)["timeline"]
        returns = [row for row in timeline if row["kind"] == "return"]
        assert returns
        for row in returns:
            entered = timeline[row["entered"]]
            assert (entered["kind"], entered["pid"], entered["name"]) == \
                ("enter", row["pid"], row["name"])
            assert entered["t_ns"] <= row["t_ns"]
    lab.each(NAMES, check)


def test_the_clients_data_leaves_while_it_is_in_write(ran):
    """But for data that waits for an earlier ACK (Nagle, RFC 9293 3.7.4): the tap is at the client."""
    def check(name):
        timeline = ran.story(name)["timeline"]
        writes = [(timeline[row["entered"]]["t_ns"], row["t_ns"]) for row in timeline
                  if row["kind"] == "return" and row["host"] == "client" and row["family"] == "write"]
        acked = checked = 0
        for packet, row in zip(packets_of(ran, name), frames_of(ran.story(name))):
            if TCP not in packet:
                continue
            if row["host"] == "server":
                acked = packet[TCP].ack if "A" in packet[TCP].flags else acked
            elif len(packet[TCP].payload) and packet[TCP].seq == acked:
                assert any(entry <= row["t_ns"] <= leave for entry, leave in writes), row
                checked += 1
        assert checked
    lab.each([name for name in NAMES if name.scenario in ("normal", "sigpipe")], check)

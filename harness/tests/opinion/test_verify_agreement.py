"""The second opinion on a run's own files: the capture and the timeline agree, or it refuses."""

import copy

import pytest

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")

from tests.support.made_captures import (
    CLIENT_IPV6, MS, SERVER_IPV6, SIGPIPE, STARTED_NS, capture_of, frames_of, pcap, talk)
from tests.support.made_run import REFUSED, Run, assert_accepted, renumbered
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import ARP

from opinion import capture
from opinion import wire


@pytest.fixture
def run(tmp_path, capsys):
    return Run(tmp_path, capsys)


def of_packet(number, **fields):
    def change(story):
        next(e for e in story["timeline"] if e.get("frame") == number).update(fields)
    return change


UNSOUND = {
    "a frame lost on the way": (lambda s: s["capture"].update(dropped=2),
                                "a capture that has lost nothing", "2 frames dropped"),
    "another number of frames": (lambda s: s["capture"].update(frames=12), "12 frames",
                                 "11 frames; 11 in the timeline"),
    "another flag in the timeline": (of_packet(4, flags="FIN,ACK"),
                                     "frame 5: flags FIN,ACK, as in the timeline", "flags ACK"),
    "another length in the timeline": (of_packet(3, len=8), "frame 4: len 8, as in the timeline",
                                       "len 9"),
    "another window in the timeline": (of_packet(4, window=0),
                                       "frame 5: window 0, as in the timeline", "window 8192"),
    "another number in the timeline": (of_packet(3, raw_seq=7),
                                       "frame 4: raw_seq 7, as in the timeline", "raw_seq 1001"),
    "an ACK that is not there": (of_packet(0, raw_ack=7), "frame 1: raw_ack 7, as in the timeline",
                                 "no raw_ack"),
    "another sender in the timeline": (of_packet(4, host="client"),
                                       "frame 5: from client, as in the timeline", "from server"),
    "another port in the timeline": (of_packet(4, from_port=7),
                                     "frame 5: from_port 7, as in the timeline", "from_port 9877"),
    "another protocol in the timeline": (of_packet(4, protocol="other"),
                                         "frame 5: protocol other, as in the timeline",
                                         "protocol tcp"),
    "another frame in the timeline": (of_packet(4, frame=40), "frame 41, as in the timeline",
                                      "frame 5"),
    "another time in the timeline": (of_packet(4, t_ns=4 * MS + 1000),
                                     "frame 5 at 1790000000127457789 ns, as in the timeline",
                                     "1790000000127456789 ns"),
    "an earlier time in the timeline": (of_packet(4, t_ns=4 * MS - 1000),
                                        "frame 5 at 1790000000127455789 ns, as in the timeline",
                                        "1790000000127456789 ns"),
}


@pytest.mark.parametrize("name", UNSOUND)
def test_a_capture_that_is_not_the_timelines_is_refused(run, name):
    change, wanted, seen = UNSOUND[name]
    story = copy.deepcopy(run.story())
    change(story)
    code, out, _ = run.verify(story=story)
    assert code == REFUSED
    assert out.endswith(f"REFUSED  the capture\n  wanted  {wanted}\n  seen    {seen}\n")


def test_a_packet_missing_from_the_timeline_is_refused(run):
    run.happenings.remove(8)
    assert run.verify()[1].endswith("wanted  11 frames\n  seen    11 frames; 10 in the timeline\n")


@pytest.mark.parametrize("layer, name", [(IP, "IP"), (TCP, "TCP")])
def test_a_wrong_checksum_in_the_runs_own_capture_is_refused(run, layer, name):
    run.packets[4][1][layer].chksum = 0x1234
    assert run.verify()[1].endswith(
        f"wanted  frame 5: true checksums\n  seen    a wrong {name} checksum\n")


@pytest.mark.parametrize("layer", [IP, TCP])
def test_a_wrong_checksum_elsewhere_is_not_the_stories_business(run, layer):
    packets = talk(SIGPIPE)
    packets[4][1][layer].chksum = 0x1234  # as in every capture from a host with checksum offload
    assert_accepted(run.judge(capture_of(packets)))


def test_checksums_of_ipv6_are_true():
    for time_ns, packet in talk(SIGPIPE, CLIENT_IPV6, SERVER_IPV6):
        frame = capture.Frame(1, time_ns, 101, bytes(packet), len(packet), b"")
        assert wire.wrong_checksum(wire.decode(frame)) is None
        broken = frame.data[:-1] + bytes([frame.data[-1] ^ 1])
        frame = capture.Frame(1, time_ns, 101, broken, len(packet), b"")
        assert wire.wrong_checksum(wire.decode(frame)) == "TCP"


def test_arp_in_the_runs_own_capture_is_as_in_the_timeline(run):
    story = run.story()
    for event in story["timeline"]:
        if event["kind"] == "packet":
            event["frame"] += 1
    arp = {"kind": "packet", "host": "client", "frame": 0, "text": "ARP who has 192.0.2.2?",
           "t_ns": 0, "protocol": "neighbour", "from": "192.0.2.1", "to": "192.0.2.2",
           "neighbour": {"question": True, "about": "192.0.2.2"}}
    story["timeline"] = renumbered([arp] + story["timeline"])
    story["capture"]["frames"] += 1
    asked = ARP(psrc="192.0.2.1", pdst="192.0.2.2")
    frame = (STARTED_NS, b"\xff" * 12 + b"\x08\x06" + bytes(asked))
    frames = [frame] + frames_of(run.packets)
    assert_accepted(run.verify(story=story, capture=pcap(frames, nanoseconds=True)))
    story["timeline"][0]["neighbour"]["about"] = "192.0.2.3"
    out = run.verify(story=story, capture=pcap(frames, nanoseconds=True))[1]
    assert out.endswith("  seen    neighbour {'question': True, 'about': '192.0.2.2'}\n")

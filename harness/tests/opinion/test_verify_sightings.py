"""The second opinion on captures of all interfaces: a packet counts once, wherever it is seen."""

import pytest

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")

from tests.support.made_captures import (
    BOTH_VERSIONS, CLIENT, MS, SERVER, SIGPIPE, STARTED_NS, again, capture_of, ethernet,
    frames_of, linux_sll, linux_sll2, pcap, pcapng, talk)
from tests.support.made_run import REFUSED, assert_accepted, assert_refused, Run, segment
from scapy.layers.inet import IP, TCP

from opinion import wire
from opinion.capture import Capture
from opinion.conversations import seen_once


@pytest.fixture
def run(tmp_path, capsys):
    return Run(tmp_path, capsys)


SENT, RECEIVED, OF_OTHERS = 4, 0, 3  # packet types of LINUX_SLL


def sighting(place, later_ns=0, link=linux_sll, interface=1, **fields):
    return place, later_ns, link, interface, fields


def on_port(number, later_ns=0, **fields):
    return sighting(OF_OTHERS, later_ns, linux_sll2, number, **fields)


def on_wire(later_ns=0, **fields):
    return sighting(None, later_ns, None, **fields)


SIGHTINGS = {
    "sent and received": (1, 100, [sighting(SENT), sighting(RECEIVED, 20_000)]),
    "received and sent, out of order": (1, 100, [sighting(RECEIVED), sighting(SENT, -20_000)]),
    "without an id": (1, 0, [sighting(SENT), sighting(RECEIVED, 20_000)]),
    "cooked v2": (1, 0, [sighting(SENT, link=linux_sll2), sighting(RECEIVED, 9, linux_sll2)]),
    "two ports of a bridge, cooked v2": (1, 0, [on_port(2), on_port(3, 9)]),
    "one port, twice": (2, 0, [on_port(2), on_port(2, 9)]),
    "three sightings on a bridge, cooked v1":
        (1, 0, [sighting(OF_OTHERS), sighting(SENT, 5), sighting(OF_OTHERS, 9)]),
    "with an id, twice at the same place": (1, 100, [sighting(OF_OTHERS), sighting(OF_OTHERS, 9)]),
    "with an id, twice on Ethernet": (1, 100, [on_wire(), on_wire(9)]),
    "forwarded: a smaller TTL": (1, 100, [sighting(RECEIVED), sighting(SENT, 9, ttl=63)]),
    "a checksum left to the device":
        (1, 100, [sighting(SENT, checksum=0xbeef), sighting(RECEIVED, 9)]),
    "two alike, each seen twice": (2, 0, [sighting(SENT), sighting(SENT, 5), sighting(RECEIVED, 9),
                                          sighting(RECEIVED, 12)]),
    "two alike without an id on Ethernet": (2, 0, [on_wire(), on_wire(9)]),
    "a retransmission has a new id": (2, 100, [sighting(SENT), sighting(SENT, 9, id=101)]),
    "a retransmission, each seen twice":
        (2, 0, [sighting(SENT), sighting(RECEIVED, 9), sighting(SENT, 30 * MS),
                sighting(RECEIVED, 30 * MS + 9)]),
    "the same id, much later": (2, 100, [sighting(SENT), sighting(RECEIVED, 200 * MS)]),
    "the same id, another sequence number": (2, 100, [sighting(SENT), sighting(SENT, 9, seq=5)]),
    "the same id, another port": (2, 100, [sighting(SENT), sighting(SENT, 9, dport=5)]),
    "the same id, another address": (2, 100, [sighting(SENT), sighting(SENT, 9, dst="192.0.2.3")]),
}


@pytest.mark.parametrize("name", SIGHTINGS)
def test_a_packet_counts_once_however_often_it_is_seen(tmp_path, name):
    count, ip_id, sightings = SIGHTINGS[name]
    frames, link_type = [], 1
    for place, later_ns, link, interface, fields in sightings:
        packet = IP(src=CLIENT[0], dst=fields.get("dst", SERVER[0]), id=fields.get("id", ip_id),
                    ttl=fields.get("ttl", 64), flags="DF")
        packet /= TCP(sport=1, dport=fields.get("dport", 2), flags="R", seq=fields.get("seq", 1),
                      chksum=fields.get("checksum"))
        extra = {linux_sll: (place,), linux_sll2: (place, interface), None: ()}[link]
        frames.append((STARTED_NS + later_ns, (link or ethernet)(bytes(packet), *extra)))
        link_type = {linux_sll: 113, linux_sll2: 276, None: 1}[link]
    path = tmp_path / "any.pcap"
    path.write_bytes(pcap(frames, link_type))
    segments = map(wire.decode, Capture(path))
    assert len(list(seen_once(segments))) == count


def test_a_packet_on_two_interfaces_of_a_pcapng_counts_once(tmp_path):
    path = tmp_path / "two.pcapng"
    frames = frames_of([row for row in talk(SIGPIPE) for _ in range(2)])
    for interfaces, count in ((2, 11), (1, 12)):  # a RST has no id: on one interface it is two
        path.write_bytes(pcapng(frames, interfaces=interfaces))
        segments = map(wire.decode, Capture(path))
        assert len(list(seen_once(segments))) == count


@pytest.mark.parametrize("ends", BOTH_VERSIONS, ids=["IPv4", "IPv6"])
def test_a_second_sighting_neither_meets_nor_breaks_an_expectation(run, ends):
    run.expectations.append(segment("server", kind="no-segment") | {
        "n": 20, "at": "scenarios/sigpipe.c:40", "verdict": "met"})
    frames = [(t + (place == RECEIVED) * 5000, linux_sll(bytes(p), place))
              for t, p in talk(SIGPIPE, *ends) for place in (SENT, RECEIVED)]
    assert_accepted(run.judge(pcap(frames, 113)))  # the RST seen again is no segment behind the RST
    run.expectations[-1] = run.expectations[13] | {"n": 20, "at": "scenarios/sigpipe.c:40"}
    assert_refused(run.judge(pcap(frames, 113)), 20, "RST from server", "nothing similar")


def test_a_retransmission_is_a_packet_of_its_own(run):
    packets = talk(SIGPIPE)
    run.expectations[12:12] = [run.expectations[11] | {"n": 12.5}]  # the first write, again
    assert run.judge(capture_of(packets))[0] == REFUSED
    packets.insert(10, again(packets, 9, 1, id=4711))
    assert_accepted(run.judge(capture_of(packets)))

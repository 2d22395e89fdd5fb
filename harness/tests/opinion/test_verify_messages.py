"""The second opinion on what is no segment: ICMP errors, and questions for an address."""

import pytest

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")

from tests.support.made_captures import (
    BOTH_VERSIONS, CLIENT, CLIENT_IPV6, HANDSHAKE, MS, NORMAL, SERVER, STARTED_NS, capture_of,
    frames_of, pcap, talk)
from tests.support.made_run import ACCEPTED, BROKEN, REFUSED, Run, assert_accepted, segment
from scapy.layers.inet import ICMP, IP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6ND_NS, IPv6
from scapy.layers.l2 import ARP

ROUTER, ROUTER_IPV6 = "192.0.2.254", "2001:db8::fe"
# type and code in ICMP, and the code of ICMPv6 type 1
REASONS = {"net unreachable": ((3, 0), 0), "host unreachable": ((3, 1), 3),
           "port unreachable": ((3, 3), 4), "prohibited": ((3, 13), 1)}


def icmp(reason, about, source=None, quoted_bytes=None):
    """The error that somebody on the way sends back for this packet."""
    (kind, code), code6 = REASONS[reason]
    quoted = bytes(about)[:quoted_bytes]
    if about.version == 4:
        return IP(src=source or ROUTER, dst=about.src) / ICMP(type=kind, code=code) / quoted
    return (IPv6(src=source or ROUTER_IPV6, dst=about.src) / ICMPv6DestUnreach(code=code6) /
            quoted)


def refused_by_router(reason, client=CLIENT, server=SERVER, **how):
    (time_ns, syn), *_ = talk(HANDSHAKE, client, server)
    return [(time_ns, syn), (time_ns + MS, icmp(reason, syn, **how))]


def question(sender=CLIENT[0], about=SERVER[0]):
    return b"\xff" * 6 + b"\x02" * 6 + b"\x08\x06" + bytes(ARP(psrc=sender, pdst=about))


def expectation(kind, **description):
    return {"kind": kind, kind: description}


@pytest.fixture
def run(tmp_path, capsys):
    run = Run(tmp_path, capsys)

    def wants(*rows):
        run.expectations[:] = [row | {"n": n, "at": f"scenarios/x.c:{n}", "verdict": "met"}
                               for n, row in enumerate(rows, 1)]
        return run
    run.wants = wants
    return run


SYN = segment("client", "SYN")
HOST = expectation("icmp", **{"from": "router", "unreachable": "host unreachable"})


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("client, server", BOTH_VERSIONS, ids=["IPv4", "IPv6"])
def test_a_reason_has_one_meaning_in_both_families(run, client, server, reason):
    run.wants(SYN, expectation("icmp", **{"from": "router", "unreachable": reason}))
    for other in REASONS:
        code, out, _ = run.judge(capture_of(refused_by_router(other, client, server)))
        assert code == (ACCEPTED if other == reason else REFUSED), out


def test_the_eight_bytes_that_must_be_quoted_are_enough(run):
    run.wants(SYN, HOST)
    for quoted_bytes in (28, 24):  # IP, and of TCP eight bytes or the ports
        assert_accepted(run.judge(capture_of(
            refused_by_router("host unreachable", quoted_bytes=quoted_bytes))))


FOREIGN = {
    "about another connection": ("192.0.2.1", 40001),
    "about another host's": ("192.0.2.7", 40000),
}


@pytest.mark.parametrize("client", FOREIGN.values(), ids=FOREIGN)
def test_an_error_about_something_else_is_not_the_connections(run, client):
    packets = refused_by_router("host unreachable", client)
    code, out, _ = run.wants(SYN, HOST).judge(capture_of(talk(HANDSHAKE) + packets[1:]))
    assert code == REFUSED and "seen    nothing similar" in out


def test_whose_word_it_is_counts(run):
    packets = refused_by_router("host unreachable", source=SERVER[0])
    code, out, _ = run.wants(SYN, HOST).judge(capture_of(packets))
    assert code == REFUSED
    assert "wanted  ICMP host unreachable from router" in out
    assert "seen    ICMP host unreachable (3/1) from server" in out


@pytest.mark.parametrize("text, reason", [("ICMP net unreachable (3/0)", "net unreachable"),
                                          ("ICMP prohibited (3/13)", "prohibited")])
def test_another_reason_is_told(run, text, reason):
    out = run.wants(SYN, HOST).judge(capture_of(refused_by_router(reason)))[1]
    assert f"seen    {text} from router" in out


def test_an_absence_ends_at_a_message(run):
    packets = refused_by_router("host unreachable")
    none = segment("server", kind="no-segment")
    late = [(time_ns + 10 * MS, packet) for time_ns, packet in talk(HANDSHAKE)[1:]]
    assert_accepted(run.wants(SYN, none, HOST).judge(capture_of(packets + late)))
    early = [packets[0], talk(HANDSHAKE)[1], (packets[1][0] + MS, packets[1][1])]
    assert run.wants(SYN, none, HOST).judge(capture_of(early))[0] == REFUSED


def with_questions(*questions):
    frames = frames_of(talk(NORMAL))
    return pcap(frames + [(STARTED_NS + 100 * MS, frame) for frame in questions])


def test_a_question_is_of_the_hosts_that_talk(run):
    run.wants(SYN, expectation("question", **{"from": "client", "about": "server"}))
    assert_accepted(run.judge(with_questions(question())))
    for other in (question(SERVER[0], CLIENT[0]), question(about=ROUTER), question("10.0.0.1"),
                  question()[:40]):
        assert run.judge(with_questions(other))[0] == REFUSED
    run.wants(SYN, expectation("question", about="router"))
    assert_accepted(run.judge(with_questions(question(about=ROUTER))))


def test_neighbour_discovery_asks_like_arp(run):
    run.wants(SYN, expectation("question", **{"from": "client", "about": "server"}))
    client, server = BOTH_VERSIONS[1]
    asks = IPv6(src=CLIENT_IPV6[0], dst="ff02::1:ff00:2") / ICMPv6ND_NS(tgt=server[0])
    packets = talk(NORMAL, client, server)
    assert run.judge(capture_of(packets))[0] == REFUSED
    assert_accepted(run.judge(capture_of(packets + [(STARTED_NS + 100 * MS, asks)])))


def test_a_story_without_a_segment_cannot_be_shown_by_a_capture_alone(run):
    run.wants(expectation("question", about="server"))
    code, _, err = run.judge(with_questions(question()))
    assert code == BROKEN and "the story expects no segment" in err


UNKNOWN = [expectation("icmp", type=3), expectation("question", to="server"),
           expectation("icmp", unreachable="moon unreachable"),
           expectation("question", about="the moon")]


@pytest.mark.parametrize("row", UNKNOWN, ids=str)
def test_what_is_not_understood_is_not_judged(run, row):
    code, _, err = run.wants(SYN, row).judge(capture_of(refused_by_router("prohibited")))
    assert code == BROKEN and "says what is not understood here" in err

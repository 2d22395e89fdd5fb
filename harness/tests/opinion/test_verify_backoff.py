"""The second opinion on retransmission timeouts, and on how long TCP retransmits before it gives up."""

from types import SimpleNamespace

import pytest

from opinion.timeline import Timeline

CLIENT = {"who": "client", "host": "client", "program": 1, "pid": 0, "since": 0}
MS = 1_000_000


def judge(wanted, *events, again=(), sender="client"):
    """Judge one expectation of the client by events of it, with segments sent again at times."""
    common = {"host": "client", "pid": 7, "inode": 5, "t_ns": 0}
    first = {"kind": "enter", "name": "write", "family": "write", "args": ""}
    story = {"started_ns": "1000", "processes": [{"pid": 7, "program": 1}],
             "timeline": [{"n": n} | common | event for n, event in enumerate([first, *events])]}
    segments = [SimpleNamespace(sender=sender, seq=9, time_ns=1000 + ms * MS, again=True)
                for ms in again]
    return Timeline(story, segments).judge([CLIENT | wanted])[0]


@pytest.mark.parametrize("wanted, from_times, from_us, times, to_us, is_met", [
    (1, 0, 12_000, 1, 24_000, True), (2, 0, 12_000, 1, 24_000, False),
    (3, 0, 12_000, 3, 96_000, True), (3, 0, 12_000, 3, 48_000, False),
    (1, 0, 204_000, 1, 407_999, True), (1, 0, 12_000, 1, 36_000, False),
    (10, 9, 104_448_000, 10, 120_000_000, True), (10, 9, 104_448_000, 10, 208_896_000, False),
    (12, 11, 120_000_000, 12, 120_000_000, True), (0, 3, 96_000, 0, 12_000, False),
])
def test_the_timeout_is_doubled_up_to_two_minutes(wanted, from_times, from_us, times, to_us,
                                                  is_met):
    finding = judge({"kind": "backoff", "backoff": wanted},
                    {"kind": "backoff", "from_times": from_times, "from_us": from_us,
                     "times": times, "to_us": to_us})
    assert finding.is_met == is_met


def test_an_unmet_backoff_shows_the_timeouts():
    rows = [(0, 204_000, 1, 408_000), (1, 408_000, 4, 3_264_000)]
    events = [{"kind": "backoff"} | dict(zip(("from_times", "from_us", "times", "to_us"), row))
              for row in rows]
    other = {"kind": "backoff", "from_times": 0, "from_us": 1, "times": 9, "to_us": 512}
    finding = judge({"kind": "backoff", "backoff": 9}, *events, other | {"inode": 6},
                    other | {"host": "server"})
    assert not finding.is_met
    assert finding.seen == ("retransmission timeout 408 ms, doubled once; "
                            "retransmission timeout 3.264 s, doubled 4 times; still in write()")


@pytest.mark.parametrize("again, gives_up_ms, is_met", [
    ([110, 140, 200, 430], 900, True), ([140, 200, 430], 900, True),
    ([110, 140, 200, 430], 700, False), ([110, 140, 200, 430, 800], 2000, False),
    ([110], 900, True), ([], 900, False), ([110, 140, 200, 430, 5000], 900, True),
])
def test_tcp_gives_up_when_its_patience_ends_and_not_later(again, gives_up_ms, is_met):
    wanted = {"kind": "call", "call": {"name": "read", "error": "ETIMEDOUT", "persisted_ms": 600}}
    event = {"kind": "return", "name": "read", "family": "read", "args": "", "entered": 0,
             "result": -1, "error": "ETIMEDOUT", "t_ns": gives_up_ms * MS}
    assert judge(wanted, event, again=again).is_met == is_met
    assert not judge(wanted, event, again=again, sender="server").is_met

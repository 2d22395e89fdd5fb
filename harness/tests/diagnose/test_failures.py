"""Each failure, made by hand: what it is called, who did it, and which frames decide."""

import pytest

from tests.support.talks import Talk, diagnose

V6 = {"client": ("2001:db8::1", 40000), "server": ("2001:db8::2", 443)}


def refused():
    return Talk().send("client", "S").send("server", "RA", seq=0)


def refused_like_windows():
    talk = Talk(timestamps=False)
    for after_ms in (0, 500, 500):
        talk.send("client", "S", seq=1000, after_ms=after_ms)
        talk.send("server", "RA", seq=0, ack=1001)
    return talk


def syns(times=4, **how):
    return Talk(**how).send("client", "S").again("client", 0, 1000, times - 1, flags="S")


def unreachable(code, **how):
    return syns(1, **how).icmp("client", 1 if how else 3, code)


def opened():
    return Talk().open()


def echoed(**how):
    return Talk(**how).open().echo()


def probes(who, times, data=0, before=1):
    talk = echoed()
    for _ in range(times):
        talk.send(who, "A", data, 10_000, seq=talk.next[who] - before)
    return talk


def closed_window(who="server"):
    talk = opened().send("client", "A", 1460).send("client", "PA", 1460)
    return talk.send("server", "A", window=0)


def window_probes(times, answered=True):
    talk = closed_window()
    for i in range(times):
        talk.send("client", "A", after_ms=200 * 2**i, seq=talk.next["client"] - 1)
        if answered:
            talk.send("server", "A", window=0)
    return talk


def overflow():
    talk = opened().send("client", "PA", 9)
    for after_ms in (1000, 2000, 4000):
        talk.again("client", 9, after_ms / 2)
        talk.send("server", "SA", after_ms=after_ms / 2, seq=5000, ack=1001)
    return talk


def fin_crosses():
    talk = echoed().send("server", "FA")
    talk.send("client", "PA", 9, after_ms=0, ack=talk.next["server"] - 1)  # does not know of it
    return talk.send("server", "R", seq=talk.next["server"] - 1).send("server", "R")


def bare_rst_to_ack():
    talk = echoed().send("client", "PA", 5).send("server", "A")
    talk.send("server", "PA", 5).send("client", "A")
    return talk.send("server", "R", after_ms=0.1)


FAILURES = {
    # how it is made: id, by whom, frames that decide
    "refused": (refused, "connect-refused", "server", [1, 2]),
    "refused three times": (refused_like_windows, "connect-refused", "server", [1, 2, 3, 4, 5, 6]),
    "refused by ICMP": (lambda: unreachable(3), "connect-refused-icmp", "client", [1, 2]),
    "no answer to SYN": (syns, "connect-timeout", "client", [1, 2, 3, 4]),
    "host unreachable": (lambda: unreachable(1), "connect-unreachable", "client", [1, 2]),
    "net unreachable": (lambda: unreachable(0), "connect-unreachable-net", "client", [1, 2]),
    "prohibited": (lambda: unreachable(13), "connect-unreachable-prohibited", "client", [1, 2]),
    "prohibited host": (lambda: unreachable(10), "connect-unreachable-prohibited", "client", [1, 2]),
    "IPv6 no route": (lambda: unreachable(0, **V6), "connect-unreachable-net", "client", [1, 2]),
    "IPv6 address": (lambda: unreachable(3, **V6), "connect-unreachable", "client", [1, 2]),
    "IPv6 prohibited": (lambda: unreachable(1, **V6), "connect-unreachable-prohibited", "client", [1, 2]),
    "ICMP, and the SYN goes on":
        (lambda: syns(2).icmp("client").again("client", 0, 2000, 1, flags="S").icmp("client"),
         "connect-unreachable", "client", [1, 2, 3, 4, 5]),
    "accept queue overflow": (overflow, "backlog-full-overflow", "server", [2, 4, 6, 8, 10]),
    "abort before data": (lambda: opened().send("client", "RA"), "accept-abort", "client", [3, 4]),
    "server turns away at once": (lambda: opened().send("server", "RA"), "linger-abort", "server", [4]),
    "linger 0": (lambda: echoed().send("client", "RA"), "linger-abort", "client", [8]),
    "unread data":
        (lambda: opened().send("client", "PA", 9).send("server", "A").send("server", "RA"),
         "close-unread-data", "server", [4, 6]),
    "unread data, not even acknowledged apart":
        (lambda: opened().send("client", "PA", 9).send("server", "RA"),
         "close-unread-data", "server", [4, 5]),
    "RST after the answer and FIN":
        (lambda: opened().send("client", "PA", 900).send("server", "A").send("server", "FPA", 99)
         .send("server", "RA"), "linger-abort", "server", [6, 7]),
    "abort, and a crossing ACK is answered":
        (lambda: echoed().send("server", "RA").send("client", "A", after_ms=140).send("server", "R"),
         "linger-abort", "server", [8, 10]),
    "data after FIN":
        (lambda: echoed().send("server", "FA").send("client", "A").send("client", "PA", 1)
         .send("server", "R"), "server-child-killed", "server", [8, 10, 11]),
    "data after FIN, late, from the server":
        (lambda: echoed().send("client", "FA").send("server", "A").send("server", "PA", 9, 9000)
         .send("client", "R"), "client-closed-early", "client", [8, 10, 11]),
    "data after FIN, and a FIN of its own":
        (lambda: echoed().send("client", "FA").send("server", "PA", 24).send("server", "FA")
         .send("client", "R"), "client-closed-early", "client", [8, 9, 11]),
    "RST,ACK in place of the second FIN":
        (lambda: echoed().send("client", "PA", 12).send("client", "FA").send("server", "A")
         .send("server", "RA"), "reset-in-place-of-fin", "server", [8, 9, 11]),
    "RST in place of the last ACK":
        (lambda: echoed().send("server", "FA").send("client", "A").send("client", "FA", 0, 90).send("server", "R"),
         "normal-server-first", "server", [8, 10]),
    "data after FIN, answered by RST,ACK as other stacks do":
        (lambda: echoed().send("server", "FA").send("client", "A").send("client", "PA", 1)
         .send("server", "RA"), "server-child-killed", "server", [8, 10, 11]),
    "FIN crosses data": (fin_crosses, "server-child-killed-crossing", "server", [8, 9, 10, 11]),
    "crash": (lambda: echoed().send("client", "PA", 5).again("client", 5, 200, 6),
              "server-host-crash", "client", [6, 8, 9, 10, 11, 12, 13, 14]),
    "crash before the first answer":
        (lambda: opened().send("client", "PA", 442).again("client", 442, 3000, 5),
         "server-host-crash", "client", [2, 4, 5, 6, 7, 8, 9]),
    "crash of the client's host, while the server sends":
        (lambda: echoed().send("server", "PA", 5).again("server", 5, 200, 4),
         "server-host-crash", "server", [7, 8, 9, 10, 11, 12]),
    "crash when closing": (lambda: echoed().send("client", "FA").again("client", 0, 200, 4, flags="FA"),
                           "server-host-crash", "client", [6, 8, 9, 10, 11, 12]),
    "given up with RST":
        (lambda: echoed().send("client", "PA", 5).again("client", 5, 300, 5).send("client", "RA", 0, 20_000),
         "server-host-crash", "client", [9, 10, 11, 12, 13, 14]),
    "reboot": (lambda: echoed().send("client", "PA", 5, 60_000).send("server", "R"),
               "server-host-reboot", "server", [6, 8, 9]),
    "reboot after retransmissions":
        (lambda: echoed().send("client", "PA", 5).again("client", 5, 200, 3).send("server", "R"),
         "server-host-reboot", "server", [6, 9, 10, 11, 12]),
    "reboot, found by keepalive":
        (lambda: probes("client", 1).send("server", "R"), "server-host-reboot", "server", [6, 8, 9]),
    "unreachable": (lambda: echoed().send("client", "PA", 5).again("client", 5, 200, 2).icmp("client"),
                    "server-host-unreachable", "client", [6, 8, 9, 10, 11]),
    "net unreachable later":
        (lambda: echoed().send("client", "PA", 5).icmp("client", code=0).again("client", 5, 200, 2),
         "server-host-unreachable-net", "client", [6, 8, 9, 10, 11]),
    "prohibited later":
        (lambda: echoed().send("client", "PA", 5).icmp("client", code=13).again("client", 5, 200, 2),
         "server-host-unreachable-prohibited", "client", [6, 8, 9, 10, 11]),
    "keepalive": (lambda: probes("client", 3).send("client", "RA", 0, 10_000),
                  "keepalive", "client", [8, 9, 10, 11]),
    "keepalive with one byte": (lambda: probes("client", 7, 1).send("client", "RA", 0, 10_000),
                                "keepalive", "client", [8, 9, 10, 11, 12, 13, 14, 15]),
    "keepalive, and the capture ends": (lambda: probes("client", 3), "keepalive", "client", [6, 8, 9, 10]),
    "keepalive of the server": (lambda: probes("server", 2).send("server", "RA", 0, 10_000),
                                "client-host-crash-keepalive", "server", [8, 9, 10]),
    "window 0, no answer": (lambda: window_probes(3, answered=False),
                            "zero-window-crash", "client", [6, 7, 8, 9]),
    "window 0, no answer, given up":
        (lambda: window_probes(3, answered=False).send("client", "RA", 0, 9000),
         "zero-window-crash", "client", [6, 7, 8, 9, 10]),
    "window 0 and killed": (lambda: closed_window().send("server", "RA"),
                            "zero-window-killed", "server", [6, 7]),
    "window 0 and stays so": (lambda: window_probes(2), "zero-window", "client", [6, 7, 9, 10]),
    "forged": (lambda: echoed().wait(150).send("server", "R"), "reset-forged", "server", [8]),
    "forged, with another TTL":
        (lambda: echoed().wait(150).send("server", "RA", ip={"ttl": 239}), "reset-forged", "server", [8]),
    "a full close": (lambda: echoed().close(), "normal", "client", [8, 10, 11]),
    "the server closes first": (lambda: echoed().close("server"), "normal-server-first", "server",
                                [8, 10, 11]),
    "half-close": (lambda: opened().send("client", "PA", 9).send("client", "FA").send("server", "A")
                   .send("server", "PA", 30).send("client", "A").send("server", "FA").send("client", "A"),
                   "half-close", "client", [5, 7, 9]),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_named_with_who_and_where(tmp_path, name):
    make, wanted, by, frames = FAILURES[name]
    diagnosis = diagnose(tmp_path, make())
    found = diagnosis.findings()[-1]
    assert (found["id"], found["by"]) == (wanted, by), str(diagnosis)
    assert found["frames"] == sorted(frames)
    assert diagnosis.status == 0


@pytest.mark.parametrize("name", ["crash", "reboot", "keepalive", "half-close", "data after FIN"])
def test_numbers_may_wrap_around(tmp_path, name):
    """The failures above, made anew by Talks that begin just before the end of the numbers."""
    make, wanted, _, _ = FAILURES[name]
    packets = make().packets
    for _, packet in packets:
        tcp = packet["TCP"]
        is_client = tcp.sport == 40000
        tcp.seq = (tcp.seq - (1004 if is_client else 5003)) % 2**32
        if "A" in tcp.flags:
            tcp.ack = (tcp.ack - (5003 if is_client else 1004)) % 2**32
    assert diagnose(tmp_path, *packets).findings()[-1]["id"] == wanted


def test_answers_to_older_segments_are_nobodys_forgery(tmp_path):
    talk = echoed().send("client", "FA")
    for ack in (0, 1, 1):  # the first had not heard of the FIN
        talk.send("server", "PA", 9, ack=talk.next["client"] - 1 + ack)
    talk.send("client", "R", seq=talk.next["client"] - 1).send("client", "R").send("client", "R")
    assert diagnose(tmp_path, talk).ids == ["client-closed-early"]


def test_a_fin_sent_again_after_its_ack_is_no_crash(tmp_path):
    talk = echoed().send("server", "FA").send("client", "FA", ack=5010)
    talk.send("server", "A")
    for _ in range(2):
        talk.send("client", "FA", 0, 0.1, seq=talk.next["client"] - 1)
    other = Talk(client=("192.0.2.1", 41000), begins_ms=60_000).open()
    assert diagnose(tmp_path, talk, other).ids[0] == "normal-server-first"


BESIDE = {
    "inside of the window": (100, "reset-forged-inside"),
    "outside of it": (10**9, "reset-forged-outside"),
    "the very number": (0, "reset-forged"),
}


@pytest.mark.parametrize("name", BESIDE)
def test_an_rst_that_the_connection_outlives_was_somebody_elses(tmp_path, name):
    beyond, wanted = BESIDE[name]
    talk = echoed().wait(150)
    talk.send("server", "R", seq=talk.next["server"] + beyond)
    diagnosis = diagnose(tmp_path, talk.echo().close())
    assert diagnosis.ids == [wanted, "normal"]
    assert diagnosis.findings()[0]["frames"][0] == 8


def test_a_window_that_opens_again_is_told_beside_the_end(tmp_path):
    talk = window_probes(2).send("server", "A").send("client", "A", 100).send("server", "A").close()
    diagnosis = diagnose(tmp_path, talk)
    assert diagnosis.ids == ["zero-window", "normal"]
    assert diagnosis.findings()[0]["frames"] == [6, 11]


NONE_KNOWN = {
    "one SYN": (lambda: syns(1), "one-syn", "connect-timeout"),
    "a port scan": (lambda: Talk().send("client", "S").send("server", "SA").send("client", "R"),
                    "handshake-reset", "accept-abort"),
    "SYN,ACK unanswered":
        (lambda: Talk().send("client", "S").send("server", "SA").again("server", 0, 1000, 3, flags="SA"),
         "handshake-unfinished", "client-host-crash"),
    "SYN and SYN,ACK both repeated":
        (lambda: Talk().send("client", "S").send("server", "SA").again("client", 0, 1000, 1, flags="S")
         .again("server", 0, 1, 1, flags="SA"), "syn-ack-lost", "connect-timeout"),
    "an old connection answers":
        (lambda: Talk().send("client", "S").send("server", "A", seq=77_000_000, ack=99_000_000)
         .send("client", "R", seq=99_000_000), "stale-connection", "server-host-reboot"),
    "RST for the handshake's ACK": (lambda: opened().send("server", "R"), "turned-away",
                                    "backlog-full-abort"),
    "a bare RST a moment after data": (bare_rst_to_ack, "bare-reset", "reset-forged"),
    "only an RST": (lambda: Talk().send("server", "RA"), "no-conversation", "connect-refused"),
    "routing loop": (lambda: echoed().send("client", "PA", 5).icmp("client", 11, 0).again("client", 5, 200, 2),
                     "routing-loop", "server-host-unreachable"),
    "too big": (lambda: echoed().send("client", "PA", 1460).icmp("client", 3, 4).again("client", 1460, 200, 3),
                "path-mtu", "server-host-unreachable"),
    "a probe finds that the other has closed long ago":
        (lambda: echoed().send("server", "FA").send("client", "A")
         .send("client", "A", 0, 60_000, seq=1009).send("server", "R"),
         "half-close-forgotten", "server-child-killed"),
    "a scan without ACK": (lambda: Talk().send("client", "FPU").again("client", 0, 100, 3, flags="FPU"),
                           "odd-flags", "connect-refused"),
    "SYN and FIN": (lambda: Talk().send("client", "SFUP").again("client", 0, 100, 3, flags="SFUP"),
                    "odd-flags", "connect-refused"),
    "FIN answered by a bare RST": (lambda: echoed().send("client", "FA", 0, 90_000).send("server", "R"),
                                   "fin-answered-by-rst", "server-host-reboot"),
}


@pytest.mark.parametrize("name", NONE_KNOWN)
def test_an_end_without_a_scenario_is_an_answer_with_the_nearest(tmp_path, name):
    make, wanted, nearest = NONE_KNOWN[name]
    diagnosis = diagnose(tmp_path, make())
    found = diagnosis.findings()[-1]
    assert (found["id"], found["scenario"], found["nearest"]) == (wanted, None, nearest), str(diagnosis)
    assert diagnosis.status == 1


def test_data_that_is_sent_again_while_the_other_side_is_heard(tmp_path):
    talk = echoed().send("client", "PA", 1460)
    for _ in range(4):
        talk.again("client", 1460, 300)
        talk.send("server", "A", ack=talk.next["client"] - 1460)
    assert diagnose(tmp_path, talk).ids == ["not-acknowledged"]


ALIVE = {
    "idle": (echoed, "alive"),
    "one side has closed": (lambda: echoed().send("server", "FA").send("client", "A"), "half-closed"),
    "data just sent": (lambda: echoed().send("client", "PA", 5), "alive"),
    "sent again once, just now": (lambda: echoed().send("client", "PA", 5).again("client", 5, 200),
                                  "alive"),
    "one probe just now": (lambda: probes("client", 1), "alive"),
}


@pytest.mark.parametrize("name", ALIVE)
def test_no_end_is_no_failure(tmp_path, name):
    make, wanted = ALIVE[name]
    diagnosis = diagnose(tmp_path, make())
    assert (diagnosis.ids, diagnosis.status) == ([wanted], 1)


OR = {
    "linger 0": "close-unread-data", "unread data": "linger-abort", "crash": "user-timeout",
    "no answer to SYN": "backlog-full", "forged": "linger-abort", "data after FIN": "sigpipe",
}


@pytest.mark.parametrize("name", OR)
def test_what_looks_the_same_is_said_with_or(tmp_path, name):
    found = diagnose(tmp_path, FAILURES[name][0]()).findings()[-1]
    assert OR[name] in found["or"]
    assert found["cannot_tell"] and found["what_would"]

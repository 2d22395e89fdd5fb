"""Every kind of expectation can fail, and says what was wanted and seen: a check that cannot is a bug."""

import re

import pytest

from tests.support import lab
from tests.support.lab import the_lab_can_run  # noqa: F401

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")

ACCEPT = r"still in accept\(3\)"
LOOK = r"process in state S, wait channel inet_csk_\w+"
REFUSED = r"connect\(3, 192\.0\.2\.2:9877\) = -1 ECONNREFUSED"
KINDS = {
    "segment": ("expect_segment", "SYN,ACK from server",
                "RST,ACK from server; client exited with status 1"),
    "payload": ("expect_segment", "ACK len=8 from client", ".*PSH,ACK len=9 from client;.*"),
    "empty": ("expect_segment", "segment with data from server",
              "SYN from client; RST,ACK from server; client exited with status 1"),
    "once": ("expect_segment", "SYN from client",
             "RST,ACK from server(; client exited with status 1)?"),
    "again": ("expect_segment", "retransmission of SYN from client",
              "SYN from client; RST,ACK from server; client exited with status 1"),
    "probe": ("expect_segment", "probe ACK from client", ".*PSH,ACK len=9 from client;.*"),
    "no-window": ("expect_segment", "segment win=0 from server",
                  "SYN from client; RST,ACK from server; client exited with status 1"),
    "absence": ("expect_no_segment", "no RST,ACK from server", "RST,ACK from server"),
    "absence-until": ("expect_no_segment", "no SYN,ACK", "SYN,ACK from server"),
    "icmp": ("expect_icmp", "ICMP net unreachable from router",
             r"ICMP prohibited \(3/13\) from router"),
    "no-icmp": ("expect_icmp", "ICMP unreachable", "client exited with status 1"),
    "question": ("expect_question", "ARP/ND request for the address of client from client",
                 r"ARP who has 192\.0\.2\.2\? from client; client exited with status 1"),
    "errno": ("expect_call", "client: connect() = -1 ETIMEDOUT", f"{REFUSED}; exited with status 1"),
    "success": ("expect_call", "client: connect() succeeds", f"{REFUSED}; exited with status 1"),
    "result": ("expect_call", "client: write() = 8", r'write\(3, "hi there\\n", 9\) = 9(; .*)?'),
    "eof": ("expect_eof", "client: read() = 0, end of file", r'.*read\(3, "bye\\n"\) = 4(; .*)?'),
    "call": ("expect_call", "client: shutdown() returns", f".*{REFUSED}; exited with status 1"),
    "status": ("expect_exit", "client: exited with status 0", "exited with status 1"),
    "killed": ("expect_killed_by", "client: killed by SIGPIPE", "exited with status 1"),
    "exited": ("expect_exit", "server: exited with status 0", "killed by SIGTERM"),
    "signal": ("expect_signal", "server: SIGHUP, default action",
               "SIGTERM, default action; killed by SIGTERM"),
    "disposition": ("expect_signal", "server: SIGTERM, caught",
                    "SIGTERM, default action; killed by SIGTERM"),
    "no-signal": ("expect_no_signal", "server: no SIGTERM", "SIGTERM, default action"),
    "state": ("expect_state", "server: socket in ESTABLISHED", f".*{ACCEPT}"),
    "backoff": ("expect_backoff", "client: retransmission timeout doubled once",
                r"still in read\(0\)"),
    "persisted": ("expect_call", "client: connect() = -1 ECONNREFUSED, after retransmitting "
                  "for 600 ms", f"{REFUSED}; exited with status 1"),
    "process": ("expect_process", "server: process in state Z", f".*{LOOK}; {ACCEPT}"),
    "stale-look": ("expect_blocked", "server: process in state S, blocked in accept",
                   f"process in state t, .*; {ACCEPT}"),
    "wait-channel": ("expect_process", "server: process in state S, wait channel wait_woken",
                     f".*{LOOK}; {ACCEPT}"),
    "blocked": ("expect_blocked", "server: process in state S, blocked in read",
                f".*{LOOK}; {ACCEPT}"),
    "fork": ("child_of", "server: forks a child", ACCEPT),
    "serving": ("serving", "server: exactly one process has the connection open", f".*{ACCEPT}"),
    "threads": ("expect_threads", "server: has 2 threads", f".*{ACCEPT}"),
    "hold": ("release", "client: reaches the call where the lab pauses it", r".*still in read\(0\)"),
    "output": ("expect_output", 'client: prints "hi there"',
               '"tcpcli01: connect error: Connection refused"; exited with status 1'),
}
UNMET_STORY = lab.STORIES / "unmet"


def test_every_kind_of_expectation_has_a_story_in_which_it_fails():
    listed = {name.options[1] if name.options else "segment" for name in lab.names_of(UNMET_STORY)}
    assert listed == set(KINDS)
    tables = (lab.REPO / "harness" / "expect").glob("kinds_*.c")
    kinds = {kind for table in tables for kind in
             re.findall(r'^const struct expectation_kind .*\n\t\.name = "([\w-]+)"',
                        table.read_text(encoding="utf-8"), re.M)}
    assert kinds == {"segment", "no-segment", "icmp", "question", "call", "fork", "signal",
                     "no-signal", "end", "state", "backoff", "process", "output", "condition"}, \
        "a new kind needs a story that fails, and a row here"


@pytest.mark.parametrize("variant", KINDS)
def test_an_unmet_expectation_says_what_was_wanted_and_seen(tmp_path, variant):
    verb, wanted, seen = KINDS[variant]
    source, line = lab.in_time(lambda env: lab.run(
        UNMET_STORY, "--variant", variant, captures=tmp_path, env=env).refuses(wanted, seen)).split(":")
    assert source == "harness/tests/stories/unmet.c"
    assert f"{verb}(" in (lab.REPO / source).read_text().splitlines()[int(line) - 1]
    name = "unmet" if variant == "segment" else f"unmet-{variant}"
    last = lab.story_of(tmp_path, name)["expectations"][-1]
    assert (last["verdict"], last["wanted"]) == ("unmet", wanted) or "_no_" in verb
    lab.verify(tmp_path / f"{name}.json").ends(1)

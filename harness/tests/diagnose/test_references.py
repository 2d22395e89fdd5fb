"""Each capture of the lab, as if it came from elsewhere: its failure, or its class in docs/LOOKALIKES.md."""

import re

import pytest

from tests.support import lab
from tests.support.talks import diagnose_file, run

ALIVE, CLOSED, SERVER_FIRST, HALF = "alive", "normal", "normal-server-first", "half-closed"
KILLED, UNREAD, LATE = "server-child-killed", "close-unread-data", "connect-refused"
CRASH, ABORT = "server-host-crash", "accept-abort"

# what is found that is not called as the run is: all of its connections, in their order
CLASSES = {
    "accept-abort-child": [ABORT], "accept-abort-write": [ABORT],
    "accept-abort-posix": [ALIVE], "accept-abort-svr4": [ALIVE],
    "accept-eintr": [CLOSED], "accept-eintr-handled": [CLOSED, ALIVE],
    "accept-eintr-restarted": [CLOSED, ALIVE],
    "accept-emfile": [ALIVE, CLOSED, ALIVE, UNREAD, ALIVE],
    "accept-emfile-die": [HALF, HALF, HALF, UNREAD],
    "backlog-full": [ALIVE, ALIVE, "backlog-full"], "backlog-full-abort": [ALIVE, ALIVE, "backlog-full"],
    "bind-in-use": [SERVER_FIRST], "bind-in-use-reuseaddr": [SERVER_FIRST],
    "client-host-crash": [ALIVE],
    "connect-unreachable-arp": [], "connect-unreachable-local": [],
    "normal-many": [ALIVE, CLOSED, ALIVE],
    "reset-forged-inside": ["reset-forged-inside", ALIVE],
    "reset-forged-outside": ["reset-forged-outside", ALIVE],
    "server-child-killed-poll": [SERVER_FIRST], "server-child-killed-select": [SERVER_FIRST],
    "server-child-killed-several": [ALIVE, KILLED, ALIVE],
    "server-host-shutdown": [KILLED], "server-host-shutdown-killed": [HALF],
    "server-host-shutdown-graceful": [CLOSED, LATE],
    "sigchld-wait": [CLOSED] * 5, "sigchld-waitpid": [CLOSED] * 5,
    "sigpipe": [KILLED], "sigpipe-caught": [KILLED], "sigpipe-ignored": [KILLED],
    "user-timeout": [CRASH],
    "zero-window": ["zero-window", CLOSED],
    "zombies": [CLOSED] * 3,
}
RUNS = sorted(path.stem for path in lab.REFERENCE.glob("*.pcap"))


def wanted(name):
    if name in CLASSES:
        return CLASSES[name]
    if name.startswith("signals"):
        return []
    if name.startswith("normal-many-"):
        return CLASSES["normal-many"]
    return ["normal"] if name.startswith("normal") else [name]


@pytest.mark.parametrize("name", RUNS)
def test_a_run_is_found_to_be_what_it_is_or_what_looks_like_it(name):
    diagnosis = diagnose_file(lab.REFERENCE / f"{name}.pcap")
    assert diagnosis.ids == wanted(name), str(diagnosis)
    assert all(not row["notes"] for row in diagnosis.data["conversations"])


def test_a_question_that_nobody_answers_is_all_of_connect_unreachable_arp():
    diagnosis = diagnose_file(lab.REFERENCE / "connect-unreachable-arp.pcap")
    assert [row["id"] for row in diagnosis.data["unanswered_arp"]] == ["connect-unreachable-arp"]


def words_of(page):
    return set(re.findall(r"`([a-z-]+?)(?:-\*)?`", page))


def test_every_run_that_is_called_otherwise_is_on_the_page():
    page = (lab.REPO / "docs" / "LOOKALIKES.md").read_text(encoding="utf-8")
    listed = words_of(page)
    for name in RUNS:
        if wanted(name) != [name]:
            family = {name, *(name[:end] for end in range(len(name)) if name[end] == "-")}
            assert family & listed, f"{name} is not on docs/LOOKALIKES.md"


def test_every_scenario_that_a_diagnosis_names_is_one():
    """Of all rows, healthy and unknown ones included: what is printed after make scenario- exists."""
    sources = (lab.REPO / "harness" / "diagnose").glob("*.c")
    rows = [row for path in sources for row in re.split(r"\{ \.id = ", path.read_text(encoding="utf-8"))[1:]]
    named = set()
    for row in rows:
        kind = re.search(r"\.kind = ROW_(\w+)", row)
        nearest, also = (re.search(rf'\.{field} = "([^"]+)"', row) for field in ("nearest", "also"))
        if nearest:
            named.add(nearest[1])
        elif kind and kind[1] in ("FAILURE", "HEALTHY"):
            named.add(re.match(r'"([^"]+)"', row)[1])
        named.update(also[1].split() if also else [])
    assert len(rows) > 40 and named
    assert named <= {str(name) for name in lab.NAMES}, named - {str(name) for name in lab.NAMES}


def test_the_text_of_a_run_names_it_and_how_to_see_it():
    said = run(lab.REFERENCE / "server-host-reboot.pcap").out
    assert "server-host-reboot: the client's segment is answered with a bare RST" in said
    assert "See it live: make scenario-server-host-reboot\n" in said

"""make diff A=NAME B=NAME: what of two runs is compared, where they part, and how it looks."""

import functools
import itertools
import re
import subprocess
import sys

import pytest

from tests.support import lab
from tests.support.lab import BROKEN, MET, REFERENCE

from lesson import diff, diff_lines
from lesson.diff_lines import Line
from runs import catalogue, scenarios
from runs.terminal import width


NAMES = sorted(path.stem for path in REFERENCE.glob("*.json"))


@functools.cache
def lines(name):
    return diff_lines.lines_of(lab.run_of(REFERENCE, name))


def parted(a, b):
    return list(diff.summary((a, b), lines(a), lines(b)))


@pytest.mark.parametrize("a, b, then_a, then_b", [
    ("server-host-crash", "server-host-reboot", "server: iptables -A INPUT", "server: power off"),
    ("sigpipe", "sigpipe-ignored", "client: SIGPIPE (default action)", "client: SIGPIPE (ignored)"),
    ("connect-unreachable", "connect-unreachable-prohibited", "server: ip addr del",
     "router: ip route add prohibit"),
    ("sigchld-wait", "sigchld-waitpid", "server: accept = -1 EINTR", "server: accept = restarted"),
])
def test_it_says_where_two_runs_part(a, b, then_a, then_b):
    *_, first, second = parted(a, b)
    assert first.startswith(f"then A  {a}:  {then_a}")
    assert second.startswith(f"then B  {b}:  {then_b}")


def test_what_both_have_before_they_part_is_said():
    same = parted("sigpipe", "sigpipe-ignored")[0].removeprefix("the same up to  ")
    for name in ("sigpipe", "sigpipe-ignored"):
        assert same.split("  ×")[0] in [line.text for line in lines(name)]


def test_a_run_does_not_part_from_itself():
    for name in NAMES:
        assert "do not part" in parted(name, name)[0], name


@pytest.fixture(scope="module")
def runs_of_today(tmp_path_factory):
    """Every run once more: another day, other ports and numbers, other chances."""
    lab.skip_where_the_lab_cannot_run()
    captures = tmp_path_factory.mktemp("today")
    outcomes, _ = scenarios.run_all(catalogue.names(), captures)
    assert {outcome.status for outcome in outcomes} == {MET}
    return captures


def test_a_scenario_does_not_part_from_itself_on_another_day(runs_of_today):
    for name in NAMES:
        today = diff_lines.that_matter(diff_lines.lines_of(lab.run_of(runs_of_today, name)))
        that_day = diff_lines.that_matter(lines(name))
        said = list(diff.summary(("that day", "today"), that_day, today))
        assert "do not part" in said[0], (name, said)


def test_two_scenarios_part():
    """But for a server that is written in another way, and does the same."""
    alike = {"normal", "normal-many", "server-child-killed"}
    for a, b in itertools.combinations(NAMES, 2):
        ways = "-(epoll|poll|select|thread)$"
        same_but_for_the_way = re.sub(ways, "", a) == re.sub(ways, "", b) in alike
        assert same_but_for_the_way or "do not part" not in parted(a, b)[0], (a, b)


def changed(name, change):
    run = lab.run_of(REFERENCE, name)
    change(run)
    return diff_lines.lines_of(run)


@pytest.mark.parametrize("name", ["sigpipe", "normal", "server-host-crash", "reset-forged"])
def test_times_ports_and_numbers_are_not_compared(name):
    def move(run):
        for event in run.timeline:
            for key in ("local_port", "inode", "seq", "ack", "raw_seq", "raw_ack", "window"):
                if key in event:
                    event[key] += 4711
            if event.get("verb") == "forge":
                event["text"] = "another port and number"
    assert [line.text for line in changed(name, move)] == [line.text for line in lines(name)]


def test_what_has_no_row_in_the_story_is_not_compared():
    """As the ECHILD that ends a loop of waitpid, which the end of a run may cut off."""
    runs = [lab.run_of(REFERENCE, name) for name in NAMES]
    assert any(event.get("error") == "ECHILD" for run in runs for event in run.timeline)
    assert not any("ECHILD" in line.text for name in NAMES for line in lines(name))


def test_a_state_that_passes_is_not_compared():
    """By the names that C writes, whether it was seen or not."""
    def forget(run):
        passing = {event["n"] for event in run.timeline if event.get("passing")}
        assert passing
        run.rows = [row for row in run.rows if row["event"] not in passing]
    for name in NAMES:
        run = lab.run_of(REFERENCE, name)
        states = {event["to"] for event in run.timeline if event.get("passing")}
        assert states <= {"SYN_SENT", "SYN_RECEIVED", "FIN_WAIT_1", "LAST_ACK", "CLOSING"}
        if states:
            assert [line.text for line in changed(name, forget)] == \
                [line.text for line in lines(name)]


# --- lines ---

def wire(*texts, **more):
    return [Line("wire", text, **more) for text in texts]


def test_an_order_across_streams_is_no_difference():
    a = [Line("wire", "SYN"), Line("client", "connect"), Line("wire", "ACK"), Line("server", "accept")]
    b = [a[3], a[0], a[2], a[1]]
    assert diff_lines.part(a, b) == [4, 4]
    assert [left.text for left, right in diff.aligned(a, b) if left is right] == [
        "SYN", "connect", "ACK", "accept"]


def test_an_order_within_a_stream_is_one():
    assert diff_lines.part(wire("FIN", "RST"), wire("RST", "FIN")) == [0, 0]


def test_how_data_is_cut_is_not_where_they_part():
    a = [*wire("──▶ PSH,ACK len=9", matters=False), Line("client", "client: write = -1 EPIPE")]
    b = [*wire("──▶ PSH,ACK len=1", "──▶ PSH,ACK len=8", matters=False),
         Line("client", "client: exit 1")]
    assert list(diff.summary("ab", a, b)) == ["then A  a:  client: write = -1 EPIPE",
                                              "then B  b:  client: exit 1"]
    assert list(diff.summary("ab", a[:1], b[:2]))[0] == "then A  a:  ──▶ PSH,ACK len=9"


def test_a_state_that_was_missed_is_no_difference_unless_it_was_expected_or_is_the_last():
    def states(*texts, expected=()):
        found = [Line("socket", text, may_be_missed=True, is_expected=text in expected)
                 for text in texts]
        diff_lines.mark_ends(found)
        return found
    whole, short = states("ESTABLISHED", "CLOSE_WAIT", "CLOSED"), states("ESTABLISHED", "CLOSED")
    assert diff_lines.part(whole, short) == [3, 2] and diff_lines.part(short, whole) == [2, 3]
    expected = states("ESTABLISHED", "CLOSE_WAIT", "CLOSED", expected=["CLOSE_WAIT"])
    assert diff_lines.part(expected, short) == [1, 1]
    assert diff_lines.part(whole, states("ESTABLISHED", "TIME_WAIT"))[1] == 1


def test_what_comes_after_all_that_is_expected_may_be_missed():
    def calls(*texts, expected):
        found = [Line("client", text, is_expected=text == expected) for text in texts]
        diff_lines.mark_ends(found)
        return found
    short, long = (calls(*texts, expected="write") for texts in (["write"], ["write", "exit"]))
    assert diff_lines.part(short, long) == [1, 2] and diff_lines.part(long, short) == [2, 1]
    assert diff_lines.part(short, calls("write", "exit", expected="exit")) == [1, 1]
    assert diff_lines.part(calls("write", "killed", expected="write"), long) == [1, 1]


# --- on the screen ---

def test_every_line_is_there_once():
    a, b = lines("server-host-crash"), lines("server-host-reboot")
    pairs = list(diff.aligned(a, b))
    assert [left for left, _ in pairs if left] == a
    assert sorted(id(right) for _, right in pairs if right) == sorted(map(id, b))


def test_retransmissions_are_one_line():
    again = [line for line in lines("server-host-crash") if line.text == "──▶ PSH,ACK len=15"]
    assert len(again) == 1 and again[0].times > 3 and again[0].matters
    assert "×" in again[0].shown()


def test_calls_that_come_again_are_lines_of_their_own():
    assert [line.times for line in lines("sigpipe") if line.text == "client: write = ok"] == [1, 1, 1]


def test_who_is_killed_is_named():
    assert "server: kill -TERM server child" in [line.text for line in lines("sigpipe")]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_it_fits_the_screen(columns):
    a, b = "server-host-crash", "server-host-reboot"
    shown = list(diff.screen_of((a, b), lines(a), lines(b), columns))
    assert max(map(width, shown)) <= columns
    assert "\033" not in "".join(shown)
    assert "\033" in "".join(diff.screen_of((a, b), lines(a), lines(b), columns, colour=True))


def run_diff(*words, captures):
    return lab.finish(subprocess.Popen(
        [sys.executable, lab.REPO / "harness", "lesson.diff", *words, "--captures", captures],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE))


def test_what_has_not_run_yet_runs_first(tmp_path):
    lab.skip_where_the_lab_cannot_run()
    run = run_diff("sigpipe", "sigpipe-caught", captures=tmp_path)
    run.ends(MET, "then B  sigpipe-caught:  client: SIGPIPE (caught)")
    assert "sigpipe has not run yet" in run.err
    assert "not run" not in run_diff("sigpipe", "sigpipe-caught", captures=tmp_path).err


@pytest.mark.parametrize("words, message", [
    (["sigpipe", ""], "B is not given: make diff A="), (["", ""], "A is not given"),
    (["sigpipe", "nope"], "there is no scenario \"nope\"")])
def test_what_cannot_be_compared_is_explained(tmp_path, words, message):
    run_diff(*words, captures=tmp_path).ends(BROKEN, message)


def test_a_file_of_an_older_version_is_one_clear_sentence(tmp_path):
    for name in ("sigpipe", "sigpipe-ignored"):
        (tmp_path / f"{name}.json").write_text('{"schema": "brokenpipe/1"}')
    run = run_diff("sigpipe", "sigpipe-ignored", captures=tmp_path)
    run.ends(BROKEN, "sigpipe.json was written by another version of brokenpipe (brokenpipe/1")
    assert run.err.count("\n") == 1 and run.err.endswith("run it again: make scenario-sigpipe\n")

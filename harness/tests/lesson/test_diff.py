"""make diff A=NAME B=NAME: what of two runs is compared, where they part, and how it looks."""

import re
import subprocess
import sys

import pytest

from tests.support import lab
from tests.support.lab import BROKEN, MET, REFERENCE

from lesson import diff
from lesson.diff import Row
from runs.terminal import width


def rows(name):
    return diff.rows_of(lab.run_of(REFERENCE, name))


def parted(a, b):
    return list(diff.summary((a, b), rows(a), rows(b)))


@pytest.mark.parametrize("a, b, then_a, then_b", [
    ("server-host-crash", "server-host-reboot", "server: iptables -A INPUT", "server: power off"),
    ("sigpipe", "sigpipe-ignored", "client: SIGPIPE (default action)", "client: SIGPIPE (ignored)"),
    ("connect-unreachable", "connect-unreachable-prohibited", "◀── ICMP host unreachable",
     "◀── ICMP"),
])
def test_it_says_where_two_runs_part(a, b, then_a, then_b):
    same, first, second = parted(a, b)
    assert same.startswith("the same up to  ")
    assert first.startswith(f"then A  {a}:  {then_a}")
    assert second.startswith(f"then B  {b}:  {then_b}")


def test_a_run_does_not_part_from_itself():
    assert "do not part" in parted("sigpipe", "sigpipe")[0]


@pytest.mark.parametrize("name", ["sigpipe", "normal", "server-host-crash"])
def test_times_ports_and_numbers_are_not_compared(name):
    run = lab.run_of(REFERENCE, name)
    for event in run.timeline:
        for key in ("local_port", "inode"):
            if key in event:
                event[key] += 1
        if event["kind"] == "packet":
            event["text"] = re.sub(r"(seq|ack)=\d+", r"\1=4711", event["text"])
    assert "do not part" in list(diff.summary((name, name), rows(name), diff.rows_of(run)))[0]


def test_an_order_across_streams_is_no_difference():
    a = [Row("wire", "SYN"), Row("client", "connect"), Row("wire", "ACK"), Row("server", "accept")]
    b = [a[3], a[0], a[2], a[1]]
    assert diff.part(a, b) == (4, 4)
    assert [left.text for left, right in diff.aligned(a, b) if left is right] == [
        "SYN", "connect", "ACK", "accept"]


def test_how_data_is_cut_is_not_where_they_part():
    a = [Row("wire", "──▶ PSH,ACK len=9"), Row("client", "client: write = -1 EPIPE")]
    b = [Row("wire", "──▶ PSH,ACK len=1"), Row("wire", "──▶ PSH,ACK len=8"), Row("client", "client: exit 1")]
    assert list(diff.summary("ab", a, b)) == ["then A  a:  client: write = -1 EPIPE",
                                              "then B  b:  client: exit 1"]
    assert list(diff.summary("ab", a[:1], b[:2]))[0] == "then A  a:  ──▶ PSH,ACK len=9"


def test_an_order_within_a_stream_is_one():
    a, b = ([Row("wire", text) for text in texts] for texts in (("FIN", "RST"), ("RST", "FIN")))
    assert diff.part(a, b) == (0, 0)


def test_every_line_is_there_once():
    a, b = rows("server-host-crash"), rows("server-host-reboot")
    pairs = list(diff.aligned(a, b))
    assert [left for left, _ in pairs if left] == a
    assert sorted(id(right) for _, right in pairs if right) == sorted(map(id, b))


def test_retransmissions_are_one_line():
    again = [row for row in rows("server-host-crash") if row.text == "──▶ PSH,ACK len=15"]
    assert len(again) == 1 and again[0].times > 3 and "×" in again[0].shown()


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_it_fits_the_screen(columns):
    a, b = "server-host-crash", "server-host-reboot"
    lines = list(diff.lines_of((a, b), rows(a), rows(b), columns))
    assert max(map(width, lines)) <= columns
    assert "\033" not in "".join(lines)
    assert "\033" in "".join(diff.lines_of((a, b), rows(a), rows(b), columns, colour=True))


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

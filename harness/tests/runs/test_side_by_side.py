"""Many runs: `make scenarios` and its table, `make soak`, and what a ^C leaves of them."""

import os
import re
import signal
import subprocess
import sys

import pytest

from tests.support import lab
from tests.support.terminal import Terminal
from runs import catalogue
from runs.side_by_side import side_by_side
from tests.support.lab import BROKEN, CANNOT_RUN, MET, NAMES, REPO, UNMET, Mark, the_lab_can_run  # noqa: F401

HARNESS = REPO / "harness"
SCENARIOS, SOAK = "runs.scenarios", "runs.soak"
ROW = re.compile(r"^(\S+) +(PASS|FAIL|SKIP|BROKEN) +(-|[A-Z]+(?:, [A-Z]+)*) +(\d+\.\d\d)$", re.M)


def start(script, *words, env=None, **how):
    return subprocess.Popen([sys.executable, HARNESS, script, *map(str, words)], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env={**os.environ, **(env or {})}, **how)


def run_all(*words, **how):
    return lab.finish(start(SCENARIOS, *words, **how))


@pytest.fixture
def build(tmp_path):
    """Give a function that puts a scenario of these commands into a build of its own."""
    def add(name, commands):
        program = tmp_path / "build" / "scenarios" / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f'#!/bin/sh\ncase $1 in --list) echo "{name} UNP 5.1 a claim"; exit;; '
                           f'esac\n{commands}\n')
        program.chmod(0o755)
        return {"BUILD": str(program.parents[1])}
    return add


# --- the table ---

def test_make_scenarios_ends_with_a_row_for_every_run(tmp_path):
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    make = subprocess.Popen(["make", "-C", REPO, f"BUILD={lab.BUILD}", "scenarios",
                             f"CAPTURES={tmp_path}"], env=environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run = lab.finish(make)
    run.ends(MET, f"\n{len(NAMES)} runs: {len(NAMES)} PASS; ")
    rows = ROW.findall(run.out)
    assert [row[0] for row in rows] == NAMES
    assert {row[1] for row in rows} == {"PASS"}
    of_another_day = {name: lab.run_of(lab.REFERENCE, name).errnos for name in NAMES}
    assert {row[0]: row[2] for row in rows} == {
        name: ", ".join(errnos) or "-" for name, errnos in of_another_day.items()}
    table = run.out[run.out.index("\nscenario "):]
    assert max(map(len, table.splitlines())) <= 100 and "\033" not in table and "\r" not in table
    assert set(lab.contents(tmp_path)) == set(lab.files_of(*NAMES))


def test_only_what_is_named_runs(tmp_path):
    run = run_all("--captures", tmp_path, "sigpipe", "half-close")
    assert [row[:3] for row in ROW.findall(run.out)] == [
        ("half-close", "PASS", "-"), ("sigpipe", "PASS", "EPIPE, SIGPIPE"),
        ("sigpipe-ignored", "PASS", "EPIPE"), ("sigpipe-caught", "PASS", "EPIPE")]
    run.ends(MET)
    run_all("sigpip").ends(BROKEN, "no such scenario in")


def test_an_unmet_run_says_what_was_wanted_and_seen(build, tmp_path):
    env = build("fine", f'exec {lab.SCENARIOS}/connect-refused "$@"')
    (tmp_path / "build" / "scenarios" / "unmet").symlink_to(lab.STORIES / "unmet")

    def attempt(patience):
        run = run_all("--captures", tmp_path, "unmet", env={**env, **patience})
        run.ends(UNMET, " FAIL;")
        table = run.out.splitlines()
        row = next(i for i, line in enumerate(table) if line.startswith("unmet-errno "))
        assert table[row + 1] == "    wanted  client: connect() = -1 ETIMEDOUT"
        assert re.match(r"    seen    connect\(3, .* = -1 ECONNREFUSED", table[row + 2])
        assert ROW.match(table[row])[2] == "FAIL" and ROW.match(table[row])[3] == "-"
    lab.in_time(attempt)


NOT_HERE = "echo brokenpipe: cannot make namespaces >&2; exit 77"
NO_VERDICT = {"skips": NOT_HERE, "skips-too": NOT_HERE, "breaks": "echo it broke; exit 99",
              "dies": "kill -SEGV $$"}


@pytest.mark.parametrize("names, ending, totals", [
    (["skips", "skips-too"], CANNOT_RUN, "2 runs: 2 SKIP;"),
    (["breaks", "skips"], BROKEN, "2 runs: 1 BROKEN, 1 SKIP;"),
    (["dies"], BROKEN, "1 runs: 1 BROKEN;"),
])
def test_the_exit_status_is_the_worst_ending(build, tmp_path, names, ending, totals):
    for name in names:
        env = build(name, NO_VERDICT[name])
        (tmp_path / f"{name}.json").write_text("of another run")
    run = run_all("--captures", tmp_path, env=env)
    run.ends(ending, totals)
    assert [(row[0], row[2]) for row in ROW.findall(run.out)] == [(name, "-") for name in names]
    assert run.out.count("cannot make namespaces") == ("skips" in names)  # not again and again
    assert ("    it broke\n" in run.out) == ("breaks" in names)


def test_a_terminal_gets_colours_unless_it_wants_none(build, tmp_path):
    env = build("skips", NOT_HERE)

    def shown(*prefix):
        with Terminal(*prefix, sys.executable, HARNESS, SCENARIOS, "--captures", tmp_path,
                      env=env) as terminal:
            return terminal.rest(), terminal.status()
    out, status = shown("env", "-u", "NO_COLOR")
    assert status == CANNOT_RUN and "\033[33mSKIP" in out and "1 of 1" not in out.split("\r")[-1]
    out, _ = shown("env", "NO_COLOR=1")
    assert " SKIP " in out and not re.search(r"\033\[[\d;]*m", out)


# --- the end before the end ---

@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing(tmp_path, number):
    mark = Mark(tmp_path)
    env = {**mark.env, "PACE": "real"}  # two hours
    process = start(SCENARIOS, "--captures", tmp_path, "keepalive", env=env)
    lab.until(mark.processes, lambda: any("tcpcli_keepalive" in it for it in mark.processes()))
    process.send_signal(number)
    run = lab.finish(process)
    assert run.status == -number and "Traceback" not in run.err, run
    mark.wait_until_gone()
    assert not lab.contents(tmp_path)


def test_a_run_that_hangs_is_ended_at_the_deadline(build, tmp_path):
    os.mkfifo(tmp_path / "fifo")
    build("hangs", f"echo begun; read line < {tmp_path}/fifo")
    name, = catalogue.names_of(tmp_path / "build" / "scenarios" / "hangs")
    ended = []
    side_by_side([name, name], [], 2, ended.append, deadline_s=0.5)
    assert [run.status for run in ended] == [-signal.SIGTERM] * 2
    assert {run.ending for run in ended} == {BROKEN}
    assert all("no end within" in run.output for run in ended)


def test_a_wait_ends_when_what_it_waits_for_has_come(tmp_path):
    """With a deadline of an hour; five seconds after the first the kernel asks by ARP again."""
    for name in map(lab.named, ["accept-abort", "linger-abort"] * 5):
        lab.scenario(name, captures=tmp_path, env=lab.patience(1000)).ends(MET)
        frames = [row["text"] for row in lab.story_of(tmp_path, name)["timeline"]
                  if row["kind"] == "packet"]
        assert sum("who has" in text for text in frames) == 1, frames


# --- soak ---

def test_a_short_soak_has_no_failure(tmp_path):
    soak = lab.finish(start(SOAK, "--runs", "2", "--busy", "1", "--at-once", "4", "sigpipe",
                            cwd=tmp_path))
    assert soak.status == 0, soak
    for name in NAMES:
        assert len(re.findall(rf"^{name} .* 0 failed", soak.out, re.M)) == \
            (3 if name.scenario == "sigpipe" else 0)
    assert not lab.contents(tmp_path)


def test_every_scenario_is_soaked_beside_busy_processes(build):
    env = build("first", "exit 0")
    env = build("second", "exit 0")
    soak = lab.finish(start(SOAK, "--runs", "3", "--busy", "2", "--at-once", "0", env=env))
    assert soak.status == 0, soak
    assert re.findall(r"^(\w+) +(\w+) .* +(\d) runs +0 failed", soak.out, re.M) == [
        ("first", "beside", "2"), ("second", "beside", "2")]


def test_a_soak_shows_the_first_failure_of_each_scenario(build):
    env = build("first", "echo wanted and seen; exit 1")
    env = build("second", "kill -SEGV $$")
    soak = lab.finish(start(SOAK, "--runs", "0", "--busy", "0", "--at-once", "3", env=env))
    assert soak.status == 1
    assert "\nfirst: 3 failed; the first, exit status 1:\nwanted and seen\n" in soak.out
    assert f"\nsecond: 3 failed; the first, exit status -{signal.SIGSEGV:d}:\n" in soak.out

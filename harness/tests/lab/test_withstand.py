"""What a run must withstand: being killed, many at once, programs that misbehave. Whatever comes, the
run ends in one of its four ways with a message, the files of the run before are whole, and no process
or mount is left.
"""

import os
import pathlib
import re
import select
import signal
import subprocess
import time

import pytest

from tests.support import lab
from tests.support.lab import BROKEN, MET, PROGRAMS, UNMET, Mark, the_lab_can_run  # noqa
from tests.support.left import SIGPIPE, captures, check_files, check_files_of_one_run  # noqa

NORMAL = lab.named("normal")


# --- killed at any moment ---

MOMENTS = 30


def has_ended_by(process, moment):
    """A run prints at its end, or not at all."""
    return bool(select.select([process.stdout], [], [], max(0, moment - time.monotonic()))[0])


def lab_of(process):
    """The child of the process that waits, while it has one."""
    try:
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        own = os.readlink(f"/proc/{process.pid}/ns/pid")
    except OSError:
        return None
    for pid in children.split():  # a sanitizer's helper process is a child, too
        try:
            if os.readlink(f"/proc/{pid}/ns/pid") != own:
                return int(pid)
        except OSError:
            pass
    return None


def kill_it(process, number):
    process.send_signal(number)
    return -number


def kill_its_lab(process, number):
    pid = lab_of(process)
    if not pid:
        return MET
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return MET
    return BROKEN


KILLS = {
    "kill -9": (kill_it, signal.SIGKILL, MOMENTS),
    "kill -9 of the lab": (kill_its_lab, signal.SIGKILL, MOMENTS),
    "SIGINT": (kill_it, signal.SIGINT, MOMENTS // 2),
    "SIGTERM": (kill_it, signal.SIGTERM, MOMENTS // 2),
    "SIGHUP": (kill_it, signal.SIGHUP, MOMENTS // 2),
}


def killed_run(captures, mark, after_s, kill, number):
    """The run that was killed after so long, or None when it was over before."""
    began = time.monotonic()
    process = lab.start(lab.SCENARIOS / "sigpipe", captures=captures, env=mark.env,
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ending = MET if has_ended_by(process, began + after_s) else kill(process, number)
    run = lab.finish(process)
    mark.wait_until_gone()
    assert run.status in (MET, ending), str(run)
    check_files(captures)
    run.seconds = time.monotonic() - began
    return run


@pytest.mark.parametrize("kill, number, moments", KILLS.values(), ids=KILLS.keys())
def test_a_run_killed_at_any_moment_leaves_nothing(captures, kill, number, moments):
    """How long a run takes depends on what else the machine does: one that was over before its
    moment gives the measure for the next."""
    mark, before = Mark(captures), lab.mounts()
    whole_s = lab.scenario(SIGPIPE, captures=captures).seconds
    killed = tries = 0
    while killed < moments:
        tries += 1
        assert tries < 20 * moments, "the runs are over before they are killed"
        run = killed_run(captures, mark, whole_s * (killed + 1) / (moments + 2), kill, number)
        if run.status == MET:
            whole_s = run.seconds
            continue
        assert run.status != BROKEN or "the lab was killed by signal 9 (Killed)" in run.err
        killed += 1
    assert lab.mounts() == before
    lab.scenario(SIGPIPE, captures=captures).ends(MET)
    assert set(lab.contents(captures)) == set(lab.files_of("sigpipe"))
    check_files_of_one_run(captures, "sigpipe")


def test_all_variants_are_ended_by_one_signal(tmp_path):
    process = lab.start(lab.SCENARIOS / "sigpipe", "--variant", "all", captures=tmp_path,
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    assert process.stdout.readline().startswith(b"sigpipe ")
    process.terminate()
    run = lab.finish(process)
    assert run.status == -signal.SIGTERM and "sigpipe-caught" not in run.out, str(run)


def test_a_signal_that_was_ignored_stays_ignored(tmp_path):
    """As nohup and a shell's & leave it."""
    process = lab.start(lab.SCENARIOS / "normal", captures=tmp_path, stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE,
                        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    lab.until(lambda: "the lab", lambda: lab_of(process))
    process.send_signal(signal.SIGHUP)
    lab.finish(process).ends(MET)


# --- many at once ---

def test_20_runs_at_once_do_not_disturb_each_other(tmp_path):
    running = [lab.start(lab.SCENARIOS / name.scenario, "--quiet", captures=tmp_path,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
               for name in [SIGPIPE, NORMAL] * 10]
    for process in running:
        lab.finish(process).ends(MET, "PASS")
    assert set(lab.contents(tmp_path)) == set(lab.files_of("sigpipe", "normal"))
    for name in ("sigpipe", "normal"):
        check_files_of_one_run(tmp_path, name)
        lab.verify(tmp_path / f"{name}.json").ends(0, "ACCEPTED")


# --- programs that misbehave ---

@pytest.mark.parametrize("name, client, server", [("sigpipe", "tcpcli11", "tcpserv04"),
                                                  ("normal", "tcpcli01", "tcpserv01")])
def test_daemons_are_not_left_behind(tmp_path, name, client, server):
    mark = Mark(tmp_path)
    run = lab.scenario(lab.named(name), "--client", f"{PROGRAMS}/daemon {lab.CORE}/{client}",
                       "--server", f"{PROGRAMS}/daemon {lab.CORE}/{server}", captures=tmp_path,
                       env=mark.env)
    run.ends(MET, "PASS")
    daemons = [row for row in lab.story_of(tmp_path, name)["processes"]]
    assert len(daemons) >= 7  # two programs with two more processes each, and the server's child
    mark.wait_until_gone()


FLOODS = {
    "output": "flood output 1",
    "output of many": "flood output 4",
    "/dev/null": "flood null 4",
    "system calls": "flood calls 1",
    "system calls of many": "flood calls 4",
    "signals": "flood signals 4",
    "forks": "flood forks 2",
    "segments": "flood socket 4",
}
FLOOD_BYTES, OUTPUT_KEPT_BYTES = 400 << 20, 256 << 10


def peak_of(process):
    """VmHWM of the lab, looked at until the run ends."""
    pid, peak, end = None, 0, time.monotonic() + lab.DEADLINE_S
    while process.poll() is None:
        if time.monotonic() > end:
            process.kill()
            pytest.fail(f"no end within {lab.DEADLINE_S} s")
        pid = pid or lab_of(process)
        try:
            status = pathlib.Path(f"/proc/{pid}/status").read_text()
            peak = max(peak, int(re.search(r"VmHWM:\s+(\d+)", status)[1]) << 10)
        except (OSError, TypeError):  # not yet, or no more
            pass
        select.select([], [], [], 0.01)
    return peak


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS.keys())
def test_a_flood_ends_the_story_in_bounded_time_and_memory(tmp_path, flood):
    mark, captures = Mark(tmp_path), tmp_path / "captures"
    with open(tmp_path / "out", "wb") as out, open(tmp_path / "err", "wb") as err:
        process = lab.start(lab.SCENARIOS / "sigpipe", "--client", f"{PROGRAMS}/{flood}",
                            captures=captures, env={**mark.env, **lab.SOON}, stdout=out, stderr=err)
        peak = peak_of(process)
    run = lab.Run(process.returncode, (tmp_path / "out").read_text(errors="replace"),
                  (tmp_path / "err").read_text())
    assert run.status == UNMET and ("\nFAIL " in run.out or "more than" in run.err), str(run)
    mark.wait_until_gone()
    assert peak < FLOOD_BYTES
    if captures / "sigpipe.json" in captures.iterdir():
        kept = [row["text"] for row in lab.story_of(captures, "sigpipe")["timeline"]
                if row["kind"] == "output"]
        assert sum(map(len, kept)) <= OUTPUT_KEPT_BYTES + 100


def test_where_output_is_cut_off_it_is_said(tmp_path):
    run = lab.scenario(SIGPIPE, "--client", f"{PROGRAMS}/flood output 4", captures=tmp_path,
                       quiet=False, env=lab.patience(0.3))
    run.ends(UNMET, "(a flood of output: the lab keeps no more of it)")


def test_a_flood_of_segments_in_few_calls_is_bounded(tmp_path):
    process = lab.start(lab.SCENARIOS / "sigpipe", "--quiet", "--client", f"{PROGRAMS}/flood wire 1",
                        "--server", f"{PROGRAMS}/server sink", captures=tmp_path, env=lab.SOON,
                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    peak = peak_of(process)
    run = lab.finish(process)
    assert run.status == UNMET or "the capture has lost" in run.err, str(run)
    assert peak < FLOOD_BYTES


def machine():
    """What a run must not touch: interfaces, and the book's port, of the network that we are in."""
    interfaces = re.findall(r"^ *(\S+):", pathlib.Path("/proc/net/dev").read_text(), re.M)
    sockets = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sorted(interfaces), [line for line in sockets if line.split()[1].endswith(":2695")]


@pytest.mark.parametrize("role, command, wanted", [
    ("server", "server stubborn", "server child: killed by SIGTERM"),
    ("client", "client mute", "ACK with data from client"),
])
def test_a_program_that_does_not_end_is_ended(tmp_path, role, command, wanted):
    def attempt(env):
        mark, before = Mark(tmp_path), machine()
        process = lab.start(lab.SCENARIOS / "sigpipe", "--quiet", f"--{role}",
                            f"{PROGRAMS}/{command}", captures=tmp_path, env={**mark.env, **env},
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        at_least = 4  # who waits, the lab, server and client: none of them escapes the mark
        try:
            lab.until(lambda: f"more than {mark.processes()}",
                      lambda: process.poll() is not None or len(mark.processes()) >= at_least)
            assert process.poll() is None and machine() == before
        finally:
            run = lab.finish(process)
        run.refuses(wanted, ".*")
        mark.wait_until_gone()
    lab.in_time(attempt)

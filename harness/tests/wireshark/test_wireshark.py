"""make wireshark-NAME and tshark-NAME: an annotated capture in a terminal, in Wireshark, and live."""

import os
import re
import subprocess
import sys

import pytest

from tests.support import lab, terminal
from tests.support.annotated import captures, needed, rows, rows_of  # noqa: F401
from tests.support.lab import MET, the_lab_can_run  # noqa: F401
from wireshark import wireshark

needed()
SCRIPT = lab.REPO / "harness", "wireshark.wireshark"


# --- in a terminal ---

def show(*words, path=None, **env):
    env = {**os.environ, **env, **({"PATH": str(path)} if path else {})}
    return lab.finish(subprocess.Popen([sys.executable, *SCRIPT, *words], env=env,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE))


def test_the_terminal_shows_the_columns(rows, captures):
    rows("sigpipe")
    run = show("tshark", captures / "sigpipe.pcapng")
    run.ends(0)
    title, *lines = run.out.splitlines()
    assert re.split("  +", title) == ["No.", "Time", "Side", "Kind", "Seq", "Ack", "Len",
                                      "What happens", "errno, signal", "Note"]
    assert len(lines) == len(rows("sigpipe")) and "\033" not in run.out
    failed, = (line for line in lines if " = -1 EPIPE" in line)
    assert failed[title.index("errno"):].startswith("EPIPE  ")
    assert failed[title.index("Side"):].startswith("client ")


def test_what_is_no_capture_is_said_to_be_none(tmp_path):
    (tmp_path / "not.pcapng").write_text("nothing of the kind")
    show("tshark", tmp_path / "not.pcapng").ends(1, f"tshark cannot read {tmp_path}/not.pcapng")


@pytest.mark.parametrize("program", ["tshark", "wireshark"])
def test_a_program_that_is_not_installed_is_named(tmp_path, program):
    show(program, tmp_path / "any.pcapng", path=tmp_path).ends(
        77, f"{program} is not installed: sudo apt install {program}")


def test_hosts_have_names_over_ipv6(tmp_path):
    lab.scenario(lab.named("sigpipe"), captures=tmp_path, env={"FAMILY": "inet6"}).ends(MET)
    run = show("tshark", tmp_path / "sigpipe-inet6.pcapng")
    run.ends(0)
    assert re.search(r"^\d+ +[\d.]+ +server +TCP .*\[RST\].* ✓ RST from server \(sigpipe.c:", run.out, re.M)


# --- in Wireshark, or what stands in its place ---

@pytest.fixture
def stand_in(tmp_path):
    """Give a function that puts a script in Wireshark's place; its arguments go to tmp_path/log."""
    def put(script):
        (tmp_path / "wireshark").write_text(
            f'#!/bin/sh\necho "$WIRESHARK_CONFIG_DIR $*" > {tmp_path}/log\n{script}\n')
        (tmp_path / "wireshark").chmod(0o755)
        return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DISPLAY": ":none"}
    return put


def test_without_a_display_the_terminal_is_named(tmp_path, stand_in):
    env = stand_in("exit 0") | {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    show("wireshark", "some.pcapng", **env).ends(77, "make tshark-NAME shows the same")
    assert not (tmp_path / "log").exists()


def test_wireshark_works_on_a_copy_of_the_profile(tmp_path, stand_in):
    env = stand_in('test -e "$WIRESHARK_CONFIG_DIR/profiles/brokenpipe/preferences" || exit 9\n'
                   'echo mine > "$WIRESHARK_CONFIG_DIR/recent_common"')
    before = (wireshark.CONFIGURATION / "recent_common").read_text()
    show("wireshark", "some.pcapng", **env).ends(0)
    directory, words = (tmp_path / "log").read_text().split(" ", 1)
    assert words == "-C brokenpipe -r some.pcapng\n"
    assert not os.path.exists(directory)
    assert (wireshark.CONFIGURATION / "recent_common").read_text() == before


def live(tmp_path, env, *options):
    return show("live", lab.SCENARIOS / "sigpipe", *options, "--quiet", "--captures", tmp_path, **env)


def test_a_run_is_shown_while_it_runs(tmp_path, stand_in):
    env = stand_in(f'while [ "$1" != -i ]; do shift; done; cat "$2" > {tmp_path}/seen.pcapng')
    live(tmp_path, env, "--variant", "ignored").ends(MET, "PASS")
    assert (tmp_path / "log").read_text().split(" ", 1)[1].startswith("-C brokenpipe -k -i ")
    seen, left = (rows_of(tmp_path / file) for file in ("seen.pcapng", "sigpipe-ignored.pcapng"))
    assert [row["time"] for row in seen if row.is_packet] == \
        [row["time"] for row in left if row.is_packet]
    assert {row["message"] for row in left} <= \
        {row["message"].replace("waits …", "…") for row in seen} | {row["message"] for row in seen}


def test_at_a_terminal_it_pauses_at_each_scene(tmp_path, stand_in):
    env = stand_in(f'while [ "$1" != -i ]; do shift; done; cat "$2" > {tmp_path}/seen.pcapng')
    with terminal.Terminal(sys.executable, *SCRIPT, "live", lab.SCENARIOS / "sigpipe", "--captures",
                           tmp_path, env=env) as shown:
        shown.until("[Enter: ")
        while b'prints "hi there"' not in (tmp_path / "seen.pcapng").read_bytes():
            assert shown.process.poll() is None, shown.shown
        assert b"EPIPE" not in (tmp_path / "seen.pcapng").read_bytes()
        for _ in range(4):
            shown.types("\n")
            shown.until("[Enter: " if _ < 3 else "PASS")
        shown.rest()
        assert shown.status() == MET
    assert b"EPIPE" in (tmp_path / "seen.pcapng").read_bytes()


def test_the_run_goes_on_when_nobody_reads_any_more(tmp_path):
    os.mkfifo(tmp_path / "live")
    with subprocess.Popen(["head", "-c", "100", tmp_path / "live"], stdout=subprocess.DEVNULL):
        lab.scenario(lab.named("sigpipe"), "--live", tmp_path / "live", captures=tmp_path).ends(MET)


def test_a_wireshark_that_does_not_start_leaves_no_scenario_waiting(tmp_path, stand_in):
    run = live(tmp_path, stand_in("exit 1"))
    assert run.status not in (MET, None)


def test_a_live_file_that_cannot_be_written_is_named(tmp_path):
    lab.scenario(lab.named("sigpipe"), "--live", "/nowhere/x", captures=tmp_path).ends(
        lab.BROKEN, "cannot write to --live /nowhere/x: No such file or directory")

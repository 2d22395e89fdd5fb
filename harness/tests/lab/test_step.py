"""make step-NAME and make shell-HOST, through a pseudo-terminal: where a story stops, what is shown
there, what can be done meanwhile, and that nothing is left of it."""

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from tests.support import lab
from tests.support import terminal
from tests.support.lab import BROKEN, MET, NAMES, SCENARIOS, UNMET, Mark, the_lab_can_run  # noqa

PROMPT, PAST = "[Enter: ", "\n"
SHELL = lab.REPO / "harness" / "lab" / "shell.py"


def stepped(name, captures, *options, prefix=(), build=lab.BUILD, env=None):
    return terminal.Terminal(*prefix, build / "scenarios" / name.scenario, *name.options, "--step",
                             "--captures", captures, *options, env=env)


def shell(host, captures, prefix=(), script=SHELL):
    return terminal.Terminal(*prefix, sys.executable, script, host, "--captures", captures)


def scenes(text):
    return re.findall(r"^        ── (.*)", text, re.M)


def told_scenes(captures, name):
    return [event["text"] for event in lab.story_of(captures, name)["timeline"]
            if event["kind"] == "scene"]


def to_last_stop(told):
    """Types Enter at every stop but the one at the end; returns all that was shown."""
    shown = told.until(PROMPT)
    while "the end of the scenario" not in shown:
        told.types(PAST)
        shown += told.until(PROMPT)
    return shown


def to_the_end(told):
    shown = to_last_stop(told)
    told.types(PAST)
    return shown + told.rest()


def test_every_variant_is_met_when_it_stops_at_each_scene(tmp_path):
    def is_met(name):
        captures = tmp_path / name
        with stepped(name, captures) as told:
            shown = to_the_end(told)
            assert told.status() == MET, shown
        assert scenes(shown)[:-1] == told_scenes(captures, name)
        assert set(lab.contents(captures)) == set(lab.files_of(name))
    lab.each(NAMES, is_met, at_once=8)


def test_what_happens_is_shown_under_its_scene_once(tmp_path):
    with stepped(lab.named("sigpipe"), tmp_path) as told:
        parts = [told.until(PROMPT)]
        for _ in range(3):
            told.types(PAST)
            parts.append(told.until(PROMPT))
        told.types(PAST)
        end = told.rest()
    assert 'prints "hi there"' in parts[0] and "killed by SIGTERM" not in parts[0]
    assert "killed by SIGTERM" in parts[1] and "bye" not in parts[1]
    assert " RST seq=" in parts[2] and "-1 EPIPE" not in parts[2]
    assert "-1 EPIPE" in parts[3] and "killed by SIGPIPE" in parts[3]
    assert "".join(parts).count("SYN seq=0") == 1
    assert "PASS   20 expectations met" in end and "EPIPE" not in end


def test_time_goes_on_while_a_story_is_stopped(tmp_path):
    """The connection to the crashed host gives up during the stop, and that is seen then."""
    with stepped(lab.named("server-host-crash"), tmp_path) as told:
        while "again and again" not in told.until(PROMPT):
            told.types(PAST)
        with shell("client", tmp_path) as inside:
            inside.until("client# ")
            inside.types("until [ -z \"$(ss -Htan)\" ]; do :; done; echo gave''up\n")
            inside.until("gaveup")
        told.types(PAST)
        assert "-1 ETIMEDOUT" in told.until(PROMPT)
        told.types(PAST)
        told.until("the end of the scenario")
        told.types(PAST)
        assert "PASS" in told.rest()


def test_an_unmet_story_says_so_at_its_stop(tmp_path):
    with stepped(lab.named("sigpipe"), tmp_path, "--client", "true") as told:
        shown = told.rest()
        assert told.status() == UNMET and "\nFAIL " in shown and "wanted" in shown


@pytest.mark.parametrize("key, status", [("\x04", MET), ("\x03", -signal.SIGINT)])
def test_a_stopped_story_can_be_ended(tmp_path, key, status):
    mark = Mark(tmp_path)
    with stepped(lab.named("sigpipe"), tmp_path, env=mark.env) as told:
        told.until(PROMPT)
        told.types(key)
        assert ("nothing was saved" in told.rest()) == (status == MET)
        assert told.status() == status
    mark.wait_until_gone()
    assert not set(lab.contents(tmp_path)) & {"sigpipe.json", "sigpipe.pcap"}


def test_what_happens_when_the_story_is_told_is_not_kept(tmp_path):
    with stepped(lab.named("half-close"), tmp_path) as told:
        to_last_stop(told)
        with shell("client", tmp_path) as inside:
            inside.until("client# ")
            inside.types("(echo x > /dev/tcp/192.0.2.2/7); echo so''me\n")
            inside.until("some")
        told.types(PAST)
        told.rest()
    lab.verify(tmp_path / "half-close.json").ends(MET)
    assert "192.0.2.2.7:" not in (tmp_path / "half-close.json").read_text()


def test_without_a_terminal_it_says_so(tmp_path):
    lab.run(SCENARIOS / "sigpipe", "--step", captures=tmp_path).ends(BROKEN, "make step-sigpipe")
    assert not lab.contents(tmp_path)


def test_two_labs_cannot_be_stopped_in_one_directory(tmp_path):
    with stepped(lab.named("sigpipe"), tmp_path) as told:
        told.until(PROMPT)
        with stepped(lab.named("zombies"), tmp_path) as second:
            assert "another lab is paused" in second.rest()
            assert second.status() == BROKEN


# --- a shell in a host ---

def ask_a_shell(inside, command):
    inside.types(f"{command}; echo do''ne\n")
    return inside.until("done")


@pytest.mark.parametrize("host, address", [("client", "192.0.2.1"), ("server", "192.0.2.2")])
def test_a_shell_is_in_its_host(tmp_path, host, address):
    with stepped(lab.named("sigpipe"), tmp_path) as told:
        told.until(PROMPT)
        with shell(host, tmp_path) as inside:
            inside.until(f"{host}# ")
            assert f"{address}/24" in ask_a_shell(inside, "cat /proc/net/fib_trie; ip -br addr")
            assert "tcpserv04" in ask_a_shell(inside, "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
            inside.types("exit\n")
            inside.rest()
            assert inside.status() == 0


def test_a_shell_is_in_a_host_that_was_rebooted(tmp_path):
    with stepped(lab.named("server-host-reboot"), tmp_path) as told:
        to_last_stop(told)
        with shell("server", tmp_path) as inside:
            inside.until("server# ")
            assert "192.0.2.2/24" in ask_a_shell(inside, "ip -br addr")


def test_an_ordinary_user_gets_a_shell_too(ordinary_user):
    there = ordinary_user
    script = shutil.copy(SHELL, there.build)  # the repository may be root's alone
    with stepped(lab.named("sigpipe"), there.captures, prefix=there.prefix,
                 build=there.build) as told:
        told.until(PROMPT)
        with shell("client", there.captures, there.prefix, script) as inside:
            inside.until("client# ")
            assert "192.0.2.1/24" in ask_a_shell(inside, "ip -br addr")


def test_a_shell_ends_with_its_lab(tmp_path):
    mark = Mark(tmp_path)
    with stepped(lab.named("sigpipe"), tmp_path, env=mark.env) as told:
        told.until(PROMPT)
        with shell("client", tmp_path) as inside:
            inside.until("client# ")
            told.types("\x04")
            assert "the lab has ended" in inside.rest()
            assert inside.status() == 0
        told.rest()
    mark.wait_until_gone()


def no_shell(host, captures):
    return lab.finish(subprocess.Popen([sys.executable, SHELL, host, "--captures", captures],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE))


def test_without_a_stopped_lab_there_is_no_shell(tmp_path):
    no_shell("client", tmp_path).ends(1, "no lab is paused")
    (tmp_path / ".step").write_text(f"run sigpipe\nclient {os.getpid()}\n")  # of a lab that is gone
    no_shell("client", tmp_path).ends(1, "no lab is paused")


def test_a_killed_lab_is_no_stopped_one(tmp_path):
    with stepped(lab.named("sigpipe"), tmp_path) as told:
        told.until(PROMPT)
        told.process.kill()
        told.process.wait()
        lab.until(lambda: "no lab", lambda: no_shell("client", tmp_path).status == 1)


def test_a_lab_without_a_router_has_no_shell_there(tmp_path):
    with stepped(lab.named("sigpipe"), tmp_path) as told:
        told.until(PROMPT)
        no_shell("router", tmp_path).ends(BROKEN, "sigpipe has no router")

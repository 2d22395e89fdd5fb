"""A run takes any program in the place of the book's, however it is given."""

import os
import re
import shutil
import sys

import pytest

from tests.support import lab
from tests.support.lab import CORE, MET, PROGRAMS, UNMET, python, the_lab_can_run  # noqa: F401

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")

REPLACED = {
    "a Python server": ("sigpipe", "server", python("server.py")),
    "a Python server, normal": ("normal", "server", python("server.py")),
    "a Python client": ("normal", "client", python("client.py")),
    "a Python client of sigpipe-ignored": ("sigpipe-ignored", "client", python("client.py")),
    "a student's server": ("sigpipe", "server", PROGRAMS / "server"),
    "a student's server, normal": ("normal", "server", PROGRAMS / "server"),
    "a server with another thread": ("normal", "server", f"{PROGRAMS}/server thread"),
    "a server that accepts in another thread": ("normal", "server", f"{PROGRAMS}/server worker"),
    "a server that does not fork": ("sigpipe", "server", f"{PROGRAMS}/server single"),
    "a student's client": ("normal", "client", f"{PROGRAMS}/client fine"),
    "a client in a shell": ("sigpipe", "client", f"sh -c '{CORE}/tcpcli11 $0; exit 3'"),
    "a client from a shell": ("sigpipe", "client", f"sh -c 'exec {CORE}/tcpcli11 $0'"),
    "a server in a shell": ("sigpipe", "server", f"sh -c '{CORE}/tcpserv04; :'"),
    "host and port filled in": (
        "normal", "client", f"{PROGRAMS}/client port --to {{host}} --port {{port}}"),
    "host and port inside of words": (
        "normal", "client",
        f"sh -c 'a={{host}}:{{port}}; {PROGRAMS}/client port --to ${{a%:*}} --port ${{a#*:}}'"),
    "nothing, as from make": ("sigpipe", "client", ""),
}


@pytest.mark.parametrize("name, role, command", REPLACED.values(), ids=REPLACED.keys())
def test_another_program_meets_the_same_expectations(tmp_path, name, role, command):
    run = lab.scenario(lab.named(name), f"--{role}", command, captures=tmp_path)
    run.ends(MET, "PASS")
    lab.verify(tmp_path / f"{name}.json").ends(0, "ACCEPTED")


def test_a_command_is_looked_up_from_where_it_is_given(tmp_path):
    script = tmp_path / "client"
    script.write_text(f"#!/bin/sh\nexec {CORE}/tcpcli11 \"$@\"\n")
    script.chmod(0o755)
    how = {"captures": tmp_path / "captures", "cwd": tmp_path}
    lab.scenario(lab.named("sigpipe"), "--client", "./client", **how).ends(MET)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    lab.scenario(lab.named("sigpipe"), "--client", "client", env=path, **how).ends(MET)


@pytest.mark.parametrize("quoted", ["'{}'", '"{}"', "{}"], ids=["single", "double", "escaped"])
def test_a_command_may_have_spaces_quotes_and_utf8(tmp_path, quoted):
    directory = tmp_path / "내 코드 \"v2\""
    directory.mkdir()
    client = str(shutil.copy(PROGRAMS / "client", directory / "클라이언트 $HOME"))
    escaped = re.sub(r'([ "$\\])', r"\\\1", client)
    command = {"'{}'": f"'{client}'", '"{}"': '"' + re.sub(r'(["$\\])', r"\\\1", client) + '"',
               "{}": escaped}[quoted]
    run = lab.scenario(lab.named("normal"), "--client", command, captures=tmp_path, quiet=False)
    run.ends(MET, "클라이언트")
    commands = [row["command"] for row in lab.story_of(tmp_path, "normal")["programs"]]
    assert [client, "192.0.2.2"] in commands


def test_a_sleep_until_a_moment_is_shown_by_its_length(tmp_path):
    """Python's sleeps are of that kind (TIMER_ABSTIME)."""
    command = f"'{sys.executable}' -c 'import time; time.sleep(0.05)'"

    def attempt(env):
        run = lab.scenario(lab.named("normal"), "--client", command, captures=tmp_path, env=env)
        assert run.status == UNMET, run
        sleeps = [row["args"] for row in lab.story_of(tmp_path, "normal")["timeline"]
                  if row["kind"] == "enter" and row["family"] == "sleep"]
        assert len(sleeps) == 1 and re.match(r"0\.0\d+ s", sleeps[0])
    lab.in_time(attempt)


def test_what_a_program_prints_cannot_command_the_terminal(tmp_path):
    command = r"sh -c 'printf \'\\033[31mred\\033[0m\\r\\a\\b\\233\\n\'; exec CORE/tcpcli11 $0'"
    command = command.replace("\\'", "'\\''").replace("CORE", str(CORE))
    run = lab.scenario(lab.named("sigpipe"), "--client", command, captures=tmp_path, quiet=False)
    run.ends(MET, "red")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", run.out)
    lines = [row["text"] for row in lab.story_of(tmp_path, "sigpipe")["timeline"]
             if row["kind"] == "output"]
    assert "red" in lines[0]

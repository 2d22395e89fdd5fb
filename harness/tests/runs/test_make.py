"""The Makefile as people use it."""

import os
import re
import shutil
import subprocess

import pytest

from tests.support import browser
from tests.support import lab
from tests.support.lab import CORE, NAMES, PROGRAMS
from tests.support.make import make

SCENARIO_NAMES = sorted({name.scenario for name in NAMES})
MAKE_FAILED = 2  # whatever the recipe's own exit status
TARGETS = ("step-normal", "shell-client", "predict-normal", "diff", "deps", "deps-browser", "deps-lint",
           "list", "scenario-normal", "scenarios", "report", "verify-normal", "check", "mutants", "lint",
           "soak", "bench", "reference", "screenshots", "clean", "all", "tests", "format")


@pytest.fixture
def the_lab_can_run():
    lab.skip_where_the_lab_cannot_run()


# --- explaining ---

def test_help_names_every_target_for_people():
    targets = set(re.findall(r"make ([a-z]+)", make("help").out))
    assert targets == {"step", "shell", "predict", "diff",
                       "deps", "list", "scenario", "scenarios", "report", "wireshark", "tshark",
                       "verify", "check", "diagnose", "fuzz", "mutants", "lint", "soak", "why", "rules",
                       "wrong",
                       "bench", "screenshots", "reference", "clean"}


def test_there_are_targets():
    make("-n", *TARGETS).ends(0)
    make("-n", "nope").ends(MAKE_FAILED, "No rule to make target")


def test_list_has_a_line_for_every_variant():
    run = make("list")
    run.ends(0)
    assert re.findall(r"^(\S+) +UNP [\d., ]+ +\w", run.out, re.M) == NAMES


def test_help_of_every_scenario_lists_its_options_and_variants():
    def lists(name):
        run = lab.finish(subprocess.Popen([lab.SCENARIOS / name, "--help"], stdout=subprocess.PIPE,
                                          stderr=subprocess.PIPE))
        run.ends(0, "\n Variants:\n")
        for word in ("--client", "--server", "--captures", "Exit status: 0 ", "BROKENPIPE_PATIENCE"):
            assert word in run.out
        for variant in ("default", *(n.options[1] for n in NAMES if n.scenario == name and n.options)):
            assert f"\n  {variant} " in run.out
    lab.each(SCENARIO_NAMES, lists)


# --- running a scenario ---

def test_a_scenario_is_run_and_verified(the_lab_can_run, tmp_path):
    pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
    make("scenario-half-close", f"CAPTURES={tmp_path}").ends(0, "\nPASS ")
    make("verify-half-close", f"CAPTURES={tmp_path}").ends(0, "ACCEPTED")


def test_another_capture_is_judged(tmp_path):
    """By the reference."""
    pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
    for capture, ending in (("sigpipe", (0, "ACCEPTED")), ("normal", (MAKE_FAILED, "wanted"))):
        make("verify-sigpipe", f"CAPTURES={tmp_path}", f"PCAP={lab.REFERENCE}/{capture}.pcap").ends(*ending)
    make("verify-sigpipe", f"CAPTURES={tmp_path}").ends(MAKE_FAILED, f"{tmp_path}/sigpipe.json")


def test_a_variant_has_files_of_its_own(the_lab_can_run, tmp_path):
    make("scenario-sigpipe", "VARIANT=caught", f"CAPTURES={tmp_path}").ends(0, "caught (this)")
    assert set(lab.contents(tmp_path)) == set(lab.files_of("sigpipe-caught"))
    make("scenario-sigpipe", "VARIANT=nope", f"CAPTURES={tmp_path}").ends(MAKE_FAILED, 'variant "nope"')


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed: make deps")
def test_who_looks_at_a_run_has_it_made_first(the_lab_can_run, tmp_path):
    """Once, whether the variant is named by itself or as its files are; of other programs each time."""
    named = ["tshark-sigpipe-ignored", f"CAPTURES={tmp_path}"]
    for words, is_made in ((named, True), (["tshark-sigpipe", "VARIANT=ignored", named[1]], False),
                           ([*named, "SERVER=tcpserv04"], True)):
        run = make(*words, PATH=f"{CORE}:{os.environ['PATH']}")
        run.ends(0, "-1 EPIPE")
        assert ("\nPASS " in run.out) == is_made, str(run)


@pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed: make deps")
def test_who_looks_at_an_unknown_scenario_gets_the_list(tmp_path):
    make("tshark-nope", f"CAPTURES={tmp_path}").ends(MAKE_FAILED, " ".join(SCENARIO_NAMES))


def test_a_variant_may_be_named_as_its_files_are(tmp_path):
    run = make("scenario-sigpipe-ignored", f"CAPTURES={tmp_path}")
    assert run.status == 0 and (tmp_path / "sigpipe-ignored.pcap").exists(), str(run)


@pytest.mark.parametrize("name", ["nope", "sigpip"])
def test_an_unknown_scenario_gets_the_list(name):
    make(f"scenario-{name}").ends(MAKE_FAILED, " ".join(SCENARIO_NAMES) if name else "")


@pytest.mark.parametrize("way", ["arguments", "environment"])
def test_client_and_server_are_given_with_their_quotes(the_lab_can_run, tmp_path, way):
    directory = tmp_path / "it's \"mine\""
    directory.mkdir()
    client = str(shutil.copy(PROGRAMS / "client", directory))
    given = {"CLIENT": '"' + client.replace('"', '\\"') + '" port --to {host} --port "{port}"',
             "SERVER": f"{PROGRAMS}/server fork", "CAPTURES": str(tmp_path / "captures"), "V": "1"}
    if way == "arguments":
        run = make("scenario-normal", *[f"{name}={value}" for name, value in given.items()])
    else:
        run = make("scenario-normal", **given)
    run.ends(0, "\nPASS ")
    assert "ip link set lo up" in run.out  # V=1
    commands = [row["command"] for row in lab.story_of(tmp_path / "captures", "normal")["programs"]]
    assert [client, "port", "--to", "192.0.2.2", "--port", "9877"] in commands
    assert [f"{PROGRAMS}/server", "fork"] in commands


# --- make report ---

def test_report_runs_the_scenarios_first_where_there_is_no_run(the_lab_can_run, tmp_path):
    """Of a build with one scenario, which make is told not to complete."""
    (tmp_path / "build" / "scenarios").mkdir(parents=True)
    program = tmp_path / "build" / "scenarios" / "connect-refused"
    program.write_text(f'#!/bin/sh\nexec {lab.SCENARIOS}/connect-refused "$@"\n')
    program.chmod(0o755)
    captures = tmp_path / "captures"
    words = ("-o", "all", "report", f"CAPTURES={captures}", f"BUILD={tmp_path}/build")
    make(*words, BUILD=str(tmp_path / "build")).ends(0, f"1 run: {captures}/index.html")
    assert set(lab.contents(captures)) == {
        "index.html", "connect-refused.html", *lab.files_of("connect-refused")}


def test_report_takes_the_runs_that_are_there(tmp_path):
    shutil.copy(lab.REFERENCE / "sigpipe.json", tmp_path)
    make("report", f"CAPTURES={tmp_path}").ends(0, f"1 run: {tmp_path}/index.html")
    assert set(lab.contents(tmp_path)) == {"sigpipe.json", "sigpipe.html", "index.html"}


# --- make deps ---

@pytest.fixture
def machine(tmp_path, monkeypatch):
    """Give a function that makes a machine on which these packages are missing; installing is only
    written down."""
    def make_machine(*missing, status=0):
        pattern = "|".join(f'*" {package} "*' for package in missing) or "none"
        script = {
            "dpkg-query": f'case " $* " in {pattern}) exit 1;; esac; echo install ok installed',
            "apt-get": f'echo "apt-get $*" >> {tmp_path}/log; exit {status}',
            "sudo": f'echo "sudo $*" >> {tmp_path}/log; "$@"',
        }
        for name, text in script.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        return lambda: (tmp_path / "log").read_text() if (tmp_path / "log").exists() else ""
    return make_machine


def test_deps_with_nothing_missing_calls_nobody(machine):
    log = machine()
    run = make("deps")
    assert (run.status, run.out, run.err, log()) == (0, "deps: nothing to install\n", "", "")


def test_deps_installs_what_is_missing_and_says_so(machine):
    log = machine("libmnl-dev", "iptables")
    sudo = "" if os.geteuid() == 0 else "sudo "
    run = make("deps")
    assert run.out.split() == f"deps: installing with {sudo}apt-get: libmnl-dev iptables".split()
    assert log().splitlines()[0] == f"{sudo}apt-get update -q"
    assert log().endswith("apt-get install -q -y --no-install-recommends libmnl-dev iptables\n")
    assert ("sudo" in log()) == bool(sudo)


def test_deps_fails_when_apt_does(machine):
    machine("libmnl-dev", status=100)
    make("deps").ends(MAKE_FAILED)


def test_deps_browser_names_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    browser.main()
    assert capsys.readouterr().out == "chromium chromium-driver\n"
    assert "make deps-browser" in browser.missing()
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    browser.main()
    assert capsys.readouterr().out == "\n" and browser.missing() is None


# --- the programs under study ---

def test_core_is_compiled_without_a_path_into_the_harness_and_linked_to_libc_alone():
    run = make("-n", "-B", f"{CORE}/tcpcli01")
    assert run.out.count(" -c -o ") > 5 and "harness" not in run.out
    assert not re.search(r"\s-l\w", run.out)

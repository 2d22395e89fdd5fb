"""`make check` itself: its report for a CI, and what it says where nothing can run."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from tests.support import lab
from tests.support.lab import CANNOT_RUN, MET, PROGRAMS, REPO

TESTS = REPO / "harness" / "tests" / "lab" / "test_scenarios.py"


def check(select, *options, prefix=(), workers=2, **env):
    """A pytest of its own, which knows nothing of the one that runs this test."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("PYTEST_", "BROKENPIPE_MAY_SKIP"))}
    command = [*prefix, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "-n", workers,
               *options, "-k", select, TESTS]
    return lab.finish(subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                                       env={**environment, **env}, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE))


def properties(xml):
    """Of each test case that has some, by its name."""
    cases = ElementTree.parse(xml).iter("testcase")
    return {case.get("name"): {p.get("name"): p.get("value") for p in case.iter("property")}
            for case in cases if case.find("properties") is not None}


def test_the_report_names_each_scenario_its_errno_and_its_time(tmp_path):
    lab.skip_where_the_lab_cannot_run()
    check("every_variant_is_met and (sigpipe or half-close)", "--junitxml", tmp_path / "check.xml").ends(MET)
    shown = properties(tmp_path / "check.xml")
    assert {name: (row["scenario"], row["errno"]) for name, row in shown.items()} == {
        f"test_every_variant_is_met[{name}]": (name, errno) for name, errno in {
            "half-close": "-", "sigpipe": "EPIPE, SIGPIPE", "sigpipe-ignored": "EPIPE",
            "sigpipe-caught": "EPIPE"}.items()}
    assert all(float(row["seconds"]) > 0 for row in shown.values())


def test_the_report_names_a_scenario_that_fails(tmp_path):
    lab.skip_where_the_lab_cannot_run()
    program = tmp_path / "build" / "scenarios" / "connect-refused"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {lab.SCENARIOS}/connect-refused "$@" --client /bin/true\n')
    program.chmod(0o755)
    run = check("every_variant_is_met and connect-refused", "--junitxml", tmp_path / "check.xml",
                workers=0, BUILD=str(tmp_path / "build"))
    assert run.status == pytest.ExitCode.TESTS_FAILED, run
    row, = properties(tmp_path / "check.xml").values()
    assert (row["scenario"], row["errno"]) == ("connect-refused", "-")


def test_make_check_writes_the_report_into_the_build():
    dry = subprocess.run(["make", "-n", "-C", REPO, f"BUILD={lab.BUILD}", "check"], text=True,
                         stdout=subprocess.PIPE, check=True)
    assert f'--junitxml "{lab.BUILD}/check.xml"' in dry.stdout.replace("\\\n\t\t", "")


@pytest.mark.parametrize("env, status, workers", [
    ({}, CANNOT_RUN, 2), ({}, CANNOT_RUN, 0), ({"BROKENPIPE_MAY_SKIP": "1"}, MET, 0)])
def test_tests_that_could_run_no_scenario_are_no_success_unless_that_is_wanted(env, status, workers):
    run = check("every_variant_is_met and sigpipe", prefix=[PROGRAMS / "forbid", "namespaces"],
                workers=workers, **env)
    run.ends(status, "no scenario was run")
    assert "cannot make namespaces for the lab: Operation not permitted" in run.out, run
    assert "3 skipped" in run.out, run

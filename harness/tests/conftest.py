"""Collects the C tests: each cmocka_unit_test(NAME) in a test_X.c is one test, run alone. And sees
to it that tests of which none could run a scenario are no success.

Binaries are taken from $BUILD/tests (default: build/tests in the repository).
"""

import os
import pathlib
import re
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from tests.support import lab
from tests.support.lab import build_for_everybody, ordinary_user, with_mounts  # noqa: F401
from tests.support.shared import ran, ran_inet6  # noqa: F401

ROW = re.compile(r"\bcmocka_unit_test\w*\(\s*(\w+)")
DEADLINE_S = 60  # far above what is needed: only a test that hangs comes near it


class TestFailed(Exception):
    """Says why in words; no Python traceback would help."""


def pytest_collect_file(file_path, parent):
    if file_path.suffix == ".c" and file_path.name.startswith("test_"):
        return SourceFile.from_parent(parent, path=file_path)
    return None


class SourceFile(pytest.File):
    def collect(self):
        source = self.path.read_text(encoding="utf-8")
        for name in ROW.findall(source):
            yield CTest.from_parent(self, name=name)


class CTest(pytest.Item):
    def runtest(self):
        binary = lab.BUILD / "tests" / self.path.parent.name / self.path.stem
        if not binary.exists():
            raise TestFailed(f"{binary} is not there: run make check")
        try:
            run = subprocess.run([binary, self.name], timeout=DEADLINE_S, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except subprocess.TimeoutExpired as hang:
            output = (hang.stdout or b"").decode(errors="replace")
            raise TestFailed(f"{output}\nno end within {DEADLINE_S} s") from None
        if run.returncode != 0:
            output = run.stdout.decode(errors="replace")
            raise TestFailed(f"{output}\n{binary} {self.name}: exit status {run.returncode}")

    def repr_failure(self, excinfo):
        if isinstance(excinfo.value, TestFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self):
        return self.path, None, self.name


# --- a machine that refuses ---

MAY_SKIP = "BROKENPIPE_MAY_SKIP"


class Refusals:
    """Ends a session with 77 if whole runs were skipped because this machine refuses them."""

    def __init__(self):
        self.reason = None

    def pytest_runtest_logreport(self, report):
        if report.skipped and lab.REFUSED in str(report.longrepr):
            self.reason = report.longrepr[2].removeprefix("Skipped: ")

    def pytest_sessionfinish(self, session):
        if self.reason and session.exitstatus == pytest.ExitCode.OK and MAY_SKIP not in os.environ:
            session.exitstatus = lab.CANNOT_RUN

    def pytest_terminal_summary(self, terminalreporter):
        if self.reason:
            terminalreporter.section("no scenario was run")
            terminalreporter.write_line(self.reason.rstrip())
            terminalreporter.write_line(
                f"So this proves nothing, and is no success. {MAY_SKIP}=1 makes it one.")


def heed_signals():
    """A shell's & and nohup leave signals ignored, and so would be those of every run."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)


def pytest_configure(config):
    heed_signals()
    if not hasattr(config, "workerinput"):  # of pytest-xdist; its workers' reports all come here
        config.pluginmanager.register(Refusals())

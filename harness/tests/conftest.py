"""Collects the C tests: each cmocka_unit_test(NAME) in a test_X.c is one test, run alone.

Binaries are taken from $BUILD/tests (default: build/tests in the repository).
"""

import os
import pathlib
import re
import subprocess

import pytest

BUILD = pathlib.Path(__file__).parents[2] / os.environ.get("BUILD", "build")
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
        binary = BUILD / "tests" / self.path.stem
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

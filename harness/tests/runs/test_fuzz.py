"""make fuzz, without fuzzing: that takes a minute, and a CI does it."""

import os
import shutil

from tests.support import lab
from tests.support.make import make


def test_without_clang_it_says_so_and_is_neither_good_nor_bad(tmp_path):
    for name in ("make", "python3", "sh", "printf", "cc", "pkg-config"):
        os.symlink(shutil.which(name), tmp_path / name)
    ended = make("fuzz", "PYTHON=/usr/bin/python3", PATH=str(tmp_path))
    assert "brokenpipe: make fuzz cannot run: clang is not here\n" in ended.err
    assert f"Error {lab.CANNOT_RUN}" in ended.err

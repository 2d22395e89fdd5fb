"""The Makefile, as the tests call it."""

import os
import subprocess

from tests.support import lab
from tests.support.lab import REPO


def make(*words, **env):
    environment = {**os.environ, "BUILD": str(lab.BUILD), **env}
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):  # of the make that runs the tests
        environment.pop(name, None)
    command = ["make", "--no-print-directory", "-C", REPO, f"BUILD={lab.BUILD}", *words]
    process = subprocess.Popen([str(word) for word in command], env=environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    return lab.finish(process)

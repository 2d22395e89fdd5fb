"""Which runs there are: every scenario that was built, in each of its variants."""

import os
import pathlib
import subprocess

from runs.endings import LabError

ROOT = pathlib.Path(__file__).parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
SCENARIOS = BUILD / "scenarios"
REFERENCE = ROOT / "captures" / "reference"


class Name(str):
    """Of a run and of its files, as "sigpipe-ignored"; knows its program and its variant."""

    def __new__(cls, name, program):
        self = super().__new__(cls, name)
        self.scenario = program.name
        self.options = []  # none for the first variant
        if name != program.name:
            self.options = ["--variant", name.removeprefix(program.name + "-")]
        self.command = [program, *self.options]
        return self


def names_of(program):
    listed = subprocess.run([program, "--list"], stdout=subprocess.PIPE, check=True, text=True)
    return [Name(line.split()[0], program) for line in listed.stdout.splitlines()]


def names(scenarios=()):
    """Of these scenarios, or of all, with all their variants, as `make list` has them."""
    return [name for program in sorted(SCENARIOS.glob("*"))
            if not scenarios or program.name in scenarios for name in names_of(program)]


def find(wanted):
    """The run of this name; a LabError lists the names that there are."""
    known = names()
    for name in known:
        if name == wanted:
            return name
    raise LabError(f'there is no scenario "{wanted}"; there are: {" ".join(known)}')


def stem(name):
    """Of the files that a run leaves: over IPv6 they have another name."""
    return f"{name}-inet6" if os.environ.get("FAMILY") == "inet6" else str(name)

"""The runs of the scenarios: which there are, telling many of them side by side, what they name."""

import itertools
import json
import os
import pathlib
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).parents[2]
BUILD = ROOT / os.environ.get("BUILD", "build")
SCENARIOS = BUILD / "scenarios"
REFERENCE = ROOT / "captures" / "reference"

MET, UNMET, CANNOT_RUN, BROKEN = 0, 1, 77, 99
AT_ONCE = 12  # on two processors: the slow ones wait together, the others not for each other


class Name(str):
    """Of a run, and of its files: "sigpipe-ignored"; knows its program and its variant."""

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


# What a run leaves -------------------------------------------------------------------------------

def story_of(captures, name):
    return json.loads((pathlib.Path(captures) / f"{name}.json").read_text(encoding="utf-8"))


def errnos(story):
    """The errnos that the met expectations name, each once, in order.

    A process that is killed by SIGPIPE was told by the errno's own signal, which is named, too.
    """
    named = []
    for expectation in story["expectations"]:
        if expectation["verdict"] == "met":
            error = expectation.get("call", {}).get("error")
            signal = expectation.get("end", {}).get("signal")
            named += [error] if error and error != "none" else []
            named += [signal] if signal == "SIGPIPE" else []
    return list(dict.fromkeys(named))


def files_of(name):
    """The name of the files that a run leaves: over IPv6 they are others."""
    return f"{name}-inet6" if os.environ.get("FAMILY") == "inet6" else name


def errno_text(captures, name, status):
    """"-" for none; a run without a verdict has left no file, but an earlier one may have."""
    if status not in (MET, UNMET):
        return "-"
    return ", ".join(errnos(story_of(captures, files_of(name)))) or "-"


def slowest_first(names):
    """Started first, the runs in which the kernel waits longest have the others beside them."""
    def seconds(name):
        try:
            return story_of(REFERENCE, name)["timeline"][-1]["t_ns"] / 1e9
        except OSError:
            return float("inf")  # not known yet
    return sorted(names, key=seconds, reverse=True)


# Side by side ------------------------------------------------------------------------------------

@dataclass
class Run:
    name: Name
    status: int
    output: str
    seconds: float

    @property
    def ending(self):
        """One of the four; a program that a signal has killed is at fault."""
        return self.status if self.status in (MET, UNMET, CANNOT_RUN) else BROKEN


class UnderWay:
    def __init__(self, name, options):
        self.name, self.output, self.began = name, b"", time.monotonic()
        self.process = subprocess.Popen([*name.command, *options], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def has_ended(self):
        """Takes what it has to say; there is nothing more to come when it has ended."""
        chunk = os.read(self.process.stdout.fileno(), 65536)
        self.output += chunk
        return not chunk

    def result(self):
        self.process.stdout.close()
        status = self.process.wait()
        return Run(self.name, status, self.output.decode(errors="replace"),
                   time.monotonic() - self.began)

    def end(self):
        """A run that gets a SIGTERM takes its processes with it, and ends when they are gone."""
        self.process.terminate()
        return self.result()


def side_by_side(names, options, width, ended, deadline_s=None):
    """Tell the runs, `width` of them under way at any time; calls ended(run) as each ends.

    One that has not ended by its deadline is ended, with a negative status. An exception, such as
    that of a ^C, leaves none behind.
    """
    waiting = iter(names)
    with selectors.DefaultSelector() as selector:
        def under_way():
            return [key.data for key in selector.get_map().values()]

        def take(run, result):
            selector.unregister(run.process.stdout)
            ended(result())

        try:
            while True:
                for name in itertools.islice(waiting, width - len(under_way())):
                    run = UnderWay(name, options)
                    selector.register(run.process.stdout, selectors.EVENT_READ, run)
                if not under_way():
                    return
                for key, _ in selector.select(deadline_s):
                    if key.data.has_ended():
                        take(key.data, key.data.result)
                for run in under_way():
                    if deadline_s and time.monotonic() - run.began > deadline_s:
                        run.output += b"no end within %d s\n" % deadline_s
                        take(run, run.end)
        finally:
            for run in under_way():
                run.end()


def end_with(main):
    """Exit as main() says. A signal that ends this process ends its runs before."""
    def interrupt(number, frame):
        raise KeyboardInterrupt(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    try:
        sys.exit(main())
    except KeyboardInterrupt as interrupted:
        signal.signal(interrupted.args[0], signal.SIG_DFL)
        os.kill(os.getpid(), interrupted.args[0])  # for who waits for it, as if it had no handler

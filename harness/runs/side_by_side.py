"""Many runs at the same time, and how each ended."""

import itertools
import os
import selectors
import subprocess
import time
from dataclasses import dataclass

from runs import catalogue
from runs.endings import CANNOT_RUN, BROKEN, MET, UNMET, LabError
from runs.run_file import RunFile

AT_ONCE = 12  # on two processors: the slow ones wait together, the others not for each other


@dataclass
class Outcome:
    """Of a run that has ended."""

    name: catalogue.Name
    status: int
    output: str
    seconds: float

    @property
    def ending(self):
        """One of the four; a program that a signal killed is an error of the lab."""
        return self.status if self.status in (MET, UNMET, CANNOT_RUN) else BROKEN


class UnderWay:
    def __init__(self, name, options):
        self.name, self.output, self.began = name, b"", time.monotonic()
        self.process = subprocess.Popen([*name.command, *options], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def has_ended(self):
        """Reads what it printed; at the end of that it has ended."""
        chunk = os.read(self.process.stdout.fileno(), 65536)
        self.output += chunk
        return not chunk

    def outcome(self):
        self.process.stdout.close()
        status = self.process.wait()
        return Outcome(self.name, status, self.output.decode(errors="replace"),
                       time.monotonic() - self.began)

    def end(self):
        """A run that gets a SIGTERM takes its processes with it, and ends when they are gone."""
        self.process.terminate()
        return self.outcome()


def side_by_side(names, options, width, ended, deadline_s=None):
    """Runs them, `width` of them under way at any time; calls ended(outcome) as each ends.

    One that has not ended by its deadline is ended, with a negative status. An exception, such as
    that of a ^C, leaves none running.
    """
    waiting = iter(names)
    with selectors.DefaultSelector() as selector:
        def under_way():
            return [key.data for key in selector.get_map().values()]

        def take(run, outcome):
            selector.unregister(run.process.stdout)
            ended(outcome())

        try:
            while True:
                for name in itertools.islice(waiting, width - len(under_way())):
                    run = UnderWay(name, options)
                    selector.register(run.process.stdout, selectors.EVENT_READ, run)
                if not under_way():
                    return
                for key, _ in selector.select(deadline_s):
                    if key.data.has_ended():
                        take(key.data, key.data.outcome)
                for run in under_way():
                    if deadline_s and time.monotonic() - run.began > deadline_s:
                        run.output += b"no end within %d s\n" % deadline_s
                        take(run, run.end)
        finally:
            for run in under_way():
                run.end()


def slowest_first(names):
    """Started first, the runs in which the kernel waits longest have the others beside them."""
    def seconds(name):
        try:
            return RunFile.load(catalogue.REFERENCE, name).seconds
        except LabError:
            return float("inf")  # not known yet
    return sorted(names, key=seconds, reverse=True)

"""make soak: runs every scenario and variant again and again: alone, beside busy processes, and many
at once.

A failure here is the lab's own, because the book's programs do the same each time. Of runs in which
the kernel waits for seconds several are under way at once. Prints counts, and the output of each
scenario's first failure; exit status 1 if any run failed.
"""

import argparse
import contextlib
import itertools
import subprocess
import sys
import tempfile
import time

from runs import catalogue
from runs.endings import MET, end_with
from runs.side_by_side import side_by_side

BUSY_PROCESSES, AT_ONCE = 8, 20
SLOW_S = 0.5  # such a run waits for the kernel, and needs no processor of its own
ALONE = ("normal", "sigpipe")  # by default; the others run beside busy processes
DEADLINE_S = 120  # of one run
BUSY = "import ctypes, signal\nctypes.CDLL(None).prctl(1, signal.SIGKILL)\nwhile True: pass"


class Soak:
    """Repeats runs, and keeps those that were not met."""

    def __init__(self, captures):
        self.options = ["--captures", captures]
        self.failures = []

    def run(self, name, times, width):
        outcomes = []
        side_by_side(itertools.repeat(name, times), self.options, width, outcomes.append,
                     DEADLINE_S)
        return outcomes

    def repeat(self, title, name, times, width=1):
        """So many runs; several at once if the first was slow."""
        began = time.monotonic()
        outcomes = self.run(name, min(times, width), width)
        if outcomes and min(outcome.seconds for outcome in outcomes) > SLOW_S:
            width = AT_ONCE
        outcomes += self.run(name, times - len(outcomes), width)
        failed = [outcome for outcome in outcomes if outcome.status != MET]
        self.failures += failed
        if times:
            print(f"{name:29}  {title:13}  {times:5} runs  {len(failed):3} failed"
                  f"  {time.monotonic() - began:6.1f} s", flush=True)

    def print_failures(self):
        """The count of each scenario, and its first failure whole."""
        self.failures.sort(key=lambda outcome: outcome.name)
        for name, failed in itertools.groupby(self.failures, key=lambda outcome: outcome.name):
            first, *more = failed
            print(f"\n{name}: {1 + len(more)} failed; the first, exit status {first.status}:")
            print(first.output, end="")


@contextlib.contextmanager
def busy_processes():
    busy = []
    try:
        for _ in range(BUSY_PROCESSES):
            busy.append(subprocess.Popen([sys.executable, "-c", BUSY]))
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def soak_all(soak, names, args):
    for name in names:
        if args.scenario or name.scenario in ALONE:
            soak.repeat("alone", name, args.runs)
    with busy_processes():
        for name in names:
            soak.repeat(f"beside {BUSY_PROCESSES} busy", name, args.busy)
    for name in names:
        soak.repeat(f"{AT_ONCE} at once", name, args.at_once, AT_ONCE)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", help="these only (default: all)")
    parser.add_argument("--runs", type=int, default=200, metavar="N",
                        help=f"alone, of {' and '.join(ALONE)} or those named (default 200)")
    parser.add_argument("--busy", type=int, default=100, metavar="N",
                        help=f"beside {BUSY_PROCESSES} busy processes (default 100)")
    parser.add_argument("--at-once", type=int, default=100, metavar="N",
                        help=f"{AT_ONCE} at once (default 100)")
    return parser.parse_args()


def main():
    args = parse()
    names = catalogue.names(args.scenario)
    if not names:
        sys.exit(f"soak: no scenario in {catalogue.SCENARIOS}: make")
    with tempfile.TemporaryDirectory() as captures:
        soak = Soak(captures)
        soak_all(soak, names, args)
    soak.print_failures()
    return 1 if soak.failures else 0


if __name__ == "__main__":
    end_with(main)

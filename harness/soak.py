#!/usr/bin/python3
"""Run every scenario and variant again and again: alone, beside busy processes, and many at once.

A failure here is the lab's own, for the book's programs do the same each time. Prints counts and the
output of the first failure; exit status 1 if any run failed. Run it with `make soak`.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(__file__).parents[1] / os.environ.get("BUILD", "build")
BUSY_PROCESSES, AT_ONCE = 8, 20
DEADLINE_S = 120  # of one run
BUSY = "import ctypes, signal\nctypes.CDLL(None).prctl(1, signal.SIGKILL)\nwhile True: pass"


class Soak:
    def __init__(self, captures):
        self.captures = captures
        self.failed = 0
        self.first_failure = None

    def start(self, command):
        return subprocess.Popen([*command, "--captures", self.captures], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def failures(self, command, at_once=1):
        """Tell the scenario so many times at once; how many were not met."""
        failed = 0
        for process in [self.start(command) for _ in range(at_once)]:
            try:
                output, _ = process.communicate(timeout=DEADLINE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
                output += b"no end within %d s\n" % DEADLINE_S
            if process.returncode != 0:
                failed += 1
                self.first_failure = self.first_failure or (command, process.returncode, output)
        self.failed += failed
        return failed

    def repeat(self, title, name, command, times, at_once=1):
        began = time.monotonic()
        failed = sum(self.failures(command, at_once) for _ in range(times))
        print(f"{name:20}  {title:20}  {times * at_once:5} runs  {failed:3} failed"
              f"  {time.monotonic() - began:6.1f} s", flush=True)


def runs_of(program):
    """Name and command of every variant."""
    listed = subprocess.run([program, "--list"], stdout=subprocess.PIPE, check=True, text=True)
    for line in listed.stdout.splitlines():
        name = line.split()[0]
        variant = name.removeprefix(program.name).removeprefix("-")
        yield name, [program, *(["--variant", variant] if variant else [])]


def soak_all(soak, runs, args):
    for name, command in runs:
        soak.repeat("alone", name, command, args.runs)
    busy = []
    try:
        busy += [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(BUSY_PROCESSES)]
        for name, command in runs:
            soak.repeat(f"beside {BUSY_PROCESSES} busy", name, command, args.busy)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    for name, command in runs:
        soak.repeat(f"{AT_ONCE} at once", name, command, args.at_once, AT_ONCE)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", nargs="*", help="these only (default: all)")
    parser.add_argument("--runs", type=int, default=200, metavar="N", help="alone (default 200)")
    parser.add_argument("--busy", type=int, default=100, metavar="N",
                        help=f"beside {BUSY_PROCESSES} busy processes (default 100)")
    parser.add_argument("--at-once", type=int, metavar="N",
                        help=f"times {AT_ONCE} at once (default: a twentieth of --runs)")
    args = parser.parse_args()
    if args.at_once is None:
        args.at_once = max(1, args.runs // AT_ONCE)
    runs = [run for program in sorted((BUILD / "scenarios").glob("*")) for run in runs_of(program)
            if not args.scenario or program.name in args.scenario]
    if not runs:
        sys.exit(f"soak: no scenario in {BUILD}/scenarios: make")
    with tempfile.TemporaryDirectory() as captures:
        soak = Soak(captures)
        soak_all(soak, runs, args)
    if soak.first_failure:
        command, status, output = soak.first_failure
        print(f"{soak.failed} failed; the first, exit status {status}:", *command)
        print(output.decode(errors="replace"), end="")
    return 1 if soak.failed else 0


if __name__ == "__main__":
    sys.exit(main())

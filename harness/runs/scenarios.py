"""make scenarios: tells every scenario in all its variants, side by side, and ends with a table.

exit status: the worst of all runs: 0 met, 1 unmet, 77 this machine cannot run it, 99 broken
"""

import argparse
import os
import re
import sys
import time

from runs import runs
from runs.runs import BROKEN, CANNOT_RUN, MET, UNMET

VERDICTS = {MET: "PASS", UNMET: "FAIL", CANNOT_RUN: "SKIP", BROKEN: "BROKEN"}
WORST_FIRST = (BROKEN, UNMET, CANNOT_RUN, MET)
COLOURS = {"PASS": "32", "FAIL": "1;31", "BROKEN": "1;31", "SKIP": "33"}
HEADINGS = ("scenario", "verdict", "errno", "seconds")


def is_for_a_person():
    return sys.stdout.isatty()


def coloured(code, text):
    is_plain = not is_for_a_person() or "NO_COLOR" in os.environ
    return text if is_plain else f"\033[{code}m{text}\033[0m"


def reason(run):
    """What was wanted and seen; or, without a verdict, what the lab said."""
    wanted_and_seen = re.search(r"^ +wanted  .*\n +seen    .*$", run.output, re.M)
    text = wanted_and_seen[0] if wanted_and_seen else run.output
    return [line.strip() for line in text.splitlines()]


def print_table(ended, captures):
    """A row for each run; under it what went wrong, if that has not been said above."""
    rows = [(run.name, VERDICTS[run.ending], runs.errno_text(captures, run.name, run.status),
             f"{run.seconds:.2f}") for run in ended]
    width = [max(map(len, column)) for column in zip(HEADINGS, *rows)]
    print(coloured("1", "  ".join(map(str.ljust, HEADINGS, width)).rstrip()))
    said = set()
    for run, (name, verdict, errno, seconds) in zip(ended, rows):
        print(f"{name:{width[0]}}  {coloured(COLOURS[verdict], f'{verdict:{width[1]}}')}  "
              f"{errno:{width[2]}}  {seconds:>{width[3]}}")
        for line in [] if run.ending == MET else reason(run):
            if line not in said:
                print(f"    {line}")
            if run.ending != UNMET:
                said.add(line)


def print_totals(ended, wall_s):
    counts = {verdict: sum(VERDICTS[run.ending] == verdict for run in ended)
              for verdict in COLOURS}
    text = ", ".join(coloured(COLOURS[verdict], f"{count} {verdict}")
                     for verdict, count in counts.items() if count)
    one_by_one_s = sum(run.seconds for run in ended)
    print(f"\n{len(ended)} runs: {text}; {wall_s:.1f} s "
          f"({one_by_one_s:.1f} s one after another)")


def tell(names, captures, at_once=runs.AT_ONCE, ended=lambda run: None):
    """Tell these runs; returns them in the order of the names, and the seconds all of it took."""
    began, results = time.monotonic(), {}

    def take(run):
        results[run.name] = run
        ended(len(results))
    runs.side_by_side(runs.slowest_first(names), ["--quiet", "--captures", captures], at_once, take)
    return [results[name] for name in names], time.monotonic() - began


def show_progress(count, total):
    if is_for_a_person():
        done = count == total
        print("\r\033[K" if done else f"\r{count} of {total} runs", end="", flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", help="these only (default: all)")
    parser.add_argument("--captures", default="captures", metavar="DIR",
                        help="where the files go (default: captures)")
    parser.add_argument("--at-once", type=int, default=runs.AT_ONCE, metavar="N",
                        help=f"so many runs at any time (default {runs.AT_ONCE})")
    return parser.parse_args()


def main():
    args = parse()
    names = runs.names(args.scenario)
    if not names:
        print(f"scenarios: there is no such scenario in {runs.SCENARIOS}", file=sys.stderr)
        return BROKEN
    ended, wall_s = tell(names, args.captures, args.at_once,
                         lambda count: show_progress(count, len(names)))
    print_table(ended, args.captures)
    print_totals(ended, wall_s)
    return next(ending for ending in WORST_FIRST if any(run.ending == ending for run in ended))


if __name__ == "__main__":
    runs.end_with(main)

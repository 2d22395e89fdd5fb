"""make scenarios: runs every scenario in all its variants, side by side, and prints a table.

exit status: the worst of all runs: 0 met, 1 unmet, 77 this machine cannot run it, 99 lab error
"""

import argparse
import re
import time

from runs import catalogue, terminal
from runs.endings import BROKEN, CANNOT_RUN, MET, UNMET, LabError, end_with
from runs.run_file import RunFile
from runs.side_by_side import AT_ONCE, side_by_side, slowest_first
from runs.terminal import coloured

VERDICTS = {MET: "PASS", UNMET: "FAIL", CANNOT_RUN: "SKIP", BROKEN: "BROKEN"}
WORST_FIRST = (BROKEN, UNMET, CANNOT_RUN, MET)
COLOURS = {"PASS": terminal.GREEN, "FAIL": terminal.BOLD_RED, "BROKEN": terminal.BOLD_RED,
           "SKIP": terminal.YELLOW}
HEADINGS = ("scenario", "verdict", "errno", "seconds")


def errno_text(captures, name, status):
    """"-" for none; a run without a verdict left no file, but an earlier one may have."""
    if status not in (MET, UNMET):
        return "-"
    return ", ".join(RunFile.load(captures, catalogue.stem(name)).errnos) or "-"


def reason(outcome):
    """What was wanted and seen; or, without a verdict, what the lab printed."""
    wanted_and_seen = re.search(r"^ +wanted  .*\n +seen    .*$", outcome.output, re.M)
    text = wanted_and_seen[0] if wanted_and_seen else outcome.output
    return [line.strip() for line in text.splitlines()]


def print_table(outcomes, captures):
    """A row for each run; below it what went wrong, if that was not printed before."""
    rows = [[outcome.name, VERDICTS[outcome.ending],
             errno_text(captures, outcome.name, outcome.status), f"{outcome.seconds:7.2f}"]
            for outcome in outcomes]
    headings, *rows = terminal.aligned([HEADINGS, *rows])
    print(coloured(terminal.BOLD, "  ".join(headings).rstrip()))
    printed = set()
    for outcome, (name, verdict, errno, seconds) in zip(outcomes, rows):
        print("  ".join([name, coloured(COLOURS[verdict.strip()], verdict), errno, seconds]))
        for line in [] if outcome.ending == MET else reason(outcome):
            if line not in printed:
                print(f"    {line}")
            if outcome.ending != UNMET:
                printed.add(line)


def print_totals(outcomes, wall_s):
    counts = {verdict: sum(VERDICTS[outcome.ending] == verdict for outcome in outcomes)
              for verdict in COLOURS}
    text = ", ".join(coloured(COLOURS[verdict], f"{count} {verdict}")
                     for verdict, count in counts.items() if count)
    one_by_one_s = sum(outcome.seconds for outcome in outcomes)
    print(f"\n{len(outcomes)} runs: {text}; {wall_s:.1f} s "
          f"({one_by_one_s:.1f} s one after another)")


def run_all(names, captures, at_once=AT_ONCE, ended=lambda count: None):
    """The outcomes in the order of the names, and the seconds all of it took; calls ended(count)
    when so many have ended."""
    began, outcomes = time.monotonic(), {}

    def take(outcome):
        outcomes[outcome.name] = outcome
        ended(len(outcomes))
    side_by_side(slowest_first(names), ["--quiet", "--captures", captures], at_once, take)
    return [outcomes[name] for name in names], time.monotonic() - began


def show_progress(count, total):
    if terminal.is_terminal():
        done = count == total
        print("\r\033[K" if done else f"\r{count} of {total} runs", end="", flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", help="these only (default: all)")
    parser.add_argument("--captures", default="captures", metavar="DIR",
                        help="where the files go (default: captures)")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, metavar="N",
                        help=f"so many runs at any time (default {AT_ONCE})")
    return parser.parse_args()


def main():
    args = parse()
    names = catalogue.names(args.scenario)
    if not names:
        raise LabError(f"there is no such scenario in {catalogue.SCENARIOS}: make list")
    outcomes, wall_s = run_all(names, args.captures, args.at_once,
                               lambda count: show_progress(count, len(names)))
    print_table(outcomes, args.captures)
    print_totals(outcomes, wall_s)
    endings = {outcome.ending for outcome in outcomes}
    return next(ending for ending in WORST_FIRST if ending in endings)


if __name__ == "__main__":
    end_with(main)

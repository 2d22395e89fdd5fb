"""make bench: what a run costs. Medians; nothing is asserted, for machines differ and are noisy."""

import argparse
import itertools
import os
import re
import statistics
import sys
import tempfile
import time

from runs import catalogue, scenarios
from runs.bench_growth import growth, load, number_in
from runs.bench_peers import peers
from runs.catalogue import BUILD
from runs.endings import MET, end_with
from runs.measure import measured
from runs.side_by_side import side_by_side

SLOW_MS, SLOW_TIMES = 500, 5  # the kernel's own waits differ little from run to run
PHASES = ("hosts", "capture", "processes", "story", "files")


def scenario_options(captures):
    return ["--quiet", "--cost", "--captures", captures]


def one_at_a_time(name, times, captures):
    rows = [measured(command := [*name.command, *scenario_options(captures)])]
    times = times if rows[0].wall_ms < SLOW_MS else SLOW_TIMES
    rows += [measured(command) for _ in range(times - 1)]
    wall = statistics.median(row.wall_ms for row in rows)
    cpu = statistics.median(row.cpu_ms for row in rows)
    peak = statistics.median(row.peak_mib for row in rows)
    costs = [dict(re.findall(r"(\w+)=([\d.]+)", row.output)) for row in rows]
    phases = [statistics.median(float(cost[phase]) for cost in costs) for phase in PHASES]
    print(f"{name:<24}{wall:8.1f}{cpu:8.1f}{peak:8.1f}  ", end="")
    print("".join(f"{phase:10.1f}" for phase in phases), end="")
    print(f"{wall - sum(phases):10.1f}")


def must_be_met(outcome):
    if outcome.status != MET:
        sys.exit(f"bench: {outcome.name} ended with {outcome.status}\n{outcome.output}")


def at_once(name, width, times, captures):
    """Runs per second with `width` of them under way at any time."""
    began = time.monotonic()
    side_by_side(itertools.repeat(name, times), scenario_options(captures), width, must_be_met)
    return times / (time.monotonic() - began)


def all_scenarios(captures):
    """What `make scenarios` takes; three times are enough, for most of it is the kernel's waits."""
    names = catalogue.names()
    rounds = [scenarios.run_all(names, captures) for _ in range(3)]
    for outcome in itertools.chain.from_iterable(outcomes for outcomes, _ in rounds):
        must_be_met(outcome)
    wall_s = statistics.median(seconds for _, seconds in rounds)
    slowest = sorted(rounds[-1][0], key=lambda outcome: outcome.seconds, reverse=True)[:3]
    print(f"\nall {len(names)} runs side by side (make scenarios): {wall_s:.1f} s; the slowest: "
          + ", ".join(f"{outcome.name} {outcome.seconds:.1f} s" for outcome in slowest))


def round_trip_us(captures, times, *options):
    outputs = [load("echoes", 1000, captures, *options).output for _ in range(times)]
    return statistics.median(number_in(output, "median") for output in outputs) / 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30, help="of each scenario (at least 20)")
    times = max(20, parser.parse_args().runs)
    names = [name for name in catalogue.names() if name == name.scenario]
    sigpipe, = (name for name in names if name == "sigpipe")

    with tempfile.TemporaryDirectory(dir=BUILD) as captures:
        print(f"median of {times} runs ({SLOW_TIMES} where the kernel waits), {os.cpu_count()} "
              f"processors, Linux {os.uname().release}, captures on "
              "the disk that the build is on\n")
        print(f"{'scenario':<24}{'wall ms':>8}{'cpu ms':>8}{'MiB':>8}  "
              + "".join(f"{phase:>10}" for phase in PHASES) + f"{'start+end':>10}")
        for name in names:
            one_at_a_time(name, times, captures)
        all_scenarios(captures)
        print("\nsigpipe, runs per second")
        for width in (1, 2, 4, 8, 16, 32):
            per_second = statistics.median(at_once(sigpipe, width, times * 2, captures)
                                           for _ in range(3))
            print(f"  {width:2} at once {per_second:8.1f}")
        print("\necho round trip, median of 1000 (µs)")
        print(f"  observed   {round_trip_us(captures, 5):8.1f}")
        print(f"  unobserved {round_trip_us(captures, 5, '--unobserved'):8.1f}")
        growth(captures, [sys.executable])
        peers(captures, [sys.executable])


if __name__ == "__main__":
    end_with(main)

"""make bench: what a run costs. Medians; nothing is asserted, for machines differ and are noisy."""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).parents[1]
BUILD = ROOT / os.environ.get("BUILD", "build")
PHASES = ("hosts", "capture", "processes", "story", "files")
MIB = 1024.0  # ru_maxrss is in KiB on Linux, getrusage(2)


def run(command):
    """Runs a scenario; returns wall and CPU milliseconds, peak MiB, and its output.

    The CPU time is that of the run and of all it waited for: the lab and the programs under test.
    The peak is that of the largest of them.
    """
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall_ms = (time.monotonic() - began) * 1e3
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))} ended with {process.returncode}\n{output}")
    return wall_ms, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_maxrss / MIB, output


def scenario(name, captures, *options):
    return [BUILD / "scenarios" / name, "--quiet", "--cost", "--captures", captures, *options]


def one_at_a_time(name, runs, captures):
    rows = [run(scenario(name, captures)) for _ in range(runs)]
    wall, cpu, peak = (statistics.median(row[i] for row in rows) for i in range(3))
    costs = [dict(re.findall(r"(\w+)=([\d.]+)", row[3])) for row in rows]
    phases = [statistics.median(float(cost[phase]) for cost in costs) for phase in PHASES]
    print(f"{name:<12}{wall:8.1f}{cpu:8.1f}{peak:8.1f}   ", end="")
    print("".join(f"{phase:10.1f}" for phase in phases), end="")
    print(f"{wall - sum(phases):10.1f}")


def at_once(name, width, runs, captures):
    """Runs per second with `width` of them under way at any time."""
    began = time.monotonic()
    running, started = [], 0
    while started < runs or running:
        while started < runs and len(running) < width:
            running.append(subprocess.Popen(scenario(name, f"{captures}/{len(running)}"),
                                            stdout=subprocess.DEVNULL))
            started += 1
        pid, status = os.wait()
        ended = next(process for process in running if process.pid == pid)
        ended.returncode = os.waitstatus_to_exitcode(status)
        if ended.returncode != 0:
            sys.exit(f"bench: a run of {name} with {width} at once ended with {ended.returncode}")
        running.remove(ended)
    return runs / (time.monotonic() - began)


def round_trip_us(captures, runs, *options):
    command = [BUILD / "stories" / "roundtrip", "--client", BUILD / "programs" / "roundtrip",
               "--captures", captures, *options]
    medians = [int(re.search(r"median (\d+) ns", run(command)[3])[1]) for _ in range(runs)]
    return statistics.median(medians) / 1e3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30, help="of each scenario (at least 20)")
    runs = max(20, parser.parse_args().runs)
    names = sorted(path.name for path in (BUILD / "scenarios").iterdir())

    # in memory where that can be had: a disk that is slow to replace files is not the lab's cost
    memory = pathlib.Path("/dev/shm")
    directory = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=directory) as captures:
        for width in range(8):
            os.mkdir(f"{captures}/{width}")
        print(f"median of {runs} runs, {os.cpu_count()} processors, Linux {os.uname().release}, "
              f"captures in {pathlib.Path(captures).parent}\n")
        print(f"{'scenario':<12}{'wall ms':>8}{'cpu ms':>8}{'MiB':>8}   "
              + "".join(f"{phase:>10}" for phase in PHASES) + f"{'start+end':>10}")
        for name in names:
            one_at_a_time(name, runs, captures)
        print("\nsigpipe, runs per second")
        for width in (1, 2, 4, 8):
            per_second = statistics.median(at_once("sigpipe", width, runs * 2, captures)
                                           for _ in range(3))
            print(f"  {width} at once {per_second:8.1f}")
        print("\necho round trip, median of 1000 (µs)")
        print(f"  observed   {round_trip_us(captures, 5):8.1f}")
        print(f"  unobserved {round_trip_us(captures, 5, '--unobserved'):8.1f}")


if __name__ == "__main__":
    main()

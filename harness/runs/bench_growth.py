"""What costs grow with the work, and how: as its power k (1: twice the work, twice the cost)."""

import math
import re

from runs.catalogue import BUILD, ROOT
from runs.measure import measured

PATIENT = {"BROKENPIPE_PATIENCE": "10"}

# Of the client of stories/load.c: what it does, how often.
LOADS = {
    "connections held open": ("held", (125, 250, 500, 1000)),
    "connections, one after another": ("serial", (100, 200, 400, 800)),
    "echoes on one connection": ("echoes", (500, 1000, 2000, 4000)),
}


def load(kind, count, captures, *options):
    """The cost of a run in which the client makes so much work."""
    client = f"{BUILD / 'programs' / 'load'} {kind} {count}"
    return measured([BUILD / "stories" / "load", "--captures", captures, "--client", client,
                     *options], PATIENT)


def number_in(output, word):
    """What the client printed: "median N ns"."""
    return int(re.search(rf"{word} (\d+) ns", output)[1])


def exponent(counts, costs):
    """The slope of the line through the logarithms (least squares)."""
    x, y = [math.log(count) for count in counts], [math.log(cost) for cost in costs]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    return (sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
            / sum((a - mean_x) ** 2 for a in x))


def print_row(what, counts, costs):
    """CPU milliseconds at each count; k of what is added to the cost of an empty run."""
    cells = "".join(f"{count:>7}:{cost:7.0f}" for count, cost in zip(counts, costs))
    print(f"{what:<34}{cells}   k {exponent(counts, costs):.2f}")


def growth(captures, python):
    """Connections, echoes, and the second opinion on the packets of the last."""
    empty = load("echoes", 1, captures).cpu_ms
    print("\ngrowth, CPU ms at each count (less that of a run with one echo), and its power k")
    for what, (kind, counts) in LOADS.items():
        costs = [load(kind, count, captures).cpu_ms - empty for count in counts]
        print_row(what, counts, costs)
    verified(captures, python)


def verified(captures, python):
    """make verify, on the packets of echoes."""
    packets, costs = [], []
    for echoes in (500, 1000, 2000, 4000):
        frames = re.search(r'"frames": ?(\d+)', run_json(captures, echoes))[1]
        packets.append(int(frames))
        costs.append(measured([*python, ROOT / "harness", "opinion.verify",
                               f"{captures}/load.json"]).cpu_ms)
    print_row("packets of make verify", packets, costs)


def run_json(captures, echoes):
    load("echoes", echoes, captures)
    with open(f"{captures}/load.json", encoding="utf-8") as file:
        return file.read(20000)

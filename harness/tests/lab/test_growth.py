"""What a run costs grows with what happens in it: counted, for seconds differ."""

import json
import re

import pytest

from tests.support import lab
from tests.support.lab import MET, PROGRAMS, STORIES, the_lab_can_run  # noqa: F401

# Of the work that the client of stories/load.c makes: kind, count, variant.
LOADS = {
    "connections that stay open": ("held", 250, "default"),
    "connections, one after another": ("serial", 120, "default"),
    "connections with a process each": ("held", 100, "fork"),
    "echoes": ("echoes", 500, "default"),
    "calls": ("calls", 1000, "default"),
}


@pytest.mark.parametrize("kind, count, variant", LOADS.values(), ids=LOADS.keys())
def test_each_event_costs_a_few_questions_and_looks(tmp_path, kind, count, variant):
    """Who asks about each socket, or looks at each event again, does so hundreds of times."""
    run = lab.run(STORIES / "load", "--cost", "--variant", variant, "--client",
                  f"{PROGRAMS}/load {kind} {count}", captures=tmp_path, env=lab.patience(4))
    run.ends(MET, "PASS")
    cost = {name: float(number) for name, number in re.findall(r"(\w+)=([\d.]+)", run.out)}
    assert cost["events"] > 2 * count
    assert cost["questions"] < (4 if variant == "fork" else 2) * cost["events"]
    assert cost["looks"] < 4 * cost["events"]


def test_no_connection_of_many_is_missed(tmp_path):
    """On both hosts the kernel was asked about each, though not after each event."""
    count = 250
    run = lab.run(STORIES / "load", "--client", f"{PROGRAMS}/load held {count}",
                  captures=tmp_path, env=lab.patience(4))
    run.ends(MET, "PASS")
    with open(tmp_path / "load.json", encoding="utf-8") as file:
        timeline = json.load(file)["timeline"]
    ports = {host: set() for host in ("client", "server")}
    for event in timeline:
        if event["kind"] == "state" and event["to"] != "LISTEN":
            ports[event["host"]].add((event["local_port"], event["remote_port"]))
    assert len(ports["client"]) == len(ports["server"]) == count
    assert ports["client"] == {(remote, local) for local, remote in ports["server"]}

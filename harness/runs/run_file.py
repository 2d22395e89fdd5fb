"""The one reader of NAME.json: what a run left, as data. docs/HARNESS.md says what a field means.

A file of another version, a damaged one or a stranger gives a LabError: one sentence.
"""

import dataclasses
import json
import pathlib

from runs.endings import LabError

SCHEMA = "brokenpipe/2"
# What each entry of a list has at least; the rest depends on its kind.
ENTRIES = {
    "hosts": {"name": str, "address": str},
    "processes": {"pid": int, "parent": int, "host": str, "program": int, "name": str},
    "timeline": {"n": int, "t_ns": int, "kind": str, "host": str},
    "expectations": {"n": int, "at": str, "kind": str, "wanted": str, "verdict": str},
    "rows": {"event": int, "t_ns": int, "details": list, "side": str, "text": str},
}


class NotARun(LabError):
    """JSON that this lab did not write: a directory of captures may have some."""


@dataclasses.dataclass
class RunFile:
    """A run. Its fields have the names that they have in the file."""

    name: str  # of the file, without .json
    scenario: str
    variant: str
    section: str
    claim: str
    verdict: str
    kernel: str
    started: str
    hosts: list
    processes: list
    expectations: list
    begins: int
    timeline: list
    rows: list

    @classmethod
    def load(cls, directory, name):
        path = pathlib.Path(directory) / f"{name}.json"
        try:
            return cls.of(json.loads(path.read_text(encoding="utf-8")), name, path)
        except OSError as error:
            raise LabError(f"cannot read {path}: {error.strerror}; run it: make scenario-{name}") from None
        except (ValueError, RecursionError) as error:
            raise NotARun(f"{path} is not JSON: {error}") from None

    @classmethod
    def of(cls, data, name, path="this JSON"):
        """Of a file's content; `path` is for the sentence that says what is wrong with it."""
        schema = data.get("schema") if isinstance(data, dict) else None
        if not isinstance(schema, str) or not schema.startswith("brokenpipe/"):
            raise NotARun(f"{path} is not a run of this lab")
        if schema != SCHEMA:
            raise LabError(f"{path} was written by another version of brokenpipe ({schema}, not "
                           f"{SCHEMA}); run it again: make scenario-{name}")
        wanted = {field.name: field.type for field in dataclasses.fields(cls)
                  if field.name != "name"}
        fault = next(faults(data, wanted), None)
        if fault:
            raise LabError(f"{path} is damaged ({fault}); run it again: make scenario-{name}")
        return cls(name, **{field: data[field] for field in wanted})

    def __post_init__(self):
        self.process = {process["pid"]: process for process in self.processes}
        self.in_time = sorted(self.timeline, key=lambda event: (event["t_ns"], event["n"]))

    def event(self, n):
        """None if there is no such event."""
        return self.timeline[n] if n in range(len(self.timeline)) else None

    @property
    def is_met(self):
        return self.verdict == "met"

    @property
    def seconds(self):
        """From its start to its last event."""
        return self.in_time[-1]["t_ns"] / 1e9 if self.in_time else 0

    @property
    def errnos(self):
        """Those that the met expectations name, each once, in order.

        A process that is killed by SIGPIPE learns of the error by this signal: it is named, too.
        """
        named = []
        for expectation in self.expectations:
            if expectation["verdict"] == "met":
                error = expectation.get("call", {}).get("error")
                signal = expectation.get("end", {}).get("signal")
                named += [error] if error and error != "none" else []
                named += [signal] if signal == "SIGPIPE" else []
        return list(dict.fromkeys(named))

    @property
    def story(self):
        """The rows that the terminal shows, in its order."""
        return [row for row in self.rows if "story" in row["details"]]


def faults(data, wanted):
    """What is not as it must be, in words."""
    for field, kind in wanted.items():
        if not isinstance(data.get(field), kind):
            yield f"no {field}"
        elif kind is list:
            yield from faults_of_list(field, data[field])
    yield from faults_of_rows(data)


def faults_of_list(field, entries):
    for place, entry in enumerate(entries):
        for key, kind in ENTRIES[field].items():
            if not isinstance(entry, dict) or not isinstance(entry.get(key), kind):
                yield f"entry {place} of {field} has no {key}"
        if field == "timeline" and entry.get("n") != place:
            yield f"event {place} has another number"
        entered = entry.get("entered", 0)
        if field == "timeline" and not (isinstance(entered, int) and 0 <= entered <= place):
            yield f"event {place} returns from a call that was not entered"


def faults_of_rows(data):
    for place, row in enumerate(data["rows"]):
        if not 0 <= row["event"] < len(data["timeline"]):
            yield f"row {place} is of no event"

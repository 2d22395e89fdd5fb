"""Runs that many tests only look at: made once in a session, side by side, by the worker that asks
first; the others wait for it.
"""

import contextlib
import fcntl
import functools
import json
import os

import pytest

from runs import catalogue
from runs import side_by_side as sides
from tests.support import lab


def directory(tmp_path_factory, name):
    """One for all workers of pytest-xdist."""
    base = tmp_path_factory.getbasetemp()
    path = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    path.mkdir(exist_ok=True)
    return path


@contextlib.contextmanager
def locked(path):
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def with_prefix(name, prefix, build):
    """The same run, by another command."""
    other = catalogue.Name(str(name), build / "scenarios" / name.scenario)
    other.command = [*prefix, *other.command]
    return other


def side_by_side(names, captures, *options, prefix=(), build=lab.BUILD):
    """These runs, each a lab.Run, by name."""
    ended = {}

    def take(run):
        ended[str(run.name)] = lab.Run(run.status, run.output, "", captures, run.seconds)
    made = [with_prefix(name, prefix, build) for name in sides.slowest_first(names)]
    sides.side_by_side(made, ["--captures", captures, *options], sides.AT_ONCE, take, lab.DEADLINE_S)
    return ended


class Runs:
    """All runs, or those that the selected tests look at, of one family."""

    def __init__(self, path, names, prefix):
        self.path, self.names, self.prefix = path, names, prefix
        self.captures = path / "captures"

    @functools.cached_property
    def ended(self):
        results = self.path / "results.json"
        with locked(self.path / "lock"):
            if not results.exists():
                made = side_by_side(self.names, self.captures, prefix=self.prefix)
                rows = {name: (run.status, run.out, run.seconds) for name, run in made.items()}
                results.write_text(json.dumps(rows), encoding="utf-8")
        rows = json.loads(results.read_text(encoding="utf-8"))
        return {name: lab.Run(status, out, "", self.captures, seconds)
                for name, (status, out, seconds) in rows.items()}

    def __call__(self, name):
        """The run as it was made."""
        return self.ended[str(name)]

    @functools.cache
    def story(self, name):
        """The JSON of a run that is met; not to be changed."""
        self(name).ends(lab.MET)
        return lab.story_of(self.captures, name)


def names_of(items):
    """Those that the selected tests look at: all, unless each test has its own."""
    looking = [item for item in items if {"ran", "ran_inet6"} & set(getattr(item, "fixturenames", ()))]
    own = [item.callspec.params.get("name") if hasattr(item, "callspec") else None for item in looking]
    return lab.NAMES if None in own else [name for name in lab.NAMES if name in own]


def runs_fixture(name, *prefix):
    @pytest.fixture(scope="session", name=name)
    def fixture(request, tmp_path_factory):
        return Runs(directory(tmp_path_factory, name), names_of(request.session.items), prefix)
    return fixture


ran, ran_inet6 = runs_fixture("ran"), runs_fixture("ran_inet6", "env", "FAMILY=inet6")

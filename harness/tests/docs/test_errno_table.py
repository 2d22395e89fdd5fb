"""docs/ERRNO.md says of every scenario what its reference shows, and names nothing else."""

import re


from tests.support import lab
from tests.support.lab import NAMES, REPO

TEXT = (REPO / "docs" / "ERRNO.md").read_text(encoding="utf-8")
RUNS = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (-|[A-Z0-9, ]+) \|$", TEXT, re.M))
SCENARIOS = sorted({name.scenario for name in NAMES})


def test_every_scenario_is_in_the_table():
    assert set(SCENARIOS) <= set(RUNS)


def test_the_errnos_of_a_run_are_those_of_its_reference():
    assert set(RUNS) <= set(NAMES), "there is no such run: make list"
    assert RUNS == {name: ", ".join(lab.run_of(lab.REFERENCE, name).errnos) or "-"
                    for name in RUNS}


def test_every_run_that_is_named_elsewhere_has_a_row():
    overview = re.findall(r"^\| [\d.]+ \|.*\| `(\S+)` \|$", TEXT, re.M)
    assert len(overview) > 5 and set(overview) <= set(RUNS)


def test_what_is_said_of_a_failure_is_said_by_all():
    for section in TEXT.split("\n### ")[1:]:
        title = section.splitlines()[0]
        for who in ("The book", "The slides", "the slides", "This kernel", "Why"):
            assert re.search(rf"^- \*\*.*{who}", section, re.M | re.I), f"{title}: {who}"
        assert "\n| run | errno |\n" in section, title

"""docs/RULES.md is what the table of rules says."""

import subprocess

from tests.support import lab


def test_the_list_of_rules_is_current():
    made = subprocess.run([lab.BUILD / "scenarios" / "normal", "--rules"], capture_output=True,
                          text=True, check=True)
    written = (lab.REPO / "docs" / "RULES.md").read_text(encoding="utf-8")
    assert made.stdout == written, "make reference, or: build/scenarios/normal --rules > docs/RULES.md"

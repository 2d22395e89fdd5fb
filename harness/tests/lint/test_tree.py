"""The tree keeps its rules: what `make lint` finds without cppcheck and clang-tidy."""

import pytest

from lint import arrows, style, tools
from tests import mutants
from tests.support import lab


def shown(findings):
    return "\n".join(map(str, sorted(set(findings))))


def test_nobody_knows_what_he_must_not():
    assert shown(arrows.check(lab.REPO, lab.BUILD)) == ""


@pytest.mark.parametrize("rule", style.RULES, ids=lambda rule: rule.__name__)
def test_files_are_written_by_the_rules(rule):
    assert shown(rule(lab.REPO)) == ""


def test_every_verb_of_a_scenario_is_found_by_ctags():
    if not tools.is_universal_ctags(lab.REPO):
        pytest.skip("universal-ctags is not installed: make deps-lint")
    assert shown(tools.invisible_verbs(lab.REPO)) == ""


def test_every_fault_of_make_mutants_still_has_its_place():
    assert "\n".join(mutants.unfit(mutants.read())) == ""

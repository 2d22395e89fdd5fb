"""SEED=n: two students' captures differ, their lesson is the same, and one seed gives one run."""

import os

import pytest

from tests.support import lab, shared
from tests.support.lab import BROKEN, MET, NAMES, SCENARIOS, the_lab_can_run  # noqa

from lesson import questions
SEEDS = ["0", "4294967295"]  # the least has no small talk, the most has some


@pytest.mark.parametrize("seed", SEEDS)
def test_every_variant_is_met_and_accepted_with_any_seed(tmp_path, seed):
    ended = shared.side_by_side(NAMES, tmp_path, "--quiet", "--seed", seed)

    def is_met(name):
        ended[name].ends(MET)
        lab.verify(tmp_path / f"{name}.json").ends(MET)
        assert lab.story_of(tmp_path, name)["seed"] == int(seed)
    lab.each(NAMES, is_met)


def told(captures, name="sigpipe", **how):
    lab.scenario(lab.named(name), captures=captures, **how).ends(MET)
    return lab.story_of(captures, name)


def typed(story):
    return [event["text"] for event in story["timeline"]
            if event["kind"] == "action" and event["text"].startswith("types")]


def ports(story):
    return {event["local_port"] for event in story["timeline"]
            if event["kind"] == "state" and event["host"] == "client"}


def test_without_a_seed_nothing_differs_from_the_book(tmp_path):
    story = told(tmp_path, env={"SEED": ""})
    assert "seed" not in story and typed(story) == ['types "hi there"', 'types "bye"']


def test_one_seed_is_one_run_and_seeds_differ(tmp_path):
    def lines(seed):
        story = told(tmp_path, env={"SEED": str(seed)})
        assert len(ports(story)) == 1
        return tuple(typed(story)), min(ports(story)) // runs_of_ports
    runs_of_ports = 32  # SEED_PORTS of harness/seed.h
    seeds = [lines(seed) for seed in range(8)]
    assert seeds[3] == lines(3)
    assert len(set(seeds)) == 8
    assert len({len(texts) for texts, _ in seeds}) > 2  # how many lines come before
    assert any(not text.isascii() for texts, _ in seeds for text in texts)


def test_who_of_several_ends_differs(tmp_path):
    def gone(seed):
        story = told(tmp_path, "normal-many", env={"SEED": str(seed)})
        return next(event["pid"] for event in story["timeline"] if event["kind"] == "action"
                    and event["text"] == "types ^D")
    assert len({gone(seed) for seed in range(8)}) > 1


def test_what_is_counted_is_the_line_that_was_typed(tmp_path):
    story = told(tmp_path, "half-close", env={"SEED": "1"})
    line = typed(story)[0].removeprefix('types "').removesuffix('"')
    said = [event["text"] for event in story["timeline"] if event["kind"] == "output"]
    assert f"{len(line.encode()) + 1} bytes" in " ".join(said)


def test_the_questions_are_the_same_and_speak_of_this_run(tmp_path):
    def asked(seed):
        told(tmp_path, env={"SEED": seed})
        made = questions.questions_of(lab.run_of(tmp_path, "sigpipe"))
        return [(question.kind, question.answer) for question in made]
    assert asked("") == asked("5")


def test_the_verdict_names_the_seed(tmp_path):
    lab.scenario(lab.named("sigpipe"), "--seed", "12", captures=tmp_path).ends(MET, "   SEED=12\n")


@pytest.mark.parametrize("seed", ["x", "-1", "1.5", "4294967296", "1 2", "99999999999999999999999"])
def test_a_seed_that_is_no_number_is_explained(tmp_path, seed):
    message = f"takes a whole number from 0 to 4294967295, not \"{seed}\""
    lab.run(SCENARIOS / "sigpipe", captures=tmp_path, env={"SEED": seed}).ends(BROKEN, message)
    lab.run(SCENARIOS / "sigpipe", "--seed", seed, captures=tmp_path).ends(BROKEN, message)
    assert not os.listdir(tmp_path)

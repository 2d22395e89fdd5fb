"""make predict-NAME: questions and keys from a run's timeline, answers as people type them, and the
whole through a pseudo-terminal."""

import re
import sys

import pytest

from tests.support import lab
from tests.support import terminal
from tests.support.lab import MET, REFERENCE, UNMET, the_lab_can_run  # noqa

from lesson import predict
from lesson import questions
from lesson.predict_words import ENGLISH, KOREAN, Words, language, understood

STORIES = sorted(path.stem for path in REFERENCE.glob("*.json"))
WORDS = Words("en")


def asked(name, change=lambda run: None):
    run = lab.run_of(REFERENCE, name)
    change(run)
    return questions.questions_of(run)


def one(name, kind, **words):
    return next(question for question in asked(name)
                if question.kind == kind and words.items() <= question.words.items())


# --- questions ---

@pytest.mark.parametrize("name", STORIES)
def test_every_run_gives_three_to_six_questions_that_can_be_answered(name):
    made = asked(name)
    assert 3 <= len(made) <= 6
    texts = [WORDS.question(question) for question in made]
    assert len(set(texts)) == len(texts)
    for question, text in zip(made, texts):
        assert question.answer in question.choices or not question.choices
        assert len(question.choices) in (0, *range(3, 8))
        assert understood(WORDS, question, WORDS.choice(question, question.answer)) == question.answer
        assert question.kind == "how_many_signals" or question.answer not in re.findall(
            r"\w+", text) or question.answer.isdecimal()
        assert all(f"{{{word}}}" not in text for word in question.words)
        assert "{" not in Words("ko").question(question)


@pytest.mark.parametrize("name, kind, words, answer", [
    ("sigpipe", "call", {"call": "write", "nth": 2}, "EPIPE"),
    ("sigpipe", "flags", {"number": 5}, "RST"),
    ("sigpipe", "state", {"number": 4}, "CLOSE_WAIT"),
    ("sigpipe", "signal", {"who": "client"}, "SIGPIPE"),
    ("sigpipe", "end", {"who": "client"}, "SIGPIPE"),
    ("sigpipe-ignored", "end", {"who": "client"}, "status 1"),
    ("sigchld-wait", "zombies", {"number": 6}, "4"),
    ("sigchld-waitpid", "zombies", {"number": 6}, "0"),
    ("server-host-crash", "backoff", {}, "twice"),
    ("server-host-crash", "call", {"call": "read"}, "ETIMEDOUT"),
    ("connect-unreachable-prohibited", "icmp", {}, "prohibited"),
    ("accept-eintr-restarted", "call", {"call": "accept"}, "restarted"),
    ("reset-forged-outside", "how_many_segments", {"host": "client"}, "0"),
])
def test_what_is_right_is_what_happened(name, kind, words, answer):
    assert one(name, kind, **words).answer == answer


def test_the_key_is_the_timelines_and_not_the_expectations():
    def other_errno(run):
        for event in run.timeline:
            if event.get("error") == "EPIPE":
                event["error"] = "ECONNRESET"
    keys = [question.answer for question in asked("sigpipe", other_errno) if question.kind == "call"]
    assert keys == ["ECONNRESET"]


def test_the_choices_are_the_same_whatever_is_right():
    by_call = {}
    for name in STORIES:
        for question in asked(name):
            if question.kind == "call" and question.answer in questions.RETURNS.get(
                    question.words["call"], ()):
                by_call.setdefault(question.words["call"], set()).add(question.choices)
    assert by_call and all(len(choices) == 1 for choices in by_call.values())


def test_an_expectation_that_was_not_met_is_not_asked():
    def unmet(run):
        for expectation in run.expectations:
            expectation["verdict"] = "unmet"
    assert asked("sigpipe", unmet) == asked("sigpipe", unmet)
    assert not [question for question in asked("sigpipe", unmet) if question.weight > 1]


# --- answers ---

@pytest.mark.parametrize("text", ["EPIPE", "epipe", " EPIPE (broken pipe)", "-1 EPIPE", "Broken Pipe",
                                  "-1 EPIPE (Broken pipe)", "d", "D)", "returns EPIPE"])
def test_an_errno_is_understood(text):
    assert understood(WORDS, one("sigpipe", "call", call="write"), text) == "EPIPE"


def test_only_the_letters_of_the_choices_are_understood():
    question = one("sigpipe", "call", call="write")
    letters = "abcdefgh"[:len(question.choices) + 1]
    assert [understood(WORDS, question, letter) for letter in letters] == [*question.choices, None]


@pytest.mark.parametrize("kind, text, token", [
    ("flags", "ack rst", "RST,ACK"), ("flags", "rst", "RST"), ("flags", "FIN+ACK", "FIN,ACK"),
    ("state", "close wait", "CLOSE_WAIT"), ("state", "CLOSE-WAIT", "CLOSE_WAIT"),
    ("signal", "sigpipe", "SIGPIPE"), ("end", "exit 1", "status 1"), ("end", "status 1", "status 1"),
    ("end", "killed by sigterm", "SIGTERM"), ("end", "SIGPIPE", "SIGPIPE"),
    ("call", "success", "success"), ("call", "EPIPES or so", "EPIPE"), ("call", "", ""),
    ("call", "   ", ""), ("call", "z", None), ("call", "EAGAIN", None), ("call", "E", "ETIMEDOUT"),
    ("flags", "urg", None), ("end", "killed", None),
])
def test_an_answer_is_understood(kind, text, token):
    assert understood(WORDS, one("sigpipe", kind), text) == token


@pytest.mark.parametrize("text, token", [("4", "4"), (" 04 ", "4"), ("four", None), ("", "")])
def test_a_number_is_understood(text, token):
    assert understood(WORDS, one("sigchld-wait", "zombies", number=6), text) == token


def test_korean_has_all_the_words():
    assert ENGLISH.keys() == KOREAN.keys()
    for key, text in ENGLISH.items():
        assert re.findall(r"{\w+}", str(text)) == [] or set(re.findall(r"{\w+}", str(text))) == set(
            re.findall(r"{\w+}", str(KOREAN[key]))), key
    assert understood(Words("ko"), one("sigpipe", "end"), "상태 1로 종료") == "status 1"


@pytest.mark.parametrize("environment, lang", [
    ({}, "en"), ({"LANG": "ko_KR.UTF-8"}, "ko"), ({"LANG": "ko_KR.UTF-8", "LESSON_LANG": "en"}, "en"),
    ({"LESSON_LANG": "ko", "LANG": "C"}, "ko"), ({"LANG": "de_DE"}, "en")])
def test_the_language_is_chosen(environment, lang):
    assert language(environment) == lang


def test_the_worksheet_is_found_if_there_is_one(tmp_path):
    (tmp_path / "ko").mkdir()
    for name in ("08-sigpipe.md", "05-sigchld.md", "09-server-host-crash.md", "ko/08-sigpipe.md"):
        (tmp_path / name).touch()
    def sheet(scenario, lang="en"):
        return predict.sheet_of(scenario, lang, tmp_path)
    assert sheet("sigpipe").name == "08-sigpipe.md"
    assert sheet("sigchld-waitpid").name == "05-sigchld.md"
    assert sheet("server-host-reboot") is None and sheet("zombies", "ko") is None
    assert sheet("sigpipe", "ko").parent.name == "ko"


# --- at a terminal ---

def predicting(captures, *words, **env):
    return terminal.Terminal(sys.executable, lab.REPO / "harness", "lesson.predict", *words,
                             "--captures", captures,
                             env={"LESSON_LANG": "en", "BUILD": str(lab.BUILD), **env})


def test_answers_are_held_against_what_happened(tmp_path):
    with predicting(tmp_path, "sigpipe") as asking:
        before = asking.until("1. ")
        for text in ("fin,ack", "b", "nonsense", "rst", "epipe", "SIGTERM"):
            asking.until("> ")
            asking.types(text + "\n")
        asking.until("> ")
        asking.types("\n")
        shown = asking.rest()
        assert asking.status() == MET
    assert "kill -TERM 5   (server child)" in before and "EPIPE" not in before
    assert "is none of these" not in before and "PASS   20 expectations met" in shown
    assert re.findall(r"^([✓✗·]) \d", shown, re.M) == ["✓", "✓", "✓", "✓", "✗", "·"]
    assert "4 of 6 as predicted." in shown
    rst = next(event for event in lab.story_of(tmp_path, "sigpipe")["timeline"]
               if event["kind"] == "packet" and event["text"].startswith("RST "))
    assert f"{rst['t_ns'] / 1e6:.2f} ms, frame {rst['frame'] + 1}" in shown


def test_the_end_of_input_is_no_answer(tmp_path):
    with predicting(tmp_path, "sigpipe", "--variant", "ignored") as asking:
        for _ in range(6):
            asking.until("> ")
            asking.types("\x04")
        assert "0 of 6 as predicted." in asking.rest()
        assert asking.status() == MET
    assert (tmp_path / "sigpipe-ignored.json").exists()


def test_it_asks_in_korean(tmp_path):
    with predicting(tmp_path, "sigpipe", LESSON_LANG="ko") as asking:
        assert "어떻게 될까요" in asking.until("> ")


def test_a_story_that_is_not_met_is_asked_all_the_same(tmp_path):
    with predicting(tmp_path, "sigpipe", "--client", str(lab.CORE / "tcpcli01")) as asking:
        while "as predicted" not in asking.shown:
            if "> " in asking.shown:
                asking.until("> ")
                asking.types("\n")
            else:
                assert asking.read()
        assert "\nFAIL " in asking.rest()
        assert asking.status() == UNMET


@pytest.mark.parametrize("words, message", [
    (["nope"], "there is no scenario \"nope\""), (["sigpipe", "--variant", "all"], "one variant"),
    (["sigpipe", "--client", "/nowhere"], "/nowhere")])
def test_what_cannot_be_asked_is_explained(tmp_path, words, message):
    with predicting(tmp_path, *words) as asking:
        assert message in asking.rest()
        assert asking.status() != MET

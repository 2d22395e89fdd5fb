"""NAME.json is read in one place: what it says of a run, and one sentence for what it cannot read."""

import json

import pytest

from tests.support import lab, made_record
from tests.support.lab import REFERENCE

from runs.endings import LabError
from runs.run_file import NotARun, RunFile

REFERENCES = sorted(path.stem for path in REFERENCE.glob("*.json"))


def expecting(*expectations):
    rows = [{"n": n, "at": "a.c:1", "kind": "call", "wanted": "", "verdict": verdict, **rest}
            for n, (verdict, rest) in enumerate(expectations, 1)]
    return made_record.run_of(made_record.record([], expectations=rows))


ERRNOS = {
    "no errno": ([("met", {"call": {"name": "connect", "error": "none"}})], []),
    "in order, each once": ([("met", {"call": {"error": "ECONNRESET"}}),
                             ("met", {"call": {"error": "EPIPE"}}),
                             ("met", {"call": {"error": "ECONNRESET"}})], ["ECONNRESET", "EPIPE"]),
    "of the met": ([("unmet", {"call": {"error": "EPIPE"}})], []),
    "a death by SIGPIPE": ([("met", {"call": {"error": "EPIPE"}}),
                            ("met", {"end": {"signal": "SIGPIPE"}})], ["EPIPE", "SIGPIPE"]),
    "a death by the lab": ([("met", {"end": {"signal": "SIGKILL"}})], []),
    "a SIGPIPE that does not kill": ([("met", {"signal": {"name": "SIGPIPE"}})], []),
}


@pytest.mark.parametrize("expectations, errnos", ERRNOS.values(), ids=ERRNOS.keys())
def test_the_errnos_of_a_run_are_those_its_met_expectations_name(expectations, errnos):
    assert expecting(*expectations).errnos == errnos


def test_every_reference_is_read():
    for name in REFERENCES:
        run = RunFile.load(REFERENCE, name)
        assert run.is_met and run.seconds > 0 and run.name == name
        assert [event["t_ns"] for event in run.in_time] == sorted(e["t_ns"] for e in run.timeline)


STRANGERS = {"a list": "[]", "another object": "{}", "no JSON": "{", "nothing": "",
             "a number": "7", "another schema": '{"schema": "elsewhere/2"}',
             "a schema that is no text": '{"schema": 2}', "too deep": "[" * 100_000}


@pytest.mark.parametrize("text", STRANGERS.values(), ids=STRANGERS.keys())
def test_what_is_no_run_is_said_to_be_none(tmp_path, text):
    (tmp_path / "stranger.json").write_text(text)
    with pytest.raises(NotARun, match=r"stranger\.json is not (a run of this lab|JSON)"):
        RunFile.load(tmp_path, "stranger")


def test_a_file_of_another_version_says_what_to_do(tmp_path):
    (tmp_path / "sigpipe.json").write_text('{"schema": "brokenpipe/0"}')
    with pytest.raises(LabError, match=r"another version of brokenpipe \(brokenpipe/0, not .*\); "
                                       "run it again: make scenario-sigpipe$"):
        RunFile.load(tmp_path, "sigpipe")


def test_a_file_that_is_not_there_says_what_to_do(tmp_path):
    with pytest.raises(LabError, match=r"nope\.json: No such file or directory; run it: make scenario-nope$"):
        RunFile.load(tmp_path, "nope")


def without(key):
    return lambda data: data.pop(key)


DAMAGES = {
    "no claim": without("claim"), "no timeline": without("timeline"),
    "no expectations": lambda data: data.update(expectations=None),
    "entry 3 of timeline has no t_ns": lambda data: data["timeline"][3].pop("t_ns"),
    "entry 3 of timeline has no kind": lambda data: data["timeline"][3].update(kind=None),
    "event 2 has another number": lambda data: data["timeline"].pop(2),
    "entry 0 of hosts has no name": lambda data: data.update(hosts=[7]),
    "entry 1 of expectations has no verdict": lambda data: data["expectations"][1].pop("verdict"),
    "entry 0 of processes has no pid": lambda data: data["processes"][0].pop("pid"),
    "entry 4 of rows has no side": lambda data: data["rows"][4].pop("side"),
    "row 4 is of no event": lambda data: data["rows"][4].update(event=4711),
    "event 37 returns from a call that was not entered":
        lambda data: data["timeline"][37].update(entered=38),
}


@pytest.mark.parametrize("fault", DAMAGES)
def test_a_damaged_file_says_what_is_wrong(fault):
    data = lab.story_of(REFERENCE, "sigpipe")
    DAMAGES[fault](data)
    with pytest.raises(LabError, match=rf"is damaged \({fault}\); run it again: make scenario-x$"):
        RunFile.of(json.loads(json.dumps(data)), "x")

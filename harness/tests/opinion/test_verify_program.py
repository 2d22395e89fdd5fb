"""The second opinion as a program: what it says, how it ends, and what it makes of broken input."""

import contextlib
import copy
import io
import json
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")

from tests.support.made_captures import NORMAL, SIGPIPE, capture_of, frames_of, pcap, pcapng, talk
from tests.support.made_run import ACCEPTED, BROKEN, CANNOT_RUN, REFUSED, assert_accepted, Run

from opinion import verify
from opinion.expectation import wanted_text

HARNESS = pathlib.Path(__file__).parents[2]
REFERENCES = sorted((HARNESS.parent / "captures" / "reference").glob("*.json"))


@pytest.fixture
def run(tmp_path, capsys):
    return Run(tmp_path, capsys)


# --- what is said, and how it ends ---

def test_quiet_says_only_the_verdict(run):
    for arguments in (["-q"], ["--quiet"]):
        assert run.verify(*arguments)[1].startswith("ACCEPTED  ")
    other = capture_of(talk(SIGPIPE))
    assert run.judge(other, "-q")[1] == (
        "ACCEPTED  sigpipe: 7 expectations on the wire, all met; only the wire was judged\n")
    assert run.judge(capture_of(talk(NORMAL)), "-q")[1].startswith("REFUSED  expectation 12 ")


def test_a_variant_is_named(run):
    run.changes = {"variant": "ignored"}
    assert run.verify("-q")[1].startswith("ACCEPTED  sigpipe-ignored: ")


def test_an_empty_pcap_argument_is_none(run):
    assert "only the wire" not in run.verify("")[1]


def test_nothing_of_the_timeline_is_asked_of_another_capture(run):
    run.happenings.clear()
    assert_accepted(run.judge(capture_of(talk(SIGPIPE))))


NO_JSON = {
    "nothing": b"", "no JSON": b"\xff\xfe{", "a capture": capture_of(talk(NORMAL)),
    "too deep": b"[" * 100_000,
}


@pytest.mark.parametrize("name", NO_JSON)
def test_what_is_not_json_is_said_to_be_none(tmp_path, run, name):
    path = tmp_path / "x.json"
    path.write_bytes(NO_JSON[name])
    assert run.call(str(path)) == (
        BROKEN, "", f"verify.py: {path} is not JSON: give the NAME.json of a run\n")


def changed_story(**changes):
    return lambda story: story.update(changes)


def altered(number, **fields):
    return lambda story: story["expectations"][number - 1].update(fields)


def not_understood(number, words):
    return f"expectation {number} says what is not understood here: {words}"


UNUSABLE = {
    "another schema": (changed_story(schema="brokenpipe/1"), "has the schema 'brokenpipe/1', not "
                       "'brokenpipe/2': run the scenario again"),
    "no expectations": (changed_story(expectations=[]), "there is nothing to judge"),
    "gaps": (lambda s: s["timeline"].pop(3), "has a timeline with gaps: run the scenario again"),
    "no timeline": (lambda s: s.pop("timeline"), "is not as docs/HARNESS.md describes it"),
    "lists for hosts": (changed_story(hosts=[[]]), "is not as docs/HARNESS.md describes it"),
    "no description": (lambda s: s["expectations"][3].pop("call"),
                       "is not as docs/HARNESS.md describes it"),
    "an unknown kind": (altered(2, kind="echo"), not_understood(2, "echo")),
    "an unknown field": (altered(2, connection=1), not_understood(2, "connection")),
    "an unknown word": (altered(4, call={"name": "write", "after": 1}), not_understood(4, "after")),
    "an unknown flag": (altered(15, segment={"flags": "RTS"}), not_understood(15, "RTS")),
    "an unknown sender": (altered(15, segment={"from": "router"}), not_understood(15, "router")),
    "an unknown payload": (altered(15, segment={"payload_bytes": "much"}),
                           not_understood(15, "much")),
    "no true payload": (altered(15, segment={"payload_bytes": -1}), not_understood(15, "-1")),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_json_that_cannot_be_judged_is_refused_as_input(run, name):
    change, message = UNUSABLE[name]
    story = copy.deepcopy(run.story())
    change(story)
    code, out, err = run.verify(story=story)
    assert (code, out) == (BROKEN, "") and message in err and err.count("\n") == 1


def test_another_file_of_json_is_no_run(tmp_path, run):
    for content in ("[]", "{}", "1", "null"):
        path = tmp_path / "x.json"
        path.write_text(content)
        code, out, err = run.call(str(path))
        assert (code, out) == (BROKEN, "") and "has the schema None, not 'brokenpipe/2'" in err


def test_missing_files_are_named(tmp_path, run):
    path = run.write()
    (tmp_path / "sigpipe.pcap").unlink()
    for arguments, missing in (([tmp_path / "x.json"], tmp_path / "x.json"),
                               ([path, tmp_path / "y.pcap"], tmp_path / "y.pcap"),
                               ([path], tmp_path / "sigpipe.pcap")):
        code, out, err = run.call(*map(str, arguments))
        assert (code, out) == (BROKEN, "")
        assert err.startswith(f"verify.py: cannot read {missing}: No such file or directory")
    assert "is no regular file" in run.call(str(path), str(tmp_path))[2]


GARBAGE = {
    "nothing": b"", "three bytes": b"\xd4\xc3\xb2", "text": b"tcpdump: listening on eth0\n" * 9,
    "only the magic number": b"\xd4\xc3\xb2\xa1",
    "the magic number of pcapng": b"\n\r\r\n" + b"x" * 40,
}


@pytest.mark.parametrize("name", GARBAGE)
def test_what_is_no_capture_is_said_to_be_none(run, name):
    code, out, err = run.judge(GARBAGE[name])
    assert (code, out) == (BROKEN, "")
    assert "other.pcap is no capture: give a pcap or pcapng file" in err


def test_a_link_type_that_is_not_read_is_named(run):
    code, out, err = run.judge(pcap(frames_of(talk(SIGPIPE)), 105))
    assert (code, out) == (BROKEN, "")
    assert "has link type 105, which is not read here: capture Ethernet" in err


def test_a_capture_cannot_show_a_story_without_segments(run):
    run.expectations = [e for e in run.expectations if e["kind"] != "segment"]
    code, out, err = run.judge(capture_of(talk(SIGPIPE)))
    assert (code, out) == (BROKEN, "") and "a capture alone cannot show it" in err


def test_wrong_usage_is_not_a_refusal(run):
    for arguments, message in (([], "NAME.json"), (["--loud", "x.json"], "--loud"),
                               (["a", "b", "c"], "c")):
        code, out, err = run.call(*arguments)
        assert (code, out) == (BROKEN, "") and message in err and err.endswith("--help explains\n")


def test_damaged_captures_end_in_one_of_the_four_ways(run):
    """Every byte of a small capture changed, one at a time: no traceback, never anything else."""
    story = str(run.write())
    for whole in (capture_of(talk(SIGPIPE[-2:])), pcapng(frames_of(talk(SIGPIPE[-1:])))):
        for i in range(len(whole)):
            damaged = run.directory / "other.pcap"
            damaged.write_bytes(whole[:i] + bytes([whole[i] ^ 0xFF]) + whole[i + 1:])
            code, _, err = run.call(story, str(damaged))
            assert code in (REFUSED, BROKEN) and "describes" not in err, (i, err)


# --- the program itself ---

def python(*arguments, **how):
    return subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True,
                          check=False, timeout=60, **how)


def test_the_exit_status_is_the_verdict(run):
    story = run.write()
    other = run.directory / "other.pcap"
    other.write_bytes(capture_of(talk(NORMAL)))
    for arguments, status in (([story], ACCEPTED), ([story, other], REFUSED), ([other], BROKEN)):
        done = python(HARNESS, "opinion.verify", *arguments, env={"LC_ALL": "C", "PATH": "/nowhere"})
        assert done.returncode == status, done.stdout + done.stderr
        assert (status == BROKEN) == bool(done.stderr)
    assert "NAME.json" in python(HARNESS, "opinion.verify", "--help").stdout


def test_output_that_cannot_be_encoded_is_no_failure(run):
    done = python(HARNESS, "opinion.verify", run.write(),
                  env={"PYTHONIOENCODING": "ascii", "PATH": "/nowhere"})
    assert (done.returncode, done.stderr) == (ACCEPTED, "")


def test_without_scapy_it_says_how_to_get_it(run):
    code = ("import runpy, sys; sys.modules['scapy'] = None; sys.argv = sys.argv[1:]; "
            "runpy.run_path(sys.argv[0], run_name='__main__')")
    done = python("-c", code, HARNESS, "opinion.verify", run.write())
    assert (done.returncode, done.stdout) == (CANNOT_RUN, "")
    assert "cannot import scapy" in done.stderr and "apt install python3-scapy" in done.stderr


@pytest.mark.parametrize("path", REFERENCES, ids=[path.stem for path in REFERENCES])
def test_the_reference_captures_are_accepted_in_the_labs_own_words(path):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert verify.main([str(path)]) == ACCEPTED
    assert "otherwise" not in out.getvalue()
    for expectation in json.loads(path.read_bytes())["expectations"]:
        assert wanted_text(expectation) == expectation["wanted"]

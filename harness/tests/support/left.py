"""What a run leaves, as a whole: for tests of runs that something comes in the way of."""

import struct

import pytest

from tests.support import lab

SIGPIPE = lab.named("sigpipe")


def is_whole(capture):
    """Whether a pcap ends where a packet ends."""
    at = 24
    while at + 16 <= len(capture):
        at += 16 + struct.unpack_from("8xI", capture, at)[0]
    return at == len(capture) > 24


def check_files(captures, name="sigpipe"):
    """Both files are there and whole, whichever run they are of."""
    assert is_whole((captures / f"{name}.pcap").read_bytes())
    assert lab.story_of(captures, name)["verdict"] == "met"


def annotated_stamps(capture):
    """Of the packets of a pcapng, in microseconds."""
    at = 0
    while at < len(capture):
        kind, length = struct.unpack_from("II", capture, at)
        if kind == 6:
            high, low = struct.unpack_from("12xII", capture, at)
            yield high << 32 | low
        at += length


def check_files_of_one_run(captures, name):
    """Same number of frames at the same times in all three."""
    story, capture = lab.story_of(captures, name), (captures / f"{name}.pcap").read_bytes()
    stamps, at = [], 24
    while at < len(capture):
        seconds, nanoseconds, length = struct.unpack_from("III", capture, at)
        stamps.append(seconds * 10**9 + nanoseconds)
        at += 16 + length
    frames = [row["t_ns"] for row in story["timeline"] if row["kind"] == "packet"]
    assert [int(story["started_ns"]) + t for t in frames] == stamps
    annotated = (captures / f"{name}.pcapng").read_bytes()
    assert list(annotated_stamps(annotated)) == [stamp // 1000 for stamp in stamps]


@pytest.fixture
def captures(tmp_path):
    """A directory with the files of an earlier run."""
    lab.scenario(SIGPIPE, captures=tmp_path / "captures").ends(lab.MET)
    return tmp_path / "captures"

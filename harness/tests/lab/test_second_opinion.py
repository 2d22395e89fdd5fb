"""The second opinion on whole runs: it accepts what every run leaves, also a capture alone and one
of another day, and refuses what is another's.
"""

import json
import shutil

import pytest

from tests.support import lab
from tests.support.lab import MET, NAMES, the_lab_can_run  # noqa: F401

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
from scapy.utils import rdpcap, wrpcap

# signals is of one process and its kernel: nothing is on the wire; nor is, where there is no way
SILENT = ("connect-unreachable-local", "connect-unreachable-arp")
ON_THE_WIRE = [name for name in NAMES if name.scenario != "signals" and name not in SILENT]


def accepts(story, *capture):
    lab.verify(story, *capture).ends(0, "ACCEPTED")


def test_it_agrees_with_every_run(ran):
    lab.each(NAMES, lambda name: accepts(ran(name).captures / f"{name}.json"))


def test_it_accepts_every_reference(ran):
    lab.each(NAMES, lambda name: accepts(lab.REFERENCE / f"{name}.json"))  # make reference writes it


def test_it_accepts_a_capture_alone(ran):
    lab.each(ON_THE_WIRE, lambda name: accepts(ran(name).captures / f"{name}.json",
                                               ran(name).captures / f"{name}.pcap"))


def test_it_accepts_the_capture_of_another_day(ran):
    lab.each(ON_THE_WIRE, lambda name: accepts(ran(name).captures / f"{name}.json",
                                               lab.REFERENCE / f"{name}.pcap"))


def test_one_json_fits_the_captures_of_both_families(ran, ran_inet6):
    lab.each(["sigpipe", "server-host-unreachable-net", "reset-forged-inside"],
             lambda name: accepts(ran(name).captures / f"{name}.json",
                                  ran_inet6(name).captures / f"{name}-inet6.pcap"))


def test_a_capture_alone_cannot_show_a_story_without_segments(ran):
    captures = ran("signals").captures
    lab.verify(captures / "signals.json", captures / "signals.pcap").ends(99, "expects no segment")


@pytest.mark.parametrize("story, capture", [("normal", "sigpipe"), ("sigpipe", "normal")])
def test_it_refuses_the_capture_of_another_scenario(ran, story, capture):
    run = lab.verify(ran(story).captures / f"{story}.json", ran(story).captures / f"{capture}.pcap")
    run.ends(1, "wanted")


def test_it_accepts_a_capture_written_by_another_program(ran, tmp_path):
    captures = ran("sigpipe").captures
    wrpcap(str(tmp_path / "sigpipe.pcap"), rdpcap(str(captures / "sigpipe.pcap")), nano=True)
    accepts(captures / "sigpipe.json", tmp_path / "sigpipe.pcap")


def test_it_refuses_another_errno(ran, tmp_path):
    captures = ran("sigpipe").captures
    story = lab.story_of(captures, "sigpipe")
    failed, = (row for row in story["timeline"] if row.get("error") == "EPIPE")
    failed["error"] = "ECONNRESET"
    (tmp_path / "sigpipe.json").write_text(json.dumps(story))
    shutil.copy(captures / "sigpipe.pcap", tmp_path)
    lab.verify(tmp_path / "sigpipe.json").ends(1, "write() = -1 EPIPE")


def test_it_refuses_the_files_of_two_runs(ran, tmp_path):
    """As a kill between the two renames would leave them."""
    lab.scenario(lab.named("sigpipe"), captures=tmp_path).ends(MET)
    shutil.copy(ran("sigpipe").captures / "sigpipe.pcap", tmp_path)
    lab.verify(tmp_path / "sigpipe.json").ends(1)

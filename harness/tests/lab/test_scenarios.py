"""Whole runs: every scenario is met, over both families and for every user, and leaves its files.

What these files hold is in test_run_files.py, what the second opinion says of them in
test_second_opinion.py, what is refused in test_wrong_behaviour.py.
"""

import re
import signal
import subprocess

import pytest

from tests.support import lab, shared
from runs import scenarios
from tests.support.lab import MET, NAMES, the_lab_can_run  # noqa: F401

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.utils import rdpcap

INET6 = {"FAMILY": "inet6"}


def test_there_are_scenarios():
    assert {"normal", "sigpipe", "sigpipe-ignored", "sigpipe-caught"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_is_met(ran, name, record_property):
    run = ran(name)
    record_property("scenario", str(name))  # for build/check.xml
    record_property("errno", scenarios.errno_text(run.captures, name, run.status))
    record_property("seconds", f"{run.seconds:.2f}")
    run.ends(MET, "\nPASS ")
    story = ran.story(name)
    assert {row["verdict"] for row in story["expectations"]} == {"met"}
    assert f"PASS   {len(story['expectations'])} expectations met   {run.captures}/{name}.pcap" in run.out


def test_runs_leave_two_captures_and_a_json_each_and_nothing_else(ran):
    assert set(ran.ended) == set(NAMES)
    assert set(lab.contents(ran.captures)) == set(lab.files_of(*NAMES))


def test_every_variant_is_met_over_ipv6(ran_inet6):
    def is_met_over_ipv6(name):
        run = ran_inet6(name)
        run.ends(MET, f"{run.captures}/{name}-inet6.pcap")
        assert all(IPv6 in packet for packet in rdpcap(str(run.captures / f"{name}-inet6.pcap")))
        lab.verify(run.captures / f"{name}-inet6.json").ends(0, f"ACCEPTED  {name}-inet6: ")
    lab.each(NAMES, is_met_over_ipv6)
    assert set(lab.contents(ran_inet6.captures)) == set(lab.files_of(*(f"{n}-inet6" for n in NAMES)))


def test_every_variant_is_met_for_an_ordinary_user(ordinary_user):
    there = ordinary_user
    ended = shared.side_by_side(NAMES, there.captures, "--quiet", prefix=there.prefix,
                                build=there.build)
    lab.each(NAMES, lambda name: ended[name].ends(MET, "PASS"))
    assert set(lab.contents(there.captures)) == set(lab.files_of(*NAMES))
    assert {path.stat().st_uid for path in there.captures.iterdir()} == {lab.NOBODY}


def test_a_family_that_does_not_exist_is_refused(tmp_path):
    run = lab.scenario(lab.named("sigpipe"), captures=tmp_path, env={"FAMILY": "inet7"})
    run.ends(lab.BROKEN, 'FAMILY is inet or inet6, not "inet7"')


def test_without_scapy_there_is_no_outsider_and_the_run_says_so(tmp_path):
    (tmp_path / "scapy").mkdir()
    (tmp_path / "scapy" / "__init__.py").write_text("raise ImportError('none here')\n")
    run = lab.scenario(lab.named("reset-forged"), captures=tmp_path / "captures",
                       env={"PYTHONPATH": str(tmp_path)})
    run.ends(lab.CANNOT_RUN, "the outsider has ended: cannot import scapy (none here)")
    assert "make deps" in run.err


def test_all_variants_are_run_by_one_command(tmp_path):
    run = lab.run(lab.SCENARIOS / "sigpipe", "--variant", "all", captures=tmp_path)
    assert run.status == MET and run.out.count("PASS") == 3, run
    assert set(lab.contents(tmp_path)) == set(lab.files_of(*lab.names_of(lab.SCENARIOS / "sigpipe")))


# --- a crashed host ---

def test_a_crashed_host_is_silent_and_the_data_is_sent_again(tmp_path):
    run = lab.run(lab.STORIES / "crash", captures=tmp_path, quiet=False)
    run.ends(MET, "PASS")
    assert "iptables -A INPUT -j DROP" in run.out
    segments = [p for p in rdpcap(str(run.captures / "crash.pcap")) if TCP in p]
    data = b"anybody there?\n"
    again = [p[TCP].seq for p in segments if bytes(p[TCP].payload) == data]
    assert len(again) >= 3 and len(set(again)) == 1
    first = next(i for i, p in enumerate(segments) if bytes(p[TCP].payload) == data)
    assert {p[IP].src for p in segments[first:]} == {"192.0.2.1"}


def test_what_is_shortened_is_printed_with_its_default(ran):
    run = ran("server-host-crash")
    assert "sysctl -w net/ipv4/tcp_retries2=1 (default 15)" in run.out
    assert "rto_min 5ms (default 200ms)" in run.out
    timeouts = [row["to_us"] for row in ran.story("server-host-crash")["timeline"]
                if row["kind"] == "backoff"]
    assert len(timeouts) >= 4 and timeouts == sorted(timeouts)


def test_at_its_real_pace_nothing_is_shortened_and_progress_is_shown(tmp_path):
    """It would take a quarter of an hour: ended when it has said so."""
    process = lab.start(lab.SCENARIOS / "server-host-crash", captures=tmp_path,
                        env={"PACE": "real"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    progress = process.stderr.readline().decode()
    process.send_signal(signal.SIGINT)
    run = lab.finish(process)
    # 15 min 24 s from the crash on, less what a busy machine has needed to come here
    assert re.fullmatch(r"brokenpipe: TCP gives up in about 1[0-5] min \d\d s\n", progress), (progress, run)
    assert run.status == -signal.SIGINT and not lab.contents(tmp_path)

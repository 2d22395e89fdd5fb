"""Whole runs: every scenario is met, leaves evidence that others can check, and takes any program in
the place of the book's. What it refuses is in test_wrong_behaviour.py.
"""

import copy
import functools
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys

import pytest

from tests.support import lab
from runs import scenarios
from tests.support.lab import CORE, MET, NAMES, PROGRAMS, UNMET, ordinary_user, python, the_lab_can_run  # noqa

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.utils import rdpcap, wrpcap

every_run = pytest.mark.parametrize("name", NAMES)
# signals is of one process and its kernel: nothing is on the wire; nor is, where there is no way
SILENT = ("connect-unreachable-local", "connect-unreachable-arp")
ON_THE_WIRE = [name for name in NAMES if name.scenario != "signals" and name not in SILENT]
every_run_on_the_wire = pytest.mark.parametrize("name", ON_THE_WIRE)


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """Give each variant's run, told once for all tests that only read what it left."""
    captures = tmp_path_factory.mktemp("told")
    return functools.cache(lambda name: lab.scenario(lab.named(name), captures=captures,
                                                     quiet=False))


# --- every scenario ---

def test_there_are_scenarios():
    assert {"normal", "sigpipe", "sigpipe-ignored", "sigpipe-caught"} <= set(NAMES)


@every_run
def test_every_variant_is_met(told, name, record_property):
    run = told(name)
    record_property("scenario", str(name))  # for build/check.xml
    record_property("errno", scenarios.errno_text(run.captures, name, run.status))
    record_property("seconds", f"{run.seconds:.2f}")
    run.ends(MET, "\nPASS ")
    story = lab.story_of(told(name).captures, name)
    assert {row["verdict"] for row in story["expectations"]} == {"met"}
    assert f"PASS   {len(story['expectations'])} expectations met" in told(name).out


@every_run
def test_a_run_leaves_two_captures_and_a_json_and_nothing_else(name, tmp_path):
    lab.scenario(name, captures=tmp_path).ends(MET, f"{tmp_path}/{name}.pcap")
    assert set(lab.contents(tmp_path)) == set(lab.files_of(name))


INET6 = {"FAMILY": "inet6"}


@every_run
def test_the_same_is_told_over_ipv6_and_the_second_opinion_agrees(name, tmp_path):
    lab.scenario(name, captures=tmp_path, env=INET6).ends(MET, f"{tmp_path}/{name}-inet6.pcap")
    assert set(lab.contents(tmp_path)) == set(lab.files_of(f"{name}-inet6"))
    assert all(IPv6 in packet for packet in rdpcap(str(tmp_path / f"{name}-inet6.pcap")))
    lab.verify(tmp_path / f"{name}-inet6.json").ends(0, f"ACCEPTED  {name}-inet6: ")


@pytest.mark.parametrize("name", ["sigpipe", "server-host-unreachable-net", "reset-forged-inside"])
def test_one_story_fits_the_captures_of_both_families(told, name, tmp_path):
    lab.scenario(lab.named(name), captures=tmp_path, env=INET6).ends(MET)
    lab.verify(told(name).captures / f"{name}.json",
               tmp_path / f"{name}-inet6.pcap").ends(0, "ACCEPTED")


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


def test_all_variants_are_told_by_one_command(tmp_path):
    run = lab.run(lab.SCENARIOS / "sigpipe", "--variant", "all", captures=tmp_path)
    assert run.status == MET and run.out.count("PASS") == 3, run
    assert set(lab.contents(tmp_path)) == set(lab.files_of(*lab.names_of(lab.SCENARIOS / "sigpipe")))


@pytest.mark.parametrize("name", NAMES)
def test_an_ordinary_user_is_told_the_same(ordinary_user, name):
    program = ordinary_user.build / "scenarios" / name.scenario
    run = lab.run(program, *name.options, captures=ordinary_user.captures,
                  prefix=ordinary_user.prefix)
    run.ends(MET, "PASS")
    assert {path.stat().st_uid for path in ordinary_user.captures.iterdir()} == {lab.NOBODY}


# --- the second opinion ---

@every_run
def test_the_second_opinion_agrees(told, name):
    lab.verify(told(name).captures / f"{name}.json").ends(0, "ACCEPTED")


@every_run_on_the_wire
def test_the_second_opinion_accepts_the_capture_alone(told, name):
    captures = told(name).captures
    lab.verify(captures / f"{name}.json", captures / f"{name}.pcap").ends(0, "ACCEPTED")


def test_a_capture_alone_cannot_show_a_story_without_segments(told):
    captures = told("signals").captures
    lab.verify(captures / "signals.json", captures / "signals.pcap").ends(99, "expects no segment")


@every_run
def test_the_second_opinion_accepts_the_reference(name):
    reference = lab.REFERENCE / f"{name}.json"
    assert reference.exists(), "make reference writes it"
    lab.verify(reference).ends(0, "ACCEPTED")


@every_run_on_the_wire
def test_the_second_opinion_accepts_the_capture_of_another_day(told, name):
    lab.verify(told(name).captures / f"{name}.json", lab.REFERENCE / f"{name}.pcap").ends(0, "ACCEPTED")


@pytest.mark.parametrize("story, capture", [("normal", "sigpipe"), ("sigpipe", "normal")])
def test_the_second_opinion_refuses_the_capture_of_another_story(told, story, capture):
    told(capture)
    run = lab.verify(told(story).captures / f"{story}.json",
                     told(story).captures / f"{capture}.pcap")
    run.ends(1, "wanted")


def test_the_second_opinion_accepts_a_capture_written_by_another_program(told, tmp_path):
    captures = told("sigpipe").captures
    wrpcap(str(tmp_path / "sigpipe.pcap"), rdpcap(str(captures / "sigpipe.pcap")), nano=True)
    lab.verify(captures / "sigpipe.json", tmp_path / "sigpipe.pcap").ends(0, "ACCEPTED")


def test_the_second_opinion_refuses_another_errno(told, tmp_path):
    captures = told("sigpipe").captures
    story = lab.story_of(captures, "sigpipe")
    failed, = (row for row in story["timeline"] if row.get("error") == "EPIPE")
    failed["error"] = "ECONNRESET"
    (tmp_path / "sigpipe.json").write_text(json.dumps(story))
    shutil.copy(captures / "sigpipe.pcap", tmp_path)
    lab.verify(tmp_path / "sigpipe.json").ends(1, "write() = -1 EPIPE")


def test_the_second_opinion_refuses_the_files_of_two_runs(told, tmp_path):
    """As a kill between the two renames would leave them."""
    lab.scenario(lab.named("sigpipe"), captures=tmp_path).ends(MET)
    shutil.copy(told("sigpipe").captures / "sigpipe.pcap", tmp_path)
    lab.verify(tmp_path / "sigpipe.json").ends(1)


# --- the capture ---

def packets_of(told, name):
    return rdpcap(str(told(name).captures / f"{name}.pcap"))


def segments_of(told, name):
    return [packet for packet in packets_of(told, name) if TCP in packet]


@every_run_on_the_wire
def test_the_capture_is_ethernet_with_nanosecond_stamps(told, name):
    raw = (told(name).captures / f"{name}.pcap").read_bytes()
    magic, link = struct.unpack_from("I16xI", raw)
    assert (magic, link) == (0xA1B23C4D, 1)  # pcap-savefile(5); LINKTYPE_ETHERNET
    stamps = [int(packet.time * 10**9) for packet in packets_of(told, name)]
    # a frame is stamped when it is queued for the tap: another may overtake it in its softirq
    assert all(b - a > -1_000_000 for a, b in zip(stamps, stamps[1:]))
    assert (any(stamp % 1000 for stamp in stamps) or not stamps)


@every_run
def test_the_checksums_are_true(told, name):
    for segment in segments_of(told, name):
        again = copy.deepcopy(segment)
        del again[IP].chksum, again[TCP].chksum
        again = Ether(bytes(again))
        for layer in (IP, TCP):  # 0 and 0xffff are one number in ones' complement (RFC 1071)
            assert again[layer].chksum % 0xffff == segment[layer].chksum % 0xffff, segment


def test_no_segment_is_larger_than_the_mss_however_much_is_written(tmp_path):
    run = lab.scenario(lab.named("sigpipe"), "--client", f"{PROGRAMS}/flood burst 1",
                       captures=tmp_path, env=lab.SOON)
    assert run.status == UNMET, run
    segments = [p for p in rdpcap(str(tmp_path / "sigpipe.pcap")) if TCP in p]
    mss = min(dict(p[TCP].options)["MSS"] for p in segments if "S" in p[TCP].flags)
    sizes = [p[IP].len - p[IP].ihl * 4 - p[TCP].dataofs * 4 for p in segments]
    assert mss == 1460
    assert 1000 < max(sizes) <= mss


# --- the JSON ---

@every_run
def test_every_frame_of_the_capture_is_in_the_timeline_at_its_time(told, name):
    story = lab.story_of(told(name).captures, name)
    frames = [row for row in story["timeline"] if row["kind"] == "packet"]
    stamps = [int(packet.time * 10**9) for packet in packets_of(told, name)]
    assert [int(story["started_ns"]) + row["t_ns"] for row in frames] == stamps
    assert [row["frame"] for row in frames] == list(range(len(stamps)))
    assert (story["capture"]["frames"], story["capture"]["dropped"]) == (len(stamps), 0)
    assert story["capture"]["file"] == f"{name}.pcap"


@every_run
def test_every_segment_has_its_ports_in_the_timeline(told, name):
    story = lab.story_of(told(name).captures, name)
    there = [(row.get("from_port"), row.get("to_port")) for row in story["timeline"]
             if row["kind"] == "packet"]
    assert there == [(packet[TCP].sport, packet[TCP].dport) if TCP in packet else (None, None)
                     for packet in packets_of(told, name)]


KIND_OF_EVENT = {"segment": "packet", "icmp": "packet", "question": "packet", "call": "return",
                 "fork": "fork", "signal": "signal", "end": "end", "state": "state",
                 "backoff": "backoff", "process": "process", "output": "output"}


@every_run
def test_the_json_tells_of_a_run_of_the_schema(told, name):
    story = lab.story_of(told(name).captures, name)
    assert story["schema"] == "brokenpipe/1"
    assert (story["scenario"], story["verdict"]) == (name.scenario, "met")
    assert [row["n"] for row in story["timeline"]] == list(range(len(story["timeline"])))
    assert {host["name"] for host in story["hosts"]} >= {"client", "server"}


@every_run
def test_every_expectation_was_met_by_an_event_of_its_kind(told, name):
    story = lab.story_of(told(name).captures, name)
    for row in story["expectations"]:
        source, line = row["at"].split(":")
        assert "expect_" in (lab.REPO / source).read_text().splitlines()[int(line) - 1] \
            or row["kind"] in ("condition", "fork"), row["at"]
        if row["kind"] in KIND_OF_EVENT:
            event = story["timeline"][row["event"]]
            assert event["kind"] == KIND_OF_EVENT[row["kind"]]
            assert event["host"] == row.get("host", event["host"])
            assert event["n"] >= row.get("since", 0) or row["kind"] == "process"


@every_run
def test_calls_return_after_they_were_entered(told, name):
    timeline = lab.story_of(told(name).captures, name)["timeline"]
    returns = [row for row in timeline if row["kind"] == "return"]
    assert returns
    for row in returns:
        entered = timeline[row["entered"]]
        assert (entered["kind"], entered["pid"], entered["name"]) == ("enter", row["pid"], row["name"])
        assert entered["t_ns"] <= row["t_ns"]


@pytest.mark.parametrize("name", [n for n in NAMES if n.scenario in ("normal", "sigpipe")])
def test_the_clients_data_leaves_while_it_is_in_write(told, name):
    """But for data that waits for an earlier ACK (Nagle, RFC 9293 3.7.4): the tap is at the client."""
    timeline = lab.story_of(told(name).captures, name)["timeline"]
    writes = [(timeline[row["entered"]]["t_ns"], row["t_ns"]) for row in timeline
              if row["kind"] == "return" and row["host"] == "client" and row["family"] == "write"]
    frames = [row for row in timeline if row["kind"] == "packet"]
    acked = checked = 0
    for packet, row in zip(packets_of(told, name), frames):
        if TCP not in packet:
            continue
        if row["host"] == "server":
            acked = packet[TCP].ack if "A" in packet[TCP].flags else acked
        elif len(packet[TCP].payload) and packet[TCP].seq == acked:
            assert any(entry <= row["t_ns"] <= leave for entry, leave in writes), row
            checked += 1
    assert checked


# --- any program in the place of the book's ---

REPLACED = {
    "a Python server": ("sigpipe", "server", python("server.py")),
    "a Python server, normal": ("normal", "server", python("server.py")),
    "a Python client": ("normal", "client", python("client.py")),
    "a Python client of sigpipe-ignored": ("sigpipe-ignored", "client", python("client.py")),
    "a student's server": ("sigpipe", "server", PROGRAMS / "server"),
    "a student's server, normal": ("normal", "server", PROGRAMS / "server"),
    "a server with another thread": ("normal", "server", f"{PROGRAMS}/server thread"),
    "a server that accepts in another thread": ("normal", "server", f"{PROGRAMS}/server worker"),
    "a server that does not fork": ("sigpipe", "server", f"{PROGRAMS}/server single"),
    "a student's client": ("normal", "client", f"{PROGRAMS}/client fine"),
    "a client in a shell": ("sigpipe", "client", f"sh -c '{CORE}/tcpcli11 $0; exit 3'"),
    "a client from a shell": ("sigpipe", "client", f"sh -c 'exec {CORE}/tcpcli11 $0'"),
    "a server in a shell": ("sigpipe", "server", f"sh -c '{CORE}/tcpserv04; :'"),
    "host and port filled in": (
        "normal", "client", f"{PROGRAMS}/client port --to {{host}} --port {{port}}"),
    "host and port inside of words": (
        "normal", "client",
        f"sh -c 'a={{host}}:{{port}}; {PROGRAMS}/client port --to ${{a%:*}} --port ${{a#*:}}'"),
    "nothing, as from make": ("sigpipe", "client", ""),
}


@pytest.mark.parametrize("name, role, command", REPLACED.values(), ids=REPLACED.keys())
def test_another_program_tells_the_same_story(tmp_path, name, role, command):
    run = lab.scenario(lab.named(name), f"--{role}", command, captures=tmp_path)
    run.ends(MET, "PASS")
    lab.verify(tmp_path / f"{name}.json").ends(0, "ACCEPTED")


def test_a_command_is_looked_up_from_where_it_is_given(tmp_path):
    script = tmp_path / "client"
    script.write_text(f"#!/bin/sh\nexec {CORE}/tcpcli11 \"$@\"\n")
    script.chmod(0o755)
    how = {"captures": tmp_path / "captures", "cwd": tmp_path}
    lab.scenario(lab.named("sigpipe"), "--client", "./client", **how).ends(MET)
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    lab.scenario(lab.named("sigpipe"), "--client", "client", env=path, **how).ends(MET)


@pytest.mark.parametrize("quoted", ["'{}'", '"{}"', "{}"], ids=["single", "double", "escaped"])
def test_a_command_may_have_spaces_quotes_and_utf8(tmp_path, quoted):
    directory = tmp_path / "내 코드 \"v2\""
    directory.mkdir()
    client = str(shutil.copy(PROGRAMS / "client", directory / "클라이언트 $HOME"))
    escaped = re.sub(r'([ "$\\])', r"\\\1", client)
    command = {"'{}'": f"'{client}'", '"{}"': '"' + re.sub(r'(["$\\])', r"\\\1", client) + '"',
               "{}": escaped}[quoted]
    run = lab.scenario(lab.named("normal"), "--client", command, captures=tmp_path, quiet=False)
    run.ends(MET, "클라이언트")
    commands = [row["command"] for row in lab.story_of(tmp_path, "normal")["processes"]]
    assert [client, "192.0.2.2"] in commands


def test_a_sleep_until_a_moment_is_shown_by_its_length(tmp_path):
    """Python's sleeps are of that kind (TIMER_ABSTIME)."""
    command = f"'{sys.executable}' -c 'import time; time.sleep(0.05)'"
    run = lab.scenario(lab.named("normal"), "--client", command, captures=tmp_path, env=lab.SOON)
    assert run.status == UNMET, run
    sleeps = [row["args"] for row in lab.story_of(tmp_path, "normal")["timeline"]
              if row["kind"] == "enter" and row["family"] == "sleep"]
    assert len(sleeps) == 1 and re.match(r"0\.0\d+ s", sleeps[0])


def test_what_a_program_prints_cannot_command_the_terminal(tmp_path):
    command = r"sh -c 'printf \'\\033[31mred\\033[0m\\r\\a\\b\\233\\n\'; exec CORE/tcpcli11 $0'"
    command = command.replace("\\'", "'\\''").replace("CORE", str(CORE))
    run = lab.scenario(lab.named("sigpipe"), "--client", command, captures=tmp_path, quiet=False)
    run.ends(MET, "red")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", run.out)
    lines = [row["text"] for row in lab.story_of(tmp_path, "sigpipe")["timeline"]
             if row["kind"] == "output"]
    assert "red" in lines[0]


# --- a crashed host ---

def check_crash(run):
    run.ends(MET, "PASS")
    segments = [p for p in rdpcap(str(run.captures / "crash.pcap")) if TCP in p]
    data = b"anybody there?\n"
    again = [p[TCP].seq for p in segments if bytes(p[TCP].payload) == data]
    assert len(again) >= 3 and len(set(again)) == 1
    first = next(i for i, p in enumerate(segments) if bytes(p[TCP].payload) == data)
    assert {p[IP].src for p in segments[first:]} == {"192.0.2.1"}


def test_a_crashed_host_is_silent_and_the_data_is_sent_again(tmp_path):
    run = lab.run(lab.STORIES / "crash", captures=tmp_path, quiet=False)
    check_crash(run)
    assert "iptables -A INPUT -j DROP" in run.out


def test_what_is_shortened_is_printed_with_its_default(tmp_path):
    run = lab.scenario(lab.named("server-host-crash"), captures=tmp_path, quiet=False)
    assert "sysctl -w net/ipv4/tcp_retries2=1 (default 15)" in run.out
    assert "rto_min 5ms (default 200ms)" in run.out
    timeouts = [row["to_us"] for row in lab.story_of(tmp_path, "server-host-crash")["timeline"]
                if row["kind"] == "backoff"]
    assert len(timeouts) >= 4 and timeouts == sorted(timeouts)


def test_at_its_real_pace_nothing_is_shortened_and_progress_is_shown(tmp_path):
    """It would take a quarter of an hour: ended when it has said so."""
    process = lab.start(lab.SCENARIOS / "server-host-crash", captures=tmp_path,
                        env={"PACE": "real"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    progress = process.stderr.readline()
    process.send_signal(signal.SIGINT)
    run = lab.finish(process)
    assert progress == b"brokenpipe: TCP gives up in about 15 min 24 s\n", (progress, run)
    assert run.status == -signal.SIGINT and not lab.contents(tmp_path)


def test_an_ordinary_user_may_crash_a_host(ordinary_user):
    check_crash(lab.run(ordinary_user.build / "stories" / "crash", captures=ordinary_user.captures,
                        prefix=ordinary_user.prefix))

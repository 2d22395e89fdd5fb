"""What tshark, scapy and a person see of an annotated capture: its rows, their order, the profile."""

import functools
import os
import re
import shutil
import struct
import subprocess
import sys

import pytest

from tests.support import lab
from tests.support import terminal
from wireshark import wireshark
from tests.support.lab import MET, NAMES, the_lab_can_run  # noqa

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
from scapy.utils import rdpcap

if not shutil.which("tshark"):
    pytest.skip("tshark is not installed: make deps", allow_module_level=True)

SCRIPT = lab.REPO / "harness", "wireshark.wireshark"
RUNS = [name for name in NAMES if name in (
    "normal", "sigpipe", "sigpipe-ignored", "server-child-killed", "server-host-crash",
    "server-host-reboot", "server-host-unreachable", "accept-eintr", "linger-abort", "half-close", "connect-refused")]
some_runs = pytest.mark.parametrize("name", RUNS)

FIELDS = {
    "time": "frame.time_epoch", "protocols": "frame.protocols", "interface": "frame.interface_name",
    "comment": "frame.comment", "message": "systemd_journal.message",
    "host": "systemd_journal.hostname", "kind": "systemd_journal.transport",
    "call": "systemd_journal.code_func", "errno": "systemd_journal.errno",
    "symbol": "systemd_journal.message_id", "result": "systemd_journal.result",
    "pid": "systemd_journal.pid", "priority": "systemd_journal.priority",
    "expected": "systemd_journal.field.value", "from": "ip.src_host", "flags": "tcp.flags",
    "len": "tcp.len", "again": "tcp.analysis.retransmission", "from_port": "tcp.srcport",
    "to_port": "tcp.dstport", "rule": "frame.coloring_rule.name",
}
FIN, SYN, RST, ACK = 1, 2, 4, 16


def tshark(capture, *options):
    """Its output, when it has no complaint about the profile, the filter or the file."""
    env = {**os.environ, "WIRESHARK_CONFIG_DIR": str(wireshark.CONFIGURATION)}
    ended = subprocess.run(["tshark", "-C", wireshark.PROFILE, "-r", capture, *options], env=env,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    complaints = [line for line in ended.stderr.splitlines() if "Running as user" not in line]
    assert ended.returncode == 0 and not complaints, ended.stderr
    return ended.stdout


def unescaped(text):
    """As it was before tshark -T fields wrote it."""
    return text.replace("\\\\", "\\")


class Row(dict):
    """One row by the names of FIELDS; "" for what it has not."""

    @property
    def is_packet(self):
        return self["protocols"].startswith("eth")

    def has(self, bits):
        return bool(self["flags"]) and int(self["flags"], 16) & bits == bits


def rows_of(capture, *options):
    output = tshark(capture, "--color", "-T", "fields", "-E", "occurrence=f",
                    *[word for field in FIELDS.values() for word in ("-e", field)], *options)
    return [Row(zip(FIELDS, line.split("\t"))) for line in output.splitlines()]


@pytest.fixture(scope="session")
def captures(tmp_path_factory):
    return tmp_path_factory.mktemp("annotated")


@pytest.fixture(scope="session")
def rows(captures):
    """Give the rows of a run, which is told once for all tests."""
    @functools.cache
    def tell(name):
        lab.scenario(lab.named(name), captures=captures).ends(MET)
        return rows_of(captures / f"{name}.pcapng")
    return tell


# --- what is in it ---

def journal_entries(capture):
    """The messages of the journal blocks, read without Wireshark."""
    data, at, messages = capture.read_bytes(), 0, []
    while at < len(data):
        kind, total = struct.unpack_from("<II", data, at)
        if kind == 9:
            messages += re.findall(rb"^MESSAGE=(.*)$", data[at + 8:at + total - 4], re.M)
        at += total
    return [message.decode() for message in messages]


@some_runs
def test_wireshark_shows_every_journal_entry(rows, captures, name):
    """If this fails with a new Wireshark alone: does it still have a dissector for them?"""
    shown = [row["message"] for row in rows(name) if row["protocols"] == "systemd_journal"]
    entries = journal_entries(captures / f"{name}.pcapng")
    assert len(entries) >= 5
    assert [unescaped(message) for message in shown] == entries


def test_the_story_of_sigpipe_is_told_in_rows(rows):
    told = [(row["host"], row["kind"], row["message"]) for row in rows("sigpipe")
            if not row.is_packet]
    wanted = [("server", "action", "$ "), ("server", "syscall", "listen(3, "),
              ("server", "tcp-state", "CLOSED → LISTEN"), ("client", "action", "$ "),
              ("client", "syscall", "connect(3, 192.0.2.2:9877) …"),
              ("client", "syscall", "connect(3, 192.0.2.2:9877) = 0"),
              ("client", "action", 'types "hi there"'), ("client", "output", 'prints "hi there"'),
              ("lab", "scene", "── "), ("server", "action", "kill -TERM "),
              ("server", "signal", "child: SIGTERM (default action)"),
              ("server", "exit", "child: killed by SIGTERM"),
              ("lab", "scene", "── first write"), ("client", "syscall", 'write(3, "b", 1) …'),
              ("client", "syscall", 'write(3, "b", 1) = 1'), ("lab", "scene", "── second write"),
              ("client", "syscall", r'write(3, "ye\n", 3) …'),
              ("client", "syscall", r'write(3, "ye\n", 3) = -1 EPIPE'),
              ("client", "signal", "SIGPIPE (default action)"),
              ("client", "exit", "killed by SIGPIPE")]
    for host, kind, message in told:
        if wanted and (host, kind) == wanted[0][:2] and \
                unescaped(message).startswith(wanted[0][2]):
            wanted.pop(0)
    assert not wanted, told


def test_a_failed_call_has_its_fields(rows):
    failed, = (row for row in rows("sigpipe") if row["symbol"] == "EPIPE")
    assert (failed["host"], failed["kind"], failed["call"]) == ("client", "syscall", "write")
    assert (failed["errno"], failed["result"], failed["priority"]) == ("32", "-1", "3")
    assert failed["pid"].isdigit() and "write() = -1 EPIPE (sigpipe.c:" in failed["expected"]


def test_a_comment_says_what_the_segment_is_there_for(rows):
    reset, = (row for row in rows("sigpipe") if row.has(RST))
    assert re.fullmatch(r"✓ RST from server \(sigpipe\.c:\d+\); client → CLOSED; scene: first write.*",
                        reset["comment"])
    handshake = [row["comment"] for row in rows("normal") if row.is_packet and row["flags"]][:3]
    assert "client → ESTABLISHED" in handshake[1] and "server → ESTABLISHED" in handshake[2]


@some_runs
def test_hosts_have_names_and_the_interface_its_host_s(rows, name):
    packets = [row for row in rows(name) if row.is_packet]
    assert {row["interface"] for row in packets} == {"client"}
    assert {row["from"] for row in packets if row["from"]} <= {"client", "server", "router"}
    assert "client" in {row["from"] for row in packets}


def test_hosts_have_names_over_ipv6(tmp_path):
    lab.scenario(lab.named("sigpipe"), captures=tmp_path, env={"FAMILY": "inet6"}).ends(MET)
    run = show("tshark", tmp_path / "sigpipe-inet6.pcapng")
    run.ends(0)
    assert re.search(r"^\d+ +[\d.]+ +server +TCP .*\[RST\].* ✓ RST from server \(sigpipe.c:", run.out, re.M)


# --- the order is causal ---

@some_runs
def test_no_stamp_is_before_the_one_above_it(rows, name):
    stamps = [row["time"] for row in rows(name)]
    assert stamps == sorted(stamps) and all(stamps)


CAUSE = {  # of a state: what must have come from the other host before
    "ESTABLISHED": ACK, "SYN_RECEIVED": SYN, "CLOSE_WAIT": FIN, "FIN_WAIT_2": ACK, "TIME_WAIT": FIN,
    "CLOSING": FIN,
}


@some_runs
def test_a_state_stands_behind_the_segment_that_caused_it(rows, name):
    heard = {"client": 0, "server": 0}
    checked = 0
    for row in rows(name):
        if row["flags"]:
            heard["server" if row["from"] == "client" else "client"] |= int(row["flags"], 16)
        elif row["kind"] == "tcp-state":
            bit = CAUSE.get(row["message"].split()[-1], 0)
            assert heard[row["host"]] & bit == bit, row
            checked += bool(bit)
    assert checked or name == "connect-refused"


@some_runs
def test_a_call_stands_before_the_segments_that_it_causes(rows, name):
    entered = {"client": set(), "server": set()}
    for row in rows(name):
        if row["kind"] == "syscall" and re.search(r" (…|waits …)$", row["message"]):
            entered[row["host"]].add(row["call"])
        elif row["from"] == "client" and row.has(SYN):
            assert "connect" in entered["client"], row
        elif row["len"] not in ("", "0"):
            assert "write" in entered[row["from"]], row


@some_runs
def test_every_entry_is_followed_by_its_return_or_says_that_it_waits(rows, name):
    open_calls = []  # a handler's are made inside of the one that the signal interrupted
    for row in rows(name):
        call = (row["pid"], row["call"])
        if row["kind"] == "syscall" and row["message"].endswith(") …"):
            assert call not in open_calls, row
            open_calls.append(call)
        elif row["kind"] == "syscall" and call in open_calls:
            open_calls.remove(call)
    assert not open_calls


# --- the packets are the .pcap's ---

@some_runs
def test_tshark_takes_the_packets_out_as_they_are_in_the_pcap(rows, captures, tmp_path, name):
    """Byte for byte as its own copy of the .pcap: microseconds, for that is what pcap holds. Its
    header may differ, for it has room for the longest packet of any interface."""
    rows(name)
    tshark(captures / f"{name}.pcapng", "-Y", "eth", "-F", "pcap", "-w", tmp_path / "taken.pcap")
    tshark(captures / f"{name}.pcap", "-F", "pcap", "-w", tmp_path / "plain.pcap")
    taken, plain = ((tmp_path / f"{kind}.pcap").read_bytes() for kind in ("taken", "plain"))
    assert taken[24:] == plain[24:] and taken[:16] + taken[20:24] == plain[:16] + plain[20:24]


@some_runs
def test_scapy_reads_the_packets_alone(rows, captures, name):
    rows(name)
    annotated, plain = (rdpcap(str(captures / f"{name}.{kind}")) for kind in ("pcapng", "pcap"))
    assert [bytes(packet) for packet in annotated] == [bytes(packet) for packet in plain]
    assert [int(packet.time * 10**6) for packet in annotated] == \
        [int(packet.time * 10**6) for packet in plain]


@some_runs
def test_the_second_opinion_accepts_the_annotated_capture(rows, captures, name):
    rows(name)
    lab.verify(captures / f"{name}.json", captures / f"{name}.pcapng").ends(0, "ACCEPTED")


# --- the profile ---

def buttons():
    text = (wireshark.CONFIGURATION / "profiles" / wireshark.PROFILE / "dfilter_buttons").read_text()
    unescaped = text.replace(r"\x22", "\x00")
    return {label: display_filter.replace("\x00", '"') for label, display_filter in
            re.findall(r'^"TRUE","([^"]*)","([^"]*)","[^"]*"$', unescaped, re.M)}


def rules():
    text = (wireshark.CONFIGURATION / "profiles" / wireshark.PROFILE / "colorfilters").read_text()
    return dict(re.findall(r"^@(.*?)@(.*)@\[[\d,]+\]\[[\d,]+\]$", text, re.M))


def is_tcp(row):
    return bool(row["flags"])


BUTTONS = {
    "errno": lambda row: row["errno"],
    "signals and exits": lambda row: row["kind"] in ("signal", "exit"),
    "TCP states": lambda row: row["kind"] == "tcp-state" or any(map(row.has, (SYN, FIN, RST))),
    "expected": lambda row: row["comment"] or row["expected"],
    "RST, sent again": lambda row: row.has(RST) or row["again"],
    "story": lambda row: row["kind"] in ("scene", "action") or row["priority"] == "3" or
    row["len"] not in ("", "0") or row.has(FIN) or row.has(RST),
    "client": lambda row: row["host"] == "client" or is_tcp(row),
    "server": lambda row: row["host"] == "server" or is_tcp(row),
    "wire alone": lambda row: row.is_packet,
}


def test_every_button_is_tested():
    assert set(buttons()) == set(BUTTONS)


@pytest.mark.parametrize("name", ["sigpipe", "server-host-crash"])
@pytest.mark.parametrize("label", BUTTONS)
def test_a_button_shows_what_it_says(rows, captures, label, name):
    wanted = [row for row in rows(name) if BUTTONS[label](row)]
    assert wanted or name != "sigpipe"  # which has some of all
    shown = rows_of(captures / f"{name}.pcapng", "-2", "-Y", buttons()[label])
    assert [row["time"] + row["message"] for row in shown] == \
        [row["time"] + row["message"] for row in wanted]


RULES = {
    "what kills": lambda row: row["kind"] in ("signal", "exit") and row["priority"] == "3",
    "a call that failed": lambda row: row["errno"],
    "a scene of the story": lambda row: row["kind"] == "scene",
    "what the lab does": lambda row: row["kind"] == "action",
    "a TCP state": lambda row: row["kind"] in ("tcp-state", "timeout"),
    "the client": lambda row: row["host"] == "client",
    "the server": lambda row: row["host"] == "server",
    "RST": lambda row: row.has(RST),
    "sent again": lambda row: row["again"],
    "SYN, FIN": lambda row: row.has(SYN) or row.has(FIN),
    "data": lambda row: row["len"] not in ("", "0"),
    "the rest": lambda row: row.is_packet,
}
OF_OTHER_RUNS = {"any other host", "ICMP error"}  # that have a router


@pytest.mark.parametrize("rule", rules())
def test_the_filter_of_a_colour_is_accepted(rows, captures, rule):
    rows("sigpipe")
    tshark(captures / "sigpipe.pcapng", "-Y", rules()[rule])


def test_every_row_has_the_colour_it_should():
    assert set(RULES) | OF_OTHER_RUNS == set(rules())
    assert set(wireshark.colours()) == set(rules())


@pytest.mark.parametrize("name", ["sigpipe", "server-host-crash"])
def test_a_row_has_the_first_colour_that_fits(rows, name):
    for row in rows(name):
        assert row["rule"] == next(rule for rule in RULES if RULES[rule](row)), row
    if name == "sigpipe":
        assert {row["rule"] for row in rows(name)} | {"sent again"} == set(RULES)


def test_what_a_router_does_and_says_has_its_colours(rows):
    told = rows("server-host-unreachable")
    assert {row["host"] or row["from"] for row in told if row["rule"] in OF_OTHER_RUNS} == {"router"}
    assert {row["rule"] for row in told} > {"ICMP error"}


def test_every_column_has_a_width():
    recent = (wireshark.CONFIGURATION / "profiles" / wireshark.PROFILE / "recent").read_text()
    for layout in re.findall(r'"(%[^"]*)"', wireshark.preference("gui.column.format")):
        assert layout.split(":1:")[0] in recent, layout


# --- in a terminal ---

def show(*words, path=None, **env):
    env = {**os.environ, **env, **({"PATH": str(path)} if path else {})}
    return lab.finish(subprocess.Popen([sys.executable, *SCRIPT, *words], env=env,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE))


def test_the_terminal_shows_the_columns(rows, captures):
    rows("sigpipe")
    run = show("tshark", captures / "sigpipe.pcapng")
    run.ends(0)
    title, *lines = run.out.splitlines()
    assert re.split("  +", title) == ["No.", "Time", "Side", "Kind", "Seq", "Ack", "Len",
                                      "What happens", "errno, signal", "Note"]
    assert len(lines) == len(rows("sigpipe")) and "\033" not in run.out
    failed, = (line for line in lines if " = -1 EPIPE" in line)
    assert failed[title.index("errno"):].startswith("EPIPE  ")
    assert failed[title.index("Side"):].startswith("client ")


def test_the_terminal_is_told_what_is_no_capture(tmp_path):
    (tmp_path / "not.pcapng").write_text("nothing of the kind")
    show("tshark", tmp_path / "not.pcapng").ends(1, f"tshark cannot read {tmp_path}/not.pcapng")


@pytest.mark.parametrize("program", ["tshark", "wireshark"])
def test_a_program_that_is_not_installed_is_named(tmp_path, program):
    show(program, tmp_path / "any.pcapng", path=tmp_path).ends(
        77, f"{program} is not installed: sudo apt install {program}")


# --- in Wireshark, or what stands in its place ---

@pytest.fixture
def stand_in(tmp_path):
    """Give a function that puts a script in Wireshark's place; its arguments go to tmp_path/log."""
    def put(script):
        (tmp_path / "wireshark").write_text(
            f'#!/bin/sh\necho "$WIRESHARK_CONFIG_DIR $*" > {tmp_path}/log\n{script}\n')
        (tmp_path / "wireshark").chmod(0o755)
        return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DISPLAY": ":none"}
    return put


def test_without_a_display_the_terminal_is_named(tmp_path, stand_in):
    env = stand_in("exit 0") | {"DISPLAY": "", "WAYLAND_DISPLAY": ""}
    show("wireshark", "some.pcapng", **env).ends(77, "make tshark-NAME shows the same")
    assert not (tmp_path / "log").exists()


def test_wireshark_works_on_a_copy_of_the_profile(tmp_path, stand_in):
    env = stand_in('test -e "$WIRESHARK_CONFIG_DIR/profiles/brokenpipe/preferences" || exit 9\n'
                   'echo mine > "$WIRESHARK_CONFIG_DIR/recent_common"')
    before = (wireshark.CONFIGURATION / "recent_common").read_text()
    show("wireshark", "some.pcapng", **env).ends(0)
    directory, words = (tmp_path / "log").read_text().split(" ", 1)
    assert words == "-C brokenpipe -r some.pcapng\n"
    assert not os.path.exists(directory)
    assert (wireshark.CONFIGURATION / "recent_common").read_text() == before


def live(tmp_path, env, *options):
    return show("live", lab.SCENARIOS / "sigpipe", *options, "--quiet", "--captures", tmp_path, **env)


def test_a_run_is_shown_while_it_is_told(tmp_path, stand_in):
    env = stand_in(f'while [ "$1" != -i ]; do shift; done; cat "$2" > {tmp_path}/seen.pcapng')
    live(tmp_path, env, "--variant", "ignored").ends(MET, "PASS")
    assert (tmp_path / "log").read_text().split(" ", 1)[1].startswith("-C brokenpipe -k -i ")
    seen, left = (rows_of(tmp_path / file) for file in ("seen.pcapng", "sigpipe-ignored.pcapng"))
    assert [row["time"] for row in seen if row.is_packet] == \
        [row["time"] for row in left if row.is_packet]
    assert {row["message"] for row in left} <= \
        {row["message"].replace("waits …", "…") for row in seen} | {row["message"] for row in seen}


def test_at_a_terminal_somebody_steps_through_what_is_shown(tmp_path, stand_in):
    env = stand_in(f'while [ "$1" != -i ]; do shift; done; cat "$2" > {tmp_path}/seen.pcapng')
    with terminal.Terminal(sys.executable, *SCRIPT, "live", lab.SCENARIOS / "sigpipe", "--captures",
                           tmp_path, env=env) as told:
        told.until("[Enter: ")
        while b'prints "hi there"' not in (tmp_path / "seen.pcapng").read_bytes():
            assert told.process.poll() is None, told.shown
        assert b"EPIPE" not in (tmp_path / "seen.pcapng").read_bytes()
        for _ in range(4):
            told.types("\n")
            told.until("[Enter: " if _ < 3 else "PASS")
        told.rest()
        assert told.status() == MET
    assert b"EPIPE" in (tmp_path / "seen.pcapng").read_bytes()


def test_the_story_goes_on_when_nobody_looks_on_any_more(tmp_path):
    os.mkfifo(tmp_path / "live")
    with subprocess.Popen(["head", "-c", "100", tmp_path / "live"], stdout=subprocess.DEVNULL):
        lab.scenario(lab.named("sigpipe"), "--live", tmp_path / "live", captures=tmp_path).ends(MET)


def test_a_wireshark_that_does_not_start_leaves_no_scenario_waiting(tmp_path, stand_in):
    run = live(tmp_path, stand_in("exit 1"))
    assert run.status not in (MET, None)


def test_a_live_file_that_cannot_be_written_is_named(tmp_path):
    lab.scenario(lab.named("sigpipe"), "--live", "/nowhere/x", captures=tmp_path).ends(
        lab.BROKEN, "cannot write to --live /nowhere/x: No such file or directory")

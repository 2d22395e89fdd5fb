"""Annotated captures as tshark shows them: the rows of a run, which runs once for all tests."""

import functools
import os
import shutil
import subprocess

import pytest

from tests.support import lab
from tests.support.lab import MET
from wireshark import wireshark

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


def needed():
    """To be called where every test needs tshark and a lab that can run."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed: make deps", allow_module_level=True)


@pytest.fixture(scope="session")
def captures(tmp_path_factory):
    return tmp_path_factory.mktemp("annotated")


@pytest.fixture(scope="session")
def rows(captures):
    """Give a function: the rows of a run. It runs once for all tests."""
    @functools.cache
    def rows_of_run(name):
        lab.scenario(lab.named(name), captures=captures).ends(MET)
        return rows_of(captures / f"{name}.pcapng")
    return rows_of_run

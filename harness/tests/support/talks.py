"""Conversations for the diagnosis, segment by segment: who, which flags, how much, how much later.

Numbers follow from what was sent before; whatever a test wants otherwise is given by name. Frames are
raw IP unless a test puts a link layer around them.
"""

import json
import os
import subprocess

from scapy.layers.inet import ICMP, IP, TCP
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6
from scapy.layers.l2 import ARP

from tests.support import lab
from tests.support.made_captures import capture_of

DIAGNOSE = lab.BUILD / "diagnose"
STARTED_NS = 1_790_000_000 * 10**9
MS = 1_000_000


class Talk:
    """One conversation. Each step is `after_ms` later than the one before; steps are (ns, packet)."""

    def __init__(self, client=("192.0.2.1", 40000), server=("192.0.2.2", 9877), begins_ms=0,
                 first=(1000, 5000), timestamps=True, ids=True):
        self.ends = {"client": client, "server": server}
        self.next = {"client": first[0], "server": first[1]}
        self.now_ns = STARTED_NS + begins_ms * MS
        self.timestamps, self.ids = timestamps, ids
        self.packets = []

    def other(self, who):
        return "server" if who == "client" else "client"

    def ip(self, who, **fields):
        (source, _), (target, _) = self.ends[who], self.ends[self.other(who)]
        if ":" in source:
            fields.pop("id", None)
            if "ttl" in fields:
                fields["hlim"] = fields.pop("ttl")
            return IPv6(src=source, dst=target, **fields)
        fields.setdefault("id", len(self.packets) + 1 if self.ids else 0)
        return IP(src=source, dst=target, flags="DF", **fields)

    def send(self, who, flags, data=0, after_ms=1, options=(), ip=None, **tcp):
        """One segment with `data` bytes; the sender's numbers go on, unless seq is given."""
        payload = data if isinstance(data, bytes) else b"x" * data
        self.now_ns += int(after_ms * MS)
        tick = (self.now_ns - STARTED_NS) // MS % 2**32
        options = list(options)
        if self.timestamps and "R" not in flags:
            options += [("Timestamp", (tick, 0)), ("NOP", None), ("NOP", None)]
        (_, sport), (_, dport) = self.ends[who], self.ends[self.other(who)]
        fields = {"seq": self.next[who], "ack": self.next[self.other(who)] if "A" in flags else 0}
        fields.update(tcp)
        fields = {name: number % 2**32 if name in ("seq", "ack") else number
                  for name, number in fields.items()}
        segment = TCP(sport=sport, dport=dport, flags=flags, options=options, **fields)
        packet = self.ip(who, **(ip or {})) / segment
        self.packets.append((self.now_ns, packet / payload if payload else packet))
        if "seq" not in tcp:
            self.next[who] += len(payload) + ("S" in flags) + ("F" in flags)
        return self

    def again(self, who, data, after_ms, times=1, grows=2, flags="PA"):
        """What was sent last, sent again; each wait `grows` times the one before."""
        for _ in range(times):
            self.send(who, flags, data, after_ms,
                      seq=self.next[who] - data - ("F" in flags) - ("S" in flags))
            after_ms *= grows
        return self

    def open(self, **syn):
        return self.send("client", "S", **syn).send("server", "SA").send("client", "A")

    def echo(self, data=9):
        return (self.send("client", "PA", data).send("server", "A").send("server", "PA", data)
                .send("client", "A"))

    def close(self, first="client"):
        second = self.other(first)
        return (self.send(first, "FA").send(second, "A").send(second, "FA").send(first, "A"))

    def icmp(self, about, kind=3, code=1, after_ms=1, router="192.0.2.254"):
        """A router's answer to the last packet of `about`."""
        source = self.ends[about][0]
        last = [p for _, p in self.packets if p.src == source and TCP in p][-1]
        self.now_ns += int(after_ms * MS)
        if last.version == 6:
            packet = IPv6(src="2001:db8::fe", dst=source) / ICMPv6DestUnreach(type=kind, code=code)
            packet /= bytes(last)
        else:
            packet = IP(src=router, dst=source) / ICMP(type=kind, code=code) / bytes(last)[:28]
        self.packets.append((self.now_ns, packet))
        return self

    def wait(self, ms):
        self.now_ns += ms * MS
        return self


def arp(asker, target, at_ms, is_answer=False):
    """An Ethernet frame, not an IP packet."""
    source, to = (target, asker) if is_answer else (asker, target)
    body = ARP(op=2 if is_answer else 1, psrc=source, pdst=to,
               hwsrc="02:00:00:00:00:01", hwdst="02:00:00:00:00:02" if is_answer else "00:00:00:00:00:00")
    return (STARTED_NS + int(at_ms * MS), b"\xff" * 6 + b"\x02" * 6 + b"\x08\x06" + bytes(body))


class Diagnosis:
    """What the program says of a capture."""

    def __init__(self, status, out, err, data=None):
        self.status, self.out, self.err, self.data = status, out, err, data

    def __str__(self):
        return f"exit status {self.status}\n{self.out}{self.err}"

    @property
    def ids(self):
        """Of all findings, conversation by conversation."""
        return [finding["id"] for finding in self.findings()]

    def findings(self, number=None):
        return [finding for row in self.data["conversations"] for finding in row["findings"]
                if number is None or row["number"] == number]

    def notes(self, number=1):
        return [note["id"] for note in self.data["conversations"][number - 1]["notes"]]


def run(*words, **env):
    environment = {k: v for k, v in os.environ.items() if k not in ("LESSON_LANG", "LC_ALL", "LANG")}
    process = subprocess.run([DIAGNOSE, *map(str, words)], env={**environment, **env}, timeout=60,
                             stdin=subprocess.DEVNULL, capture_output=True)
    return Diagnosis(process.returncode, process.stdout.decode(), process.stderr.decode())


def diagnose_file(path, *words):
    diagnosis = run("--json", *words, path)
    if diagnosis.status != 99:
        diagnosis.data = json.loads(diagnosis.out)
    return diagnosis


def diagnose(directory, *packets, link="raw IP", **how):
    """Of packets, or of conversations, in the order in which they are given."""
    path = directory / "mine.pcap"
    rows = [row for one in packets for row in (one.packets if isinstance(one, Talk) else [one])]
    path.write_bytes(capture_of(rows, link, **how))
    return diagnose_file(path)

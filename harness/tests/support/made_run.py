"""A run made by hand: a small sigpipe (UNP 5.13) whose timeline tells the same as its capture."""

import json

from tests.support.made_captures import CLIENT, SERVER, SIGPIPE, STARTED_NS, capture_of, talk
from scapy.layers.inet import TCP

from opinion import verify

ACCEPTED, REFUSED, CANNOT_RUN, BROKEN = 0, 1, 77, 99
SERVER_PID, CHILD_PID, CLIENT_PID = 3, 5, 4
LISTENING, ACCEPTED_SOCKET, CLIENT_SOCKET = 11, 12, 13
WRITE_ONE, WRITE_EPIPE, SIGNAL, END = 11, 17, 18, 19  # numbers of expectations below


def renumbered(events):
    return [event | {"n": n} for n, event in enumerate(events)]


def actor(name, pid=0):
    host = name.split()[0]
    return {"who": name, "host": host, "program": int(host == "client"), "pid": pid, "since": 0}


def segment(sender=None, flags=None, payload=None, kind="segment"):
    given = {"from": sender, "flags": flags, "payload_bytes": payload}
    return {"kind": kind, "segment": {key: value for key, value in given.items() if value}}


def expectations():
    server, client, child = actor("server"), actor("client"), actor("server child", CHILD_PID)
    rows = [
        server | {"kind": "state", "state": "LISTEN"},
        segment("client", "SYN", "none"),
        segment("server", "SYN,ACK"),
        client | {"kind": "call", "call": {"name": "connect", "error": "none"}},
        server | {"kind": "fork", "fork": {}},
        server | {"kind": "process", "process": {"state": "S", "in_call": "accept",
                                                 "wait_channel": "inet_csk_accept|elsewhere"}},
        client | {"kind": "output", "output": "hi there"},
        child | {"kind": "end", "end": {"signal": "SIGTERM"}},
        segment("server", "FIN,ACK"),
        client | {"kind": "state", "state": "CLOSE_WAIT"},
        client | {"kind": "call", "call": {"name": "write", "result": 1}},
        segment("client", "ACK", 1),
        segment("server", "RST,ACK", kind="no-segment"),
        segment("server", "RST"),
        segment("client", kind="no-segment"),
        client | {"kind": "condition", "condition": {"kind": "held"}},
        client | {"kind": "call", "call": {"name": "write", "error": "EPIPE"}},
        client | {"kind": "signal", "signal": {"name": "SIGPIPE", "disposition": "default action"}},
        client | {"kind": "end", "end": {"signal": "SIGPIPE"}},
    ]
    return [row | {"n": n, "at": f"scenarios/sigpipe.c:{20 + n}", "verdict": "met"}
            for n, row in enumerate(rows, 1)]


def call(pid, name, args, result=None, family=None, inode=None, **more):
    """The entry into a system call, and its return unless there is no result."""
    host = "client" if pid == CLIENT_PID else "server"
    event = {"host": host, "pid": pid, "name": name, "family": family or name, "args": args}
    if inode:
        event["inode"] = inode
    rows = [event | {"kind": "enter"}]
    if result is not None:
        rows.append(event | {"kind": "return", "result": result} | more)
    return rows


def state(host, inode, to):
    return {"kind": "state", "host": host, "inode": inode, "from": "?", "to": to}


def of_client(kind, **fields):
    return {"kind": kind, "host": "client", "pid": CLIENT_PID} | fields


def of_server(pid, kind, **fields):
    return {"kind": kind, "host": "server", "pid": pid} | fields


def happenings():
    """All but the packets; a number stands for that packet of SIGPIPE."""
    accepts = call(SERVER_PID, "accept", "3", 4, inode=ACCEPTED_SOCKET)
    waits = call(SERVER_PID, "accept", "3", inode=LISTENING)
    look = of_server(SERVER_PID, "process", parent=1, state="S", command="tcpserv04",
                     wait_channel="inet_csk_accept")
    return [
        {"kind": "scene", "host": "lab", "text": "all begins"},
        *call(SERVER_PID, "listen", "3", 0, inode=LISTENING),
        state("server", LISTENING, "LISTEN"),
        accepts[0], *call(CLIENT_PID, "connect", "3", 0, inode=CLIENT_SOCKET),
        0, state("client", CLIENT_SOCKET, "SYN_SENT"), 1, 2, accepts[1],
        of_server(SERVER_PID, "fork", child=CHILD_PID), *waits, look,
        *call(CHILD_PID, "recvfrom", "4", 9, family="read", inode=ACCEPTED_SOCKET),
        *call(CLIENT_PID, "write", "3, 9", 9, inode=CLIENT_SOCKET), 3, 4, 5, 6,
        of_client("output", text="say: hi there!"),
        of_server(CHILD_PID, "end", signal="SIGTERM"),
        7, 8, state("client", CLIENT_SOCKET, "CLOSE_WAIT"),
        *call(CLIENT_PID, "write", "3, 1", 1, inode=CLIENT_SOCKET), 9, 10,
        state("client", CLIENT_SOCKET, "CLOSED"),
        *call(CLIENT_PID, "write", "3, 2", -1, error="EPIPE", inode=CLIENT_SOCKET),
        of_client("signal", name="SIGPIPE", disposition="default action"),
        of_client("end", signal="SIGPIPE"),
    ]


def packet_fields(packet):
    tcp = packet[TCP]
    names = {"S": "SYN", "F": "FIN", "R": "RST", "P": "PSH", "A": "ACK"}
    flags = ",".join(names[letter] for letter in "SFRPA" if letter in str(tcp.flags))
    fields = {"protocol": "tcp", "from": packet.src, "to": packet.dst, "from_port": tcp.sport,
              "to_port": tcp.dport, "connection": 1, "flags": flags, "seq": 1, "raw_seq": tcp.seq,
              "len": len(tcp.payload), "window": tcp.window, "text": flags}
    return fields | ({"ack": 1, "raw_ack": tcp.ack} if "A" in str(tcp.flags) else {})


class Run:
    """The files of a run, before they are written; tests change them."""

    def __init__(self, directory, capsys):
        self.directory, self.capsys = directory, capsys
        self.packets = talk(SIGPIPE)
        self.expectations, self.happenings = expectations(), happenings()
        self.verdict, self.changes = "met", {}

    def timeline(self):
        events, enters = [], {}
        for n, happening in enumerate(self.happenings):
            event = {"n": n, "t_ns": n * 1000}
            if isinstance(happening, int):
                time_ns, packet = self.packets[happening]
                host = "client" if packet.src == CLIENT[0] else "server"
                event |= {"kind": "packet", "host": host, "frame": happening,
                          "t_ns": time_ns - STARTED_NS} | packet_fields(packet)
            else:
                event |= happening
            if event["kind"] == "enter":
                enters[event["pid"]] = n
            if event["kind"] == "return":
                event.setdefault("entered", enters[event["pid"]])
            events.append(event)
        return events

    def story(self):
        return {
            "schema": "brokenpipe/2", "scenario": "sigpipe", "variant": "default",
            "section": "5.13", "claim": "a write after an RST raises SIGPIPE",
            "verdict": self.verdict,
            "started_ns": str(STARTED_NS),
            "hosts": [{"name": "client", "address": CLIENT[0]},
                      {"name": "server", "address": SERVER[0]}],
            "capture": {"file": "sigpipe.pcap", "frames": len(self.packets), "dropped": 0},
            "processes": [{"pid": SERVER_PID, "parent": 0, "program": 0},
                          {"pid": CHILD_PID, "parent": SERVER_PID, "program": 0},
                          {"pid": CLIENT_PID, "parent": 0, "program": 1}],
            "expectations": self.expectations, "timeline": self.timeline(),
        } | self.changes

    def write(self, story=None, capture=None):
        story = self.directory / "sigpipe.json", json.dumps(story or self.story()).encode()
        capture = self.directory / "sigpipe.pcap", capture or capture_of(self.packets,
                                                                         nanoseconds=True)
        for path, content in (story, capture):
            path.write_bytes(content)
        return story[0]

    def verify(self, *arguments, **files):
        return self.call(str(self.write(**files)), *arguments)

    def judge(self, capture, *arguments):
        """Judge a capture from elsewhere."""
        other = self.directory / "other.pcap"
        other.write_bytes(capture)
        return self.verify(str(other), *arguments)

    def call(self, *arguments):
        code = verify.main(list(arguments))
        return (code, *self.capsys.readouterr())

    def find(self, kind, **fields):
        """The one happening of this kind with these fields."""
        found = [row for row in self.happenings if isinstance(row, dict) and
                 row["kind"] == kind and fields.items() <= row.items()]
        assert len(found) == 1, found
        return found[0]


def assert_refused(outcome, number, wanted, seen):
    """The refusal names the expectation, its line, what was wanted and what was seen instead."""
    code, out, err = outcome
    assert code == REFUSED, out + err
    verdict = out[out.index("REFUSED"):].splitlines()
    assert verdict[:3] == [f"REFUSED  expectation {number} (scenarios/sigpipe.c:{20 + number})",
                           f"  wanted  {wanted}", f"  seen    {seen}"]


def assert_accepted(outcome):
    assert outcome[0] == ACCEPTED, outcome[1] + outcome[2]

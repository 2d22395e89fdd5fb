"""What of a run a ladder shows: its timeline as items in order of time. Pure.

The rules are those of the terminal's story (ladder.c): calls that only prepare, what concerns the
terminal, and a program's start-up are left out; a call that sends something stands where it was
entered, one that waits where it came back.
"""

import re
from dataclasses import dataclass, field

from runs.terminal import printable

PREPARATION = {"fork", "exec", "exit", "sigaction", "getsockopt", "socket"}
SENDS = {"write", "close", "shutdown", "bind", "listen", "setsockopt", "connect"}
HARMLESS = {"SIGCHLD", "SIGURG", "SIGWINCH", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"}
MORE = {"fork", "signal", "end", "enter", "return"}  # what a start-up consists of
ERROR = re.compile(r"\bE[A-Z0-9]{2,}\b|\bSIG[A-Z0-9]+\b")


@dataclass
class Item:
    """A thing to draw; `at` orders it: nanoseconds, and the number of its event."""

    kind: str
    host: str
    at: tuple
    text: str
    pid: int = 0
    style: str = ""  # "bad": an error, an RST; "again": sent before
    events: list = field(default_factory=list)  # numbers
    began: tuple = None  # of a call: from when until when it was in the kernel
    ended: tuple = None
    waiting: str = ""  # how a call looks before it comes back
    lost_at: str = ""  # of a segment that does not arrive: the host that drops it
    connection: tuple = None  # of a state: host, local port, remote port
    state: str = ""

    @property
    def t_ns(self):
        return self.at[0]


def when(event):
    return event["t_ns"], event["n"]


def duration(us):
    return f"{us / 1e6:g} s" if us >= 1e6 else f"{us / 1e3:g} ms"


class Run:
    """A run's JSON, and what has to be known of the whole of it to show a part."""

    def __init__(self, run):
        self.events = run.timeline
        self.processes = run.process
        self.returns = {event["entered"]: event for event in self.events
                        if event["kind"] == "return"}
        self.ends = {event["pid"]: event for event in self.events if event["kind"] == "end"}
        self.names = {host["address"]: host["name"] for host in run.hosts}
        self.connections = {(event["host"], event["local_port"], event["remote_port"])
                            for event in self.events if event["kind"] == "state"}
        connects = sum(event["kind"] == "enter" and event["family"] == "connect"
                       for event in self.events)
        self.has_several = max(connects, len({c[1:] for c in self.connections if c[2] != 0
                                              and c[0] == "client"})) > 1
        self.attempts = max(connects, len(self.connections))
        self.numbers = {}  # of the connections that segments tell, by their two ports, from 1
        for event in self.events:
            if "from_port" in event:
                ports = frozenset((event["from_port"], event["to_port"]))
                self.numbers.setdefault(ports, len(self.numbers) + 1)
        self.first_calls = {}  # on a socket, of each program
        for event in self.events:
            if event["kind"] in ("enter", "return") and event.get("inode"):
                self.first_calls.setdefault(self.program(event), event["n"])
        self.faults = [fault for fault in map(self.fault, self.events) if fault]
        self.sent = {}  # by host: what has been sent, to know what is sent again
        self.begins = next((event["n"] for event in self.events if event["kind"] == "scene" or
                            event["kind"] == "action" and event["text"].startswith("$ ")), 0)

    def fault(self, event):
        """(since when, who gets nothing any more, who drops it), of what the lab does to a host."""
        text = event["text"] if event["kind"] == "action" else ""
        has_router = "router" in self.names.values()
        if re.match(r"ip6?tables -A INPUT -j DROP", text):
            return event["t_ns"], event["host"], event["host"]
        if text.startswith("ip addr del ") and has_router:
            return event["t_ns"], event["host"], "router"
        if re.match(r"ip (-6 )?route (del|add prohibit) ", text) and event["host"] == "router":
            return event["t_ns"], "server", "router"
        return None

    def lost_at(self, packet):
        """Whether a segment was dropped cannot be seen on the client's wire; what was done can."""
        target = "server" if packet["host"] == "client" else "client"
        is_segment = not re.match(r"ARP|ICMP|ND|who", packet["text"])
        return next((where for since_ns, host, where in self.faults if is_segment and
                     host == target and packet["t_ns"] > since_ns), "")

    def is_start_up(self, event):
        """What a program does with its processes before its first call on a socket. A program
        that has nothing to do with sockets has no start-up."""
        process = self.processes.get(event.get("pid"))
        if not process or event["kind"] not in MORE:
            return False
        if event["kind"] == "end" and process["parent"] == 0:
            return False
        return event["n"] < self.first_calls.get(self.program(event), 0)

    def program(self, event):
        return self.processes.get(event.get("pid"), {}).get("program"), event["host"]

    def whose(self, event):
        """"child: " before what a child does, "client 2: " before what the second client does,
        with numbers where there are several."""
        process = self.processes.get(event.get("pid"))
        if not process:
            return ""
        programs = [other["program"] for other in self.processes.values()
                    if other["host"] == process["host"] and other["parent"] == 0]
        number = sum(program <= process["program"] for program in programs)
        whose = f"{process['host']} {number}: " if len(programs) > 1 else ""
        if event.get("tid", event["pid"]) != event["pid"]:
            return f"{whose}thread {event['tid']}: "
        if process["parent"] == 0:
            return whose
        children = [other for other in self.processes.values() if other["parent"] != 0
                    and other["program"] == process["program"]]
        return whose + (f"child {event['pid']}: " if len(children) > 1 else "child: ")

    def connection(self, port, other):
        """"2: ", the number of one of several connections."""
        number = self.numbers.get(frozenset((port, other)))
        return f"{number}: " if number and len(self.numbers) > 1 else ""

    def with_names(self, args):
        """Addresses as host names: 192.0.2.2:9877 is server:9877."""
        for address, name in sorted(self.names.items(), key=lambda pair: -len(pair[0])):
            args = re.sub(rf"\[?(?<![\w.:]){re.escape(address)}(?![\w.])\]?", name, args)
        return args

    def is_worth_showing(self, call):
        if call["family"] in ("read", "write") and not call.get("inode") and not call.get("error"):
            return False  # the terminal
        if call.get("error") == "ECHILD":  # how a loop of waitpid ends
            return False
        return call["family"] not in PREPARATION or bool(call.get("error") and call.get("inode"))

    def is_again(self, event):
        """Whether a segment that takes sequence numbers was sent before; with several connections,
        of which a packet does not tell its own, when it was sent more often than there are any."""
        if "again" in event:
            return event["again"]
        match = re.match(r"([A-Z,]+) seq=(\d+)(?: ack=\d+)?(?: len=(\d+))?", event["text"])
        if not match:
            return False
        length = int(match[3] or 0) + bool(re.search("SYN|FIN", match[1]))
        sent = self.sent.setdefault((event["host"], event.get("from_port"), event.get("to_port")), {})
        key = (match[1], match[2], match[3])
        sent[key] = sent.get(key, 0) + 1
        if self.has_several and "from_port" not in event:
            return length > 0 and sent[key] > self.attempts
        highest, sent[None] = sent.get(None, -1), max(sent.get(None, -1), int(match[2]) + length)
        return length > 0 and int(match[2]) < highest

    # One function for each kind of event; None for what is not shown.

    def scene(self, event):
        return Item("scene", "lab", when(event), printable(event["text"]))

    def action(self, event):
        return Item("action", event["host"], when(event),
                    self.whose(event) + printable(event["text"]))

    def packet(self, event):
        again = self.is_again(event)
        style = "bad" if "RST" in event["text"].split()[0] else "again" if again else ""
        text = self.connection(event.get("from_port"), event.get("to_port"))
        text += ("again: " if again else "") + printable(event["text"])
        return Item("segment", event["host"], when(event), text, style=style,
                    lost_at=self.lost_at(event))

    def enter(self, event):
        """A call is told with its return; here those that never came back."""
        if event["n"] in self.returns or not self.is_worth_showing(event):
            return None
        text = f"{self.whose(event)}{event['name']}({self.with_names(printable(event['args']))})"
        end = self.ends.get(event["pid"])
        return Item("call", event["host"], when(event), f"{text} waits …", event["pid"],
                    began=when(event), ended=when(end) if end else None)

    def do_return(self, event):
        if not self.is_worth_showing(event):
            return None
        entered = self.events[event["entered"]]
        whose, result = self.whose(event), event.get("result")
        text = f"{whose}{event['name']}({self.with_names(printable(event['args']))})"
        text += (" interrupted, restarted by the kernel" if event.get("restarted") else
                 f" = -1 {event['error']}" if event.get("error") else f" = {result}")
        text += " (ended by the lab)" if event.get("by_lab") else ""
        at = entered if event["family"] in SENDS and not event.get("restarted") else event
        waiting = f"{whose}{event['name']}({self.with_names(printable(entered['args']))}) …"
        return Item("call", event["host"], when(at), text, event["pid"],
                    "bad" if event.get("error") else "", [entered["n"], event["n"]],
                    when(entered), when(event), waiting)

    def fork(self, event):
        return Item("fork", event["host"], when(event),
                    f"{self.whose(event)}fork() = {event['child']}", event["pid"])

    def signal(self, event):
        deadly = event["disposition"] == "default action" and event["name"] not in HARMLESS
        return Item("signal", event["host"], when(event),
                    f"{self.whose(event)}{event['name']} ({event['disposition']})", event["pid"],
                    "bad" if deadly else "")

    def end(self, event):
        how = f"killed by {event['signal']}" if event.get("signal") else \
            f"exited with status {event.get('status')}"
        return Item("end", event["host"], when(event), self.whose(event) + how, event["pid"],
                    "bad" if event.get("signal") else "")

    def state(self, event):
        connection = (event["host"], event["local_port"], event["remote_port"])
        several = sum(c[0] == event["host"] and c[2] != 0 for c in self.connections) > 1
        port = event["local_port"] if event["host"] == "client" else event["remote_port"]
        number = self.connection(event["local_port"], event["remote_port"])
        text = number + event["to"]
        text += f":{port}" if several and event["remote_port"] and not self.numbers else ""
        return Item("state", event["host"], when(event), text, connection=connection,
                    state=event["to"])

    def backoff(self, event):
        timeout = duration(event["to_us"])
        text = f"timeout {timeout}, doubled {event['times']}×" if event["times"] else \
            f"timeout back to {timeout}"
        return Item("backoff", event["host"], when(event), text)

    def process(self, event):
        text = " ".join(str(event.get(key, "")) for key in
                        ("pid", "parent", "state", "command", "wait_channel"))
        return Item("process", event["host"], when(event), f"ps: {printable(text)}", event["pid"])

    def output(self, event):
        return Item("output", event["host"], when(event),
                    f'{self.whose(event)}prints "{printable(event["text"])}"', event["pid"])

    def unknown(self, event):
        text = event.get("text") or " ".join(
            f"{key}={value}" for key, value in event.items()
            if key not in ("n", "t_ns", "kind", "host"))
        return Item("unknown", event["host"], when(event), f"{event['kind']}: {printable(text)}")

    KINDS = {"scene": scene, "action": action, "packet": packet, "enter": enter,
             "return": do_return, "fork": fork, "signal": signal, "end": end, "state": state,
             "backoff": backoff, "process": process, "output": output}


def items(run):
    """All that is worth showing, in order of time."""
    run, found = Run(run), []
    for event in run.events[run.begins:]:
        if not run.is_start_up(event):
            item = run.KINDS.get(event["kind"], Run.unknown)(run, event)
            if item:
                item.events = item.events or [event["n"]]
                found.append(item)
    return sorted(found, key=lambda item: item.at)

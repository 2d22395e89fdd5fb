"""What of two runs make diff compares, and where they part. Pure.

Compared are segments (flags, length), calls (errno), signals, ends, TCP states that last, and what the
lab did; not times, ports, sequence numbers or process ids, nor what is chance.
"""

from collections import Counter
from dataclasses import dataclass

from runs.terminal import printable

NOT_YET = {"EAGAIN", "EINPROGRESS"}  # how often a program asks too early is chance


@dataclass
class Line:
    """An event that is compared. Its order is certain only within a stream: a connection's segments,
    its states on one host, the calls of a process, its signals, the lab."""

    stream: str
    text: str
    key: str = ""  # what is compared, where that is not the text
    # How data is cut into segments, reads and ACKs is chance; how a connection begins and ends, what
    # fails, and that something is sent again is not.
    matters: bool = True
    may_be_missed: bool = False  # that it was seen, or seen in time, is chance
    is_expected: bool = False  # an expectation was met by it
    is_last: bool = False  # of its stream
    is_tail: bool = False  # of its stream nothing is expected from here on
    times: int = 1

    def __post_init__(self):
        self.key = self.key or self.text

    def add(self, again):
        """The same once more."""
        self.times += 1
        self.matters |= again.matters
        self.may_be_missed |= again.may_be_missed
        self.is_expected |= again.is_expected

    def can_be_skipped(self, other_has_ended):
        """Whether the other run may lack it by chance. The last state is that in which a connection
        stays."""
        return self.may_be_missed and not self.is_expected and not self.is_last or \
            self.is_tail and other_has_ended

    def shown(self):
        return printable(self.text) + (f"  ×{self.times}" if self.times > 1 else "")


class Compared:
    """The lines of a run: of the events that have a row in the story, but for what is chance."""

    def __init__(self, run):
        self.run = run
        self.expected = {expectation.get("event") for expectation in run.expectations
                         if expectation["verdict"] == "met"}
        self.streams = {}  # of processes, by pid: the first "server child" is one stream
        for process in run.processes:
            alike = sum(name == process["name"] for name, _ in self.streams.values())
            self.streams[process["pid"]] = process["name"], alike

    def lines(self):
        """A segment that comes again at once, as a retransmission does, is in the same line."""
        found, last = [], {}
        for row in self.run.story:
            event = self.run.timeline[row["event"]]
            line = self.MAKERS.get(event["kind"], Compared.nothing)(self, event)
            if not line:
                continue
            line.is_expected = event["n"] in self.expected
            before = last.get(line.stream)
            if event["kind"] == "packet" and before and before.text == line.text:
                before.add(line)
                continue
            found.append(line)
            last[line.stream] = line
        for stream in streams_of(found):
            mark_ends(of_stream(found, stream))
        return found

    def is_killed_with_all(self, event):
        """Of processes that the lab kills together, the first end may end the run."""
        killed = {(action["host"], action.get("signal", "SIGKILL")) for action in self.run.timeline
                  if action.get("verb") == "reboot" or action.get("all")}
        return (event["host"], event.get("signal")) in killed

    def nothing(self, event):
        """Outputs, timeouts, looks at processes, forks and entries of calls."""

    def of_process(self, event, what, kind="calls", matters=True):
        name = self.run.process[event["pid"]]["name"]
        return Line(f"{kind} of {self.streams[event['pid']]}", f"{name}: {what}",
                    matters=matters)

    def packet(self, event):
        """Data may travel with a FIN or before it; under load data is sent again too early."""
        way = "──▶" if event["host"] == "client" else "◀──"
        connection = event.get("connection") or event.get("icmp", {}).get("quotes", {}).get("connection")
        if event["protocol"] != "tcp":
            return Line(f"wire of {connection}", f"{way} {event['text']}",
                        matters=event["protocol"] == "icmp")
        length = f" len={event['len']}" if event["len"] else ""
        flags = [flag for flag in event["flags"].split(",") if flag != "PSH"]
        is_end = not {"SYN", "FIN", "RST"}.isdisjoint(flags)
        return Line(f"wire of {connection}", f"{way} {event['flags']}{length}",
                    f"{way} {','.join(flags)}" if is_end else "",
                    matters=is_end or "again" in event, may_be_missed="again" in event)

    def action(self, event):
        """Another program in the same place is no difference by itself."""
        if event.get("setup"):
            return None
        host = "" if event["host"] == "lab" else event["host"] + ": "
        killed = self.run.process.get(event.get("to_pid"))
        if killed:
            signal = event["signal"].removeprefix("SIG")
            return Line("lab", f"{host}kill -{signal} {killed['name']}")
        if event["verb"] == "forge":
            return Line("lab", f"{host}forges {event['flags']} from {event['from']} to {event['to']},"
                               f" offset {event['offset']}")
        key = f"{host}start" if event["verb"] == "start" else ""
        return Line("lab", host + event["text"], key)

    def result(self, event):
        if not event.get("inode") and not event.get("error"):
            return None
        result = "restarted" if event.get("restarted") else \
            f"-1 {event['error']}" if event.get("error") else \
            "0, end of file" if event["family"] == "read" and event["result"] == 0 else "ok"
        return self.of_process(event, f"{event['family']} = {result}",
                               matters=result != "ok" and event.get("error") not in NOT_YET)

    def signal(self, event):
        """A signal may come before a call or after it."""
        return self.of_process(event, f"{event['name']} ({event['disposition']})", "signals")

    def end(self, event):
        if self.is_killed_with_all(event):
            return None
        return self.of_process(event, f"killed by {event['signal']}" if "signal" in event else
                               f"exit {event['status']}")

    def state(self, event):
        if event.get("passing"):
            return None
        return Line(f"connection {event.get('connection')} of {event['host']}",
                    f"{event['host']}: socket {event['to']}", may_be_missed=True)

    MAKERS = {"packet": packet, "action": action, "return": result, "signal": signal, "end": end,
              "state": state}


def mark_ends(stream):
    """What comes after all that is expected may have come after the end of the run, too."""
    stream[-1].is_last = True
    for line in reversed(stream):
        if line.is_expected:
            break
        line.is_tail = True


def lines_of(run):
    return Compared(run).lines()


def streams_of(lines):
    return list(dict.fromkeys(line.stream for line in lines))


def of_stream(lines, stream):
    return [line for line in lines if line.stream == stream]


def first_difference(a, b):
    """The places in two streams where they differ, or their ends."""
    i = j = 0
    while True:
        left, right = (a[i] if i < len(a) else None), (b[j] if j < len(b) else None)
        if left and right and left.key == right.key:
            i, j = i + 1, j + 1
        elif left and left.can_be_skipped(other_has_ended=not right):
            i += 1
        elif right and right.can_be_skipped(other_has_ended=not left):
            j += 1
        else:
            return i, j


def differences(a, b):
    """The first difference of each stream."""
    return {stream: first_difference(of_stream(a, stream), of_stream(b, stream))
            for stream in streams_of(a + b)}


def place_after(lines, counts):
    """The place of the first line that is not among the first so many of its stream."""
    seen = Counter()
    for place, line in enumerate(lines):
        if seen[line.stream] == counts[line.stream]:
            return place
        seen[line.stream] += 1
    return len(lines)


def part(a, b):
    """The first place of each run after what they have in common."""
    found = differences(a, b)
    return [place_after(lines, {stream: places[side] for stream, places in found.items()})
            for side, lines in enumerate((a, b))]


def that_matter(lines):
    return [line for line in lines if line.matters]
